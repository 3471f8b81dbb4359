/**
 * Compares a sliced store to the columns that Python libraries read of it.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { sliceRecordings } from "../../../../dataset/slicing/slice.ts";
import { sha256 } from "../../../../dataset/files/sha256.ts";
import {
  randomPairs,
  withFolder,
  writeData,
} from "../../slicing/slice_data.ts";
import { ROOT } from "../../../fixtures/source_files.ts";

/** A Python interpreter and its library that reads chunks or whole stores. */
export interface OtherReader {
  /** Path of the interpreter. */
  readonly python: string;
  /** Name of the library. */
  readonly library: "numcodecs" | "tensorstore";
}

/** Two recordings; the first has chunks of more than 64 KiB, compressed. */
const DATA = {
  user00_indoor: {
    pairs: randomPairs(150_000, 1000),
    tags: [[10, 70_000], [70_000, 70_003], [70_500, 150_000]],
  },
  user25_imse: {
    pairs: randomPairs(900),
    tags: [[0, 1], [1, 300], [400, 900]],
  },
} as const;

/**
 * Tells whether Python has a library.
 *
 * @param reader The interpreter and the library.
 * @returns Whether it can be imported.
 */
export function hasReader({ python, library }: OtherReader): boolean {
  try {
    const args = ["-c", `import ${library}`];
    return new Deno.Command(python, { args }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Slices recordings, and compares every column that the library reads to the
 * recordings.
 *
 * @param reader The interpreter and the library.
 * @returns How many columns were compared.
 * @throws {AssertionError} If one differs or is missing, or cannot be read.
 */
export function compareColumns(
  { python, library }: OtherReader,
): Promise<number> {
  return withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    await sliceRecordings(options);
    const program = join(ROOT, "test/dataset/store/readers/read_store.py");
    const { success, stdout, stderr } = await new Deno.Command(python, {
      args: [program, library, options.out],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    const found = JSON.parse(new TextDecoder().decode(stdout));
    const expected = await digests();
    assert.deepEqual(found, expected);
    return Object.keys(expected).length;
  });
}

/** Digests of the expected columns, by their paths. */
async function digests(): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const [name, { pairs, tags }] of Object.entries(DATA)) {
    const kept: (readonly [number, number])[] = [];
    const start: number[] = [];
    const end: number[] = [];
    for (const [from, to] of tags) {
      start.push(kept.length);
      const inside = pairs.slice(from, to);
      kept.push(...inside.filter(([address]) => address < 0x8000));
      end.push(kept.length);
    }
    const columns = {
      x: Uint8Array.from(kept, ([address]) => (address >> 8) & 127),
      y: Uint8Array.from(kept, ([address]) => (address >> 1) & 127),
      t: Uint32Array.from(kept, ([, time]) => time),
      p: Uint8Array.from(kept, ([address]) => address & 1),
      start: Uint32Array.from(start),
      end: Uint32Array.from(end),
    };
    for (const [column, { buffer }] of Object.entries(columns)) {
      all[`${name}/${column}`] = await sha256(new Uint8Array(buffer));
    }
  }
  return all;
}
