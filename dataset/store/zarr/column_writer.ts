/**
 * Writer of columns, one-dimensional Zarr arrays.
 *
 * @module
 */

import * as zarr from "npm:zarrita@0.7.5";
import { DatasetError } from "../../files/errors.ts";
import { join } from "../../files/file_path.ts";
import { sha256 } from "../../files/sha256.ts";
import {
  ARRAYS,
  type ColumnData,
  type ColumnLayout,
  type ColumnType,
  createArray,
} from "./array_layout.ts";
import { writeProblem, ZarrFolder } from "./zarr_folder.ts";

type ZarrArray = zarr.Array<ColumnType, ZarrFolder>;

/**
 * Provisional length of a column while it is written, larger than any real one.
 */
const UNKNOWN_LENGTH = 2 ** 40;

/** A folder that records the digest of each chunk written to it, in order. */
class DigestedFolder extends ZarrFolder {
  readonly digests: string[] = [];

  override async set(key: string, value: Uint8Array): Promise<void> {
    await super.set(key, value);
    if (key.endsWith("zarr.json")) return;
    this.digests.push(await sha256(value as Uint8Array<ArrayBuffer>));
  }
}

/**
 * Writer of a column, to which numbers are appended.
 *
 * @example
 * ```ts
 * import { Column } from "./column.ts";
 * import { ColumnWriter } from "./column_writer.ts";
 * const path = await Deno.makeTempDir();
 * const layout = { type: "uint8", chunkLength: 2, dimension: "event" } as const;
 * const writer = await ColumnWriter.create(path, layout);
 * await writer.append(Uint8Array.of(5, 6, 7));
 * await writer.finish();
 * const column = await Column.open(path, layout);
 * const chunk = await column.chunk(1);
 * if (column.length !== 3 || chunk[0] !== 7) throw new Error("expected 7");
 * await Deno.remove(path, { recursive: true });
 * ```
 */
export class ColumnWriter {
  readonly #store: DigestedFolder;
  readonly #layout: ColumnLayout;
  readonly #array: ZarrArray;
  readonly #chunk: ColumnData;
  #written = 0;
  #used = 0;

  private constructor(
    store: DigestedFolder,
    layout: ColumnLayout,
    array: ZarrArray,
  ) {
    this.#store = store;
    this.#layout = layout;
    this.#array = array;
    this.#chunk = new ARRAYS[layout.type](layout.chunkLength);
  }

  /**
   * Starts a column.
   *
   * @param path Its folder, which is created.
   * @param layout Its layout.
   * @returns The writer of an empty column.
   * @throws {DatasetError} If it cannot be written.
   */
  static async create(
    path: string,
    layout: ColumnLayout,
  ): Promise<ColumnWriter> {
    try {
      await Deno.mkdir(join(path, "c"), { recursive: true });
    } catch (cause) {
      throw new DatasetError(path, writeProblem(cause), { cause });
    }
    const store = new DigestedFolder(path);
    const array = await createArray(store, layout, {
      length: UNKNOWN_LENGTH,
    });
    return new ColumnWriter(store, layout, array);
  }

  /**
   * Appends numbers.
   *
   * @param values The numbers, within the range of the column's type.
   * @throws {DatasetError} If they cannot be written.
   */
  async append(values: ColumnData): Promise<void> {
    const { chunkLength } = this.#layout;
    for (let from = 0; from < values.length;) {
      const to = Math.min(values.length, from + chunkLength - this.#used);
      this.#chunk.set(values.subarray(from, to), this.#used);
      this.#used += to - from;
      from = to;
      if (this.#used === chunkLength) await this.#flush();
    }
  }

  /**
   * Writes the last chunk, the length of the column and the digests of its
   * chunks.
   *
   * @throws {DatasetError} If it cannot be written.
   */
  async finish(): Promise<void> {
    const length = this.#written + this.#used;
    if (this.#used > 0) await this.#flush();
    await createArray(this.#store, this.#layout, {
      length,
      sha256: this.#store.digests,
    });
  }

  async #flush(): Promise<void> {
    const { chunkLength } = this.#layout;
    const end = this.#written + chunkLength;
    this.#chunk.fill(0, this.#used);
    await zarr.set(this.#array, [zarr.slice(this.#written, end)], {
      data: this.#chunk,
      shape: [chunkLength],
      stride: [1],
    });
    this.#written = end;
    this.#used = 0;
  }
}
