/**
 * Reader of columns, one-dimensional Zarr arrays.
 *
 * @module
 */

import * as zarr from "npm:zarrita@0.7.5";
import { join } from "../../files/file_path.ts";
import {
  ARRAYS,
  type ColumnData,
  type ColumnLayout,
  type ColumnType,
  requireLayout,
} from "./array_layout.ts";
import { damage } from "./damage.ts";
import { type ZarrValues, zarrValues } from "./zarr_values.ts";

type ZarrArray = zarr.Array<ColumnType, ZarrValues>;

/** A column, read chunk by chunk. */
export class Column {
  /** Folder or URL. */
  readonly path: string;
  /** Type of its numbers. */
  readonly type: ColumnType;
  /** Number of numbers. */
  readonly length: number;
  /** Numbers per chunk. */
  readonly chunkLength: number;
  /** Size of a decoded chunk in bytes. */
  readonly chunkBytes: number;
  readonly #array: ZarrArray;

  private constructor(path: string, array: ZarrArray) {
    this.path = path;
    this.type = array.dtype;
    this.length = array.shape[0];
    this.chunkLength = array.chunks[0];
    this.chunkBytes = this.chunkLength * ARRAYS[this.type].BYTES_PER_ELEMENT;
    this.#array = array;
  }

  /**
   * Opens a column.
   *
   * @param path Its folder, or its URL.
   * @param layout The required layout, which bounds the memory for chunks even
   *   if files are damaged.
   * @param cache Folder that caches chunks downloaded from a URL.
   * @returns The column; its numbers are read on demand.
   * @throws {DatasetError} If it is missing or has another layout.
   */
  static async open(
    path: string,
    layout: ColumnLayout,
    cache?: string,
  ): Promise<Column> {
    try {
      const values = zarrValues(path, cache);
      await requireLayout(values, layout);
      const array = await zarr.open.v3(values, { kind: "array" });
      return new Column(path, array as ZarrArray);
    } catch (cause) {
      throw damage(join(path, "zarr.json"), cause);
    }
  }

  /**
   * Reads one chunk.
   *
   * @param index Index of the chunk.
   * @returns `chunkLength` numbers; the last chunk is zero-padded.
   * @throws {DatasetError} If the chunk is missing or damaged.
   */
  async chunk(index: number): Promise<ColumnData> {
    try {
      const { data } = await this.#array.getChunk([index]);
      if (data.length !== this.chunkLength) {
        throw new Error(`it has ${data.length} of ${this.chunkLength} numbers`);
      }
      return data;
    } catch (cause) {
      throw damage(join(this.path, "c", `${index}`), cause);
    }
  }
}
