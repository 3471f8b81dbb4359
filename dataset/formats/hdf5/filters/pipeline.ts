/**
 * Filters of HDF5 chunks: compressions, shuffling and checksums.
 *
 * Source: HDF Group, registered filters.
 *
 * @module
 */

import { HAS_ZLIB, loadInflate } from "../../../files/compression/zlib.ts";
import { loadZstandard } from "../../../files/compression/zstandard.ts";
import { loadBlosc } from "./blosc.ts";
import { checkFletcher32, CHECKSUM_BYTES } from "./fletcher32.ts";
import { decompressLz4Blocks } from "./lz4_blocks.ts";
import { decompressLzf } from "./lzf.ts";
import { unshuffle } from "./shuffle.ts";

/** A filter of a data set. */
export interface Filter {
  /** Registered number. */
  readonly id: number;
  /** Name in the file, which may be empty. */
  readonly name: string;
  /** Parameters. */
  readonly values: readonly number[];
}

/** Undoes a filter, with a maximum number of resulting bytes. */
type Undo = (
  bytes: Uint8Array,
  most: number,
) => Uint8Array | Promise<Uint8Array>;

/** Filters of zlib, which h5py calls gzip, and of Zstandard. */
const DEFLATE = 1;
const ZSTANDARD = 32015;

/** Functions that load what undoes a filter, by the filter's number. */
const FILTERS: Readonly<
  Record<number, (filter: Filter) => Undo | Promise<Undo>>
> = {
  [DEFLATE]: loadInflate,
  2: ({ values: [size] }) => (bytes) => unshuffle(bytes, size),
  3: () => checkFletcher32,
  32000: () => decompressLzf,
  32001: loadBlosc,
  32004: () => decompressLz4Blocks,
  [ZSTANDARD]: async () => (await loadZstandard()).decompress,
};

/** The highest number of filters that are part of HDF5. */
const LAST_OWN = 255;

/**
 * Tells whether the filters of a data set can be undone here.
 *
 * @param filters The filters.
 * @returns Whether all are known, and the runtime has what they need.
 *
 * @example
 * ```ts
 * import { canUndo } from "./pipeline.ts";
 * if (!canUndo([{ id: 32000, name: "lzf", values: [] }])) throw new Error("?");
 * ```
 */
export function canUndo(filters: readonly Filter[]): boolean {
  const isNative = (id: number) => id === DEFLATE || id === ZSTANDARD;
  return filters.every(({ id }) =>
    id in FILTERS && (HAS_ZLIB || !isNative(id))
  );
}

/**
 * Finds a filter that the HDF5 library lacks.
 *
 * @param filters The filters of a data set.
 * @returns Number and name of the first one; `undefined` if there is none.
 *
 * @example
 * ```ts
 * import { foreignFilter } from "./pipeline.ts";
 * const filters = [{ id: 1, name: "deflate", values: [4] }];
 * if (foreignFilter(filters) !== undefined) throw new Error("expected none");
 * ```
 */
export function foreignFilter(
  filters: readonly Filter[],
): string | undefined {
  const other = filters.find(({ id }) => id > LAST_OWN);
  if (other === undefined) return undefined;
  return other.name === "" ? `${other.id}` : `${other.id} (${other.name})`;
}

/**
 * Loads what undoes the filters of a data set.
 *
 * @param filters The filters, in the order in which they were applied.
 * @param size Size of a chunk without filters in bytes.
 * @returns A function that undoes all filters whose bit is not set in
 *   `skipped`, and throws an error if the bytes are damaged.
 *
 * @example
 * ```ts
 * import { loadPipeline } from "./pipeline.ts";
 * const undo = await loadPipeline([{ id: 32000, name: "", values: [] }], 2);
 * const bytes = await undo(Uint8Array.of(1, 7, 8), 0);
 * if (bytes.join() !== "7,8") throw new Error(bytes.join());
 * ```
 */
export async function loadPipeline(
  filters: readonly Filter[],
  size: number,
): Promise<(bytes: Uint8Array, skipped: number) => Promise<Uint8Array>> {
  const steps = await Promise.all(
    filters.map((filter) => FILTERS[filter.id](filter)),
  );
  return async (bytes, skipped) => {
    let content = bytes;
    for (let i = steps.length; i-- > 0;) {
      if ((skipped >>> i & 1) !== 0) continue;
      // A checksum may be below a compression.
      content = await steps[i](content, size + CHECKSUM_BYTES);
    }
    if (content.length !== size) {
      throw new RangeError(`it has ${content.length} bytes, not ${size}`);
    }
    return content;
  };
}
