/**
 * Reading the events of slices, whose chunks are kept for a while.
 *
 * @module
 */

import { allocateEvents, type Events } from "../events.ts";
import type { Column, ColumnData } from "./zarr_columns.ts";
import { ChunkCache } from "./chunk_cache.ts";
import { advise, type OpenRecording } from "./recording_group.ts";

/** Bytes of decoded chunks that all readers of a store keep in memory. */
export const CACHE_BYTES = 64 << 20;

/** Chunks of a column read at once, whatever a slice claims to have. */
const CHUNKS_AT_ONCE = 64;

const FIELDS = ["x", "y", "t", "p"] as const;

/** Reads slices of any recordings. */
export class SliceReader {
  readonly #cache: ChunkCache;

  /**
   * Has read nothing yet.
   *
   * @param cacheBytes How many bytes of decoded chunks to keep at most.
   */
  constructor(cacheBytes: number) {
    this.#cache = new ChunkCache(cacheBytes);
  }

  /**
   * Reads the events of a slice.
   *
   * @param recording Its recording.
   * @param slice Which of its slices, counted from 0.
   * @returns The events, in the order recorded.
   * @throws {DatasetError} If the store is damaged.
   */
  async events(
    { folder, columns, start, end }: OpenRecording,
    slice: number,
  ): Promise<Events> {
    const [from, to] = [start[slice], end[slice]];
    // Room is made last: how much is known only once the chunks are there.
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

  /** Reads the numbers from `from` to before `to`, a part of each chunk. */
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
