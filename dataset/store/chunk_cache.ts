/**
 * Cache of decoded chunks, which neighbouring slices share.
 *
 * @module
 */

import type { ColumnData } from "./zarr/array_layout.ts";
import type { Column } from "./zarr/column.ts";

/**
 * Decoded chunks of columns, with least-recently-used eviction.
 *
 * @example
 * ```ts
 * import { ChunkCache } from "./chunk_cache.ts";
 * import { Column } from "./zarr/column.ts";
 * import { ColumnWriter } from "./zarr/column_writer.ts";
 * const path = await Deno.makeTempDir();
 * const layout = { type: "uint8", chunkLength: 4, dimension: "event" } as const;
 * await (await ColumnWriter.create(path, layout)).append(new Uint8Array(4));
 * const column = await Column.open(path, layout);
 * const cache = new ChunkCache(1000);
 * const chunk = await cache.read(column, 0);
 * await Deno.remove(path, { recursive: true });
 * if ((await cache.read(column, 0)) !== chunk) throw new Error("read twice");
 * ```
 */
export class ChunkCache {
  readonly #maxBytes: number;
  readonly #chunks = new Map<
    string,
    { readonly data: Promise<ColumnData>; bytes: number }
  >();
  #bytes = 0;

  /**
   * Makes an empty cache.
   *
   * @param maxBytes Maximum size of the cached chunks in bytes, decoded.
   */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Returns a chunk from the cache, or reads it.
   *
   * @param column The column.
   * @param index Index of the chunk in the column.
   * @returns The chunk, which must not be changed.
   * @throws {DatasetError} If the chunk is missing or damaged.
   */
  read(column: Column, index: number): Promise<ColumnData> {
    const key = `${index} ${column.path}`;
    let chunk = this.#chunks.get(key);
    if (chunk === undefined) {
      chunk = { data: column.chunk(index), bytes: column.chunkBytes };
      this.#bytes += chunk.bytes;
      chunk.data.catch(() => this.#forget(key));
    }
    this.#chunks.delete(key);
    this.#chunks.set(key, chunk);
    for (const oldest of this.#chunks.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#forget(oldest);
    }
    return chunk.data;
  }

  #forget(key: string): void {
    this.#bytes -= this.#chunks.get(key)?.bytes ?? 0;
    this.#chunks.delete(key);
  }
}
