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

/** How a format is fuzzed. */
export interface FuzzOptions<T> {
  /** Part of all files that are of this format. */
  readonly share: number;
  /** The files. */
  readonly inputs: fc.Arbitrary<T>;
  /** Class of the errors that may be thrown. */
  readonly refusal: new (...args: never[]) => Error;
  /** Reads a file, and holds what it says against what it may say. */
  readonly read: (input: T) => unknown;
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
    const counts = { read: 0, refused: 0, mostBytes: 0, mostMs: 0 };
    const property = fc.asyncProperty(options.inputs, async (input) => {
      const [bytes, start] = [bytesInUse(), performance.now()];
      if (await isRefused(options, input)) counts.refused++;
      else counts.read++;
      const ms = performance.now() - start;
      const grown = bytesInUse() - bytes;
      counts.mostMs = Math.max(counts.mostMs, ms);
      counts.mostBytes = Math.max(counts.mostBytes, grown);
      assert(ms < TIME_BOUND, `reading took ${ms} ms`);
      assert(grown < MEMORY_BOUND, `memory grew by ${grown} bytes`);
    });
    await fc.assert(property, { seed: 41, numRuns });
    assert(counts.read > 0 && counts.refused > 0, JSON.stringify(counts));
    if (Deno.env.has("SLAYER_FUZZ_INPUTS")) report(format, counts);
  });
}

async function isRefused<T>(
  { read, refusal }: FuzzOptions<T>,
  input: T,
): Promise<boolean> {
  try {
    await read(input);
    return false;
  } catch (error) {
    if (!(error instanceof refusal)) throw error;
    assert.match(error.message, /^Cannot [^\r\n]+$/);
    assert(!error.message.endsWith("."), error.message);
    return true;
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

function report(format: string, counts: Readonly<Record<string, number>>) {
  const { read, refused, mostBytes, mostMs } = counts;
  console.log(
    `${format}: ${read + refused} files, ${read} read, ${refused} refused; ` +
      `the costliest took ${mostMs.toFixed(0)} ms and ` +
      `${(mostBytes / 2 ** 20).toFixed(1)} MiB`,
  );
}
