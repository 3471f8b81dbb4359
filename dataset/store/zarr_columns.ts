/**
 * Zarr v3 groups and columns of numbers, each in a folder of its own.
 *
 * A column is a one-dimensional array, stored little-endian in chunks of one
 * length; a chunk is compressed with Zstandard and ends in a CRC-32C.
 *
 * @module
 */

import * as zarr from "npm:zarrita@0.7.5";
import { DatasetError } from "../files/errors.ts";
import { join } from "../files/file_path.ts";
import { Crc32cCodec } from "../files/crc32c.ts";
import { writeProblem, ZarrFolder } from "./zarr_folder.ts";
import { loadZstd } from "./zarr_zstd.ts";

/** Number types of columns. */
export type ColumnType = "uint8" | "uint16" | "uint32";

/** Numbers of a column. */
export type ColumnData = Uint8Array | Uint16Array | Uint32Array;

/** How a column is laid out. */
export interface ColumnLayout {
  /** Type of the numbers. */
  readonly type: ColumnType;
  /** Numbers in a chunk, at least 1. */
  readonly chunkLength: number;
  /** Name of the dimension, such as `"event"`. */
  readonly dimension: string;
}

type ZarrArray = zarr.Array<ColumnType, ZarrFolder>;

const ARRAYS = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
} as const;

const CODECS = [
  { name: "bytes", configuration: { endian: "little" } },
  { name: "zstd", configuration: { level: 1, checksum: false } },
  { name: "crc32c", configuration: {} },
];

/** Length of a column while it is written, more than any column has. */
const UNKNOWN_LENGTH = 2 ** 40;

// zarrita's own crc32c codec cannot encode, and verifies nothing.
zarr.registry.set("crc32c", () => Promise.resolve(Crc32cCodec));
zarr.registry.set("zstd", loadZstd);

/**
 * Makes a Zarr group of a folder, or replaces its attributes.
 *
 * @param folder The folder, which must exist.
 * @param attributes Anything that JSON can hold.
 * @throws {DatasetError} If it cannot be written.
 *
 * @example
 * ```ts
 * import { readGroup, writeGroup } from "./zarr_columns.ts";
 * const folder = await Deno.makeTempDir();
 * await writeGroup(folder, { sensor: "DVS128" });
 * const attributes = await readGroup(folder);
 * if (attributes?.sensor !== "DVS128") throw new Error("expected DVS128");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function writeGroup(
  folder: string,
  attributes: object,
): Promise<void> {
  await zarr.create(new ZarrFolder(folder), { attributes: { ...attributes } });
}

/**
 * Reads the attributes of a Zarr group.
 *
 * @param folder Its folder.
 * @returns The attributes, or `undefined` if there is no `zarr.json`.
 * @throws {DatasetError} If it cannot be read or describes no group.
 *
 * @example
 * ```ts
 * import { readGroup } from "./zarr_columns.ts";
 * if (await readGroup("no/such/folder")) throw new Error("expected nothing");
 * ```
 */
export async function readGroup(
  folder: string,
): Promise<Record<string, unknown> | undefined> {
  try {
    const store = new ZarrFolder(folder);
    const { attrs } = await zarr.open.v3(store, { kind: "group" });
    // In a damaged file they may be no object.
    return Object(attrs);
  } catch (cause) {
    if (zarr.isZarritaError(cause, "NotFoundError") && !cause.found) return;
    throw damage(join(folder, "zarr.json"), cause);
  }
}

/**
 * Writes a column by appending numbers.
 *
 * @example
 * ```ts
 * import { Column, ColumnWriter } from "./zarr_columns.ts";
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
  readonly #store: ZarrFolder;
  readonly #layout: ColumnLayout;
  readonly #array: ZarrArray;
  readonly #chunk: ColumnData;
  #written = 0;
  #used = 0;

  private constructor(
    store: ZarrFolder,
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
   * @param layout How it is laid out.
   * @returns The column, empty.
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
    const store = new ZarrFolder(path);
    const array = await createArray(store, layout, UNKNOWN_LENGTH);
    return new ColumnWriter(store, layout, array);
  }

  /**
   * Adds numbers at the end.
   *
   * @param values The numbers, which the column's type can hold.
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
   * Writes the last chunk and the length of the column.
   *
   * @throws {DatasetError} If it cannot be written.
   */
  async finish(): Promise<void> {
    const length = this.#written + this.#used;
    if (this.#used > 0) await this.#flush();
    await createArray(this.#store, this.#layout, length);
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

/** Writes the `zarr.json` of a column. */
function createArray<Store extends zarr.Mutable>(
  store: Store,
  { type, chunkLength, dimension }: ColumnLayout,
  length: number,
): Promise<zarr.Array<ColumnType, Store>> {
  return zarr.create<Store, ColumnType>(store, {
    shape: [length],
    chunkShape: [chunkLength],
    dtype: type,
    codecs: CODECS,
    fillValue: 0,
    dimensionNames: [dimension],
  });
}

/** A column, read chunk by chunk. */
export class Column {
  /** Its folder. */
  readonly path: string;
  /** Type of its numbers. */
  readonly type: ColumnType;
  /** Number of numbers. */
  readonly length: number;
  /** Numbers in a chunk. */
  readonly chunkLength: number;
  /** Bytes of a chunk once decoded. */
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
   * @param path Its folder.
   * @param layout The layout that it must have, which bounds the memory for its
   *   chunks even if its files are damaged.
   * @returns The column; its numbers are read on request.
   * @throws {DatasetError} If it is missing or has another layout.
   */
  static async open(path: string, layout: ColumnLayout): Promise<Column> {
    try {
      const store = new ZarrFolder(path);
      await requireLayout(store, layout);
      const array = await zarr.open.v3(store, { kind: "array" });
      return new Column(path, array as ZarrArray);
    } catch (cause) {
      throw damage(join(path, "zarr.json"), cause);
    }
  }

  /**
   * Reads one chunk.
   *
   * @param index Index of the chunk.
   * @returns `chunkLength` numbers; the last chunk is filled up with zeros.
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

/** Checks that `zarr.json` is what the writer writes for this layout. */
async function requireLayout(
  store: ZarrFolder,
  layout: ColumnLayout,
): Promise<void> {
  const bytes = await store.get("/zarr.json");
  if (bytes === undefined) throw new Error("it is missing");
  const found = Object(parseJson(bytes));
  const length = found.shape?.[0];
  if (!(Number.isSafeInteger(length) && length >= 0)) {
    throw new Error(`its shape is ${JSON.stringify(found.shape)}`);
  }
  const written = new Map<zarr.AbsolutePath, Uint8Array>();
  await createArray(written, layout, length);
  const expected = parseJson(written.get("/zarr.json")!);
  for (const [key, value] of Object.entries(expected)) {
    const [is, should] = [found[key], value].map((it) => JSON.stringify(it));
    if (is !== should) throw new Error(`its ${key} is ${is}, not ${should}`);
  }
}

function parseJson(bytes: Uint8Array) {
  return JSON.parse(new TextDecoder().decode(bytes));
}

function damage(path: string, cause: unknown): DatasetError {
  if (cause instanceof DatasetError) return cause;
  let origin = cause as Error;
  while (origin.cause instanceof Error) origin = origin.cause;
  // zarrita reads fields of a description without checking that it has them.
  const problem = origin instanceof TypeError
    ? "it is not valid Zarr v3"
    : origin.message;
  return new DatasetError(path, `it is damaged, ${problem}`, { cause });
}
