/**
 * Reading files that are almost right, thousands of them: each is read, or
 * refused with an error of the class that its reader names.
 *
 * `SLAYER_FUZZ_INPUTS` says how many files there are over all formats.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fc } from "../fixtures/properties.ts";

/** Files over all formats, unless the environment says otherwise. */
const INPUTS = 3000;

/** Bytes that memory may grow by while a file of 64 KiB is read. */
export const MEMORY_BOUND: number = 128 << 20;

/** Time in ms that reading one file may take, on a machine that is busy. */
export const TIME_BOUND = 5000;

/** Faults of a file that was read; none where its reader tells of none. */
type Faults = readonly unknown[] | void;

/** How a file that is almost right ends up. */
type Outcome = "read" | "repaired" | "refused";

/** How a format is fuzzed. */
export interface FuzzOptions<T> {
  /** Part of all files that are of this format. */
  readonly share: number;
  /** The files. */
  readonly inputs: fc.Arbitrary<T>;
  /** Class of the errors that may be thrown. */
  readonly refusal: new (...args: never[]) => Error;
  /**
   * Reads a file, and holds what it says against what it may say. Returns the
   * faults that its reader tells of and reads past, if it tells any.
   */
  readonly read: (input: T) => Faults | Promise<Faults>;
}

/**
 * Declares a test that reads files of a format.
 *
 * @param format Name of the format.
 * @param options The files, and how they are read.
 */
export function fuzzTest<T>(format: string, options: FuzzOptions<T>): void {
  const total = Number(Deno.env.get("SLAYER_FUZZ_INPUTS") ?? INPUTS);
  const numRuns = Math.ceil(total * options.share);
  const name = `${format} almost right is read, or refused in one line`;
  Deno.test(name, async () => {
    const counts = { read: 0, repaired: 0, refused: 0 };
    const most = { bytes: 0, ms: 0 };
    const property = fc.asyncProperty(options.inputs, async (input) => {
      const [bytes, start] = [bytesInUse(), performance.now()];
      counts[await outcomeOf(options, input)]++;
      const ms = performance.now() - start;
      const grown = bytesInUse() - bytes;
      most.ms = Math.max(most.ms, ms);
      most.bytes = Math.max(most.bytes, grown);
      assert(ms < TIME_BOUND, `reading took ${ms} ms`);
      assert(grown < MEMORY_BOUND, `memory grew by ${grown} bytes`);
    });
    await fc.assert(property, { seed: 41, numRuns });
    const { read, repaired, refused } = counts;
    assert(read + repaired > 0 && refused > 0, JSON.stringify(counts));
    if (!Deno.env.has("SLAYER_FUZZ_INPUTS")) return;
    console.log(
      `${format}: ${numRuns} files, ${read} read, ${repaired} repaired, ` +
        `${refused} refused; the costliest took ${most.ms.toFixed(0)} ms and ` +
        `${(most.bytes / 2 ** 20).toFixed(1)} MiB`,
    );
  });
}

async function outcomeOf<T>(
  { read, refusal }: FuzzOptions<T>,
  input: T,
): Promise<Outcome> {
  try {
    const faults = await read(input) ?? [];
    return faults.length > 0 ? "repaired" : "read";
  } catch (error) {
    if (!(error instanceof refusal)) throw error;
    assert.match(error.message, /^Cannot [^\r\n]+$/);
    assert(!error.message.endsWith("."), error.message);
    return "refused";
  }
}

/**
 * Says how much memory the heap and the arrays outside it take.
 *
 * @returns Bytes, garbage included that is not yet collected.
 */
export function bytesInUse(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}
