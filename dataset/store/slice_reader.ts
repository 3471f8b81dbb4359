/**
 * Reader of the events of slices, with a cache of decoded chunks.
 *
 * @module
 */

import { allocateEvents, type Events } from "../events.ts";
import type { ColumnData } from "./zarr/array_layout.ts";
import type { Column } from "./zarr/column.ts";
import { ChunkCache } from "./chunk_cache.ts";
import { advise, type OpenRecording } from "./recording_group.ts";

/**
 * Total size of the chunk caches of all readers of a store, in decoded bytes.
 */
export const CACHE_BYTES = 64 << 20;

/**
 * Maximum number of a column's chunks read at once: damaged bounds may span
 * millions of chunks.
 */
const CHUNKS_AT_ONCE = 64;

const FIELDS = ["x", "y", "t", "p"] as const;

/** Reader of slices of recordings. */
export class SliceReader {
  readonly #cache: ChunkCache;

  /**
   * Makes a reader with an empty cache.
   *
   * @param cacheBytes Maximum size of the cached chunks in bytes, decoded.
   */
  constructor(cacheBytes: number) {
    this.#cache = new ChunkCache(cacheBytes);
  }

  /**
   * Reads the events of a slice.
   *
   * @param recording The recording.
   * @param slice Index of the slice in the recording.
   * @returns The events, in the order recorded.
   * @throws {DatasetError} If the store is damaged.
   */
  async events(
    { folder, columns, start, end }: OpenRecording,
    slice: number,
  ): Promise<Events> {
    const [from, to] = [start[slice], end[slice]];
    // Allocated only after the chunks are read: damaged bounds may claim any
    // length.
    const parts = await Promise.all(
      FIELDS.map((name) => this.#read(columns[name], from, to)),
    ).catch((error) => advise(error, folder));
    const events = allocateEvents(to - from);
    for (const [n, name] of FIELDS.entries()) {
      let at = 0;
      for (const part of parts[n]) {
        events[name].set(part, at);
        at += part.length;
      }
    }
    return events;
  }

  /**
   * Reads the numbers `from` to `to` − 1 of a column, as one view per chunk.
   */
  async #read(
    column: Column,
    from: number,
    to: number,
  ): Promise<ColumnData[]> {
    const { chunkLength } = column;
    const first = Math.floor(from / chunkLength);
    const last = Math.floor((to - 1) / chunkLength);
    const chunks: ColumnData[] = [];
    while (chunks.length <= last - first) {
      const next = first + chunks.length;
      const reads = Array.from(
        { length: Math.min(last - next + 1, CHUNKS_AT_ONCE) },
        (_, k) => this.#cache.read(column, next + k),
      );
      chunks.push(...await Promise.all(reads));
    }
    return chunks.map((chunk, k) => {
      const origin = (first + k) * chunkLength;
      return chunk.subarray(Math.max(from - origin, 0), to - origin);
    });
  }
}
