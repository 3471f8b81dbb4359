/**
 * Access to the groups, data sets and attributes of HDF5 files.
 *
 * @module
 */

import type * as h5wasm from "npm:h5wasm@0.10.3";
import type { FileSource } from "../../files/file_source.ts";
import { RecordingError } from "../../files/errors.ts";
import type { SyncFile } from "../../files/sync_file.ts";
import { findStorage, type Storage, unknownStorage } from "./chunk_index.ts";
import {
  numberReader,
  TEXT,
  textReader,
  typeOf,
  type ValueType,
} from "./columns.ts";
import { type Filter, foreignFilter } from "./filters/pipeline.ts";
import {
  closeInLibrary,
  guarded,
  type H5Module,
  type LibraryFile,
  openInLibrary,
  withMemory,
} from "./hdf5_library.ts";
import { findBase } from "./superblock.ts";

/** Maximum compression ratio of a data set. */
const MAX_RATIO = 1100;

/**
 * Maximum number of bytes per read, and of a data set that is read as a whole.
 */
const MAX_BYTES = 1 << 26;
const MAX_WHOLE_BYTES = 1 << 29;

/** A one-dimensional data set. */
export interface Column {
  /** Path in the file. */
  readonly path: string;
  /** Number of values. */
  readonly length: number;
  /** Type of the values. */
  readonly type: ValueType;
  /** Number of values in a chunk; `undefined` if there are no chunks. */
  readonly chunk: number | undefined;
  /** Filters of its chunks, in the order in which they were applied. */
  readonly filters: readonly Filter[];
}

/** Contents of a data set with any number of dimensions. */
export interface Hdf5Array {
  /** Lengths of its dimensions, slowest first; empty for a scalar. */
  readonly shape: readonly number[];
  /** Values: numbers in float64, or strings. */
  readonly values: Float64Array | readonly string[];
}

/**
 * An open HDF5 file.
 *
 * @example
 * ```ts
 * import { Hdf5File } from "./hdf5_file.ts";
 * const open = Hdf5File.open(new Blob(["a cat"]));
 * const message = await open.catch((error: Error) => error.message);
 * if (!`${message}`.includes("HDF5")) throw new Error("expected a refusal");
 * ```
 */
export class Hdf5File implements Disposable {
  /** The underlying file. */
  readonly file: SyncFile;
  readonly #open: LibraryFile;
  readonly #id: bigint;
  readonly #library: typeof h5wasm;
  readonly #module: H5Module;

  private constructor(open: LibraryFile) {
    this.#open = open;
    this.file = open.file;
    this.#id = open.id;
    this.#library = open.library;
    this.#module = open.module;
  }

  /**
   * Opens a file.
   *
   * @param source The file.
   * @returns The file.
   * @throws {RecordingError} If it cannot be opened or is not an HDF5 file.
   */
  static async open(source: FileSource): Promise<Hdf5File> {
    return new Hdf5File(await openInLibrary(source));
  }

  /**
   * Tells whether a group or data set exists.
   *
   * @param path Its path in the file.
   * @returns Whether it does.
   * @throws {RecordingError} If a group above it is damaged.
   */
  has(path: string): boolean {
    const parts = path.split("/");
    // Looking up others is an error.
    return this.#guarded(path, () =>
      parts.every((part, i) => {
        const group = parts.slice(0, i).join("/") || "/";
        return this.#module.get_names(this.#id, group, false).includes(part);
      }));
  }

  /**
   * Finds a one-dimensional data set.
   *
   * @param path Its path in the file.
   * @returns The data set; `undefined` if there is none.
   * @throws {RecordingError} If its description is damaged.
   */
  column(path: string): Column | undefined {
    return this.#guarded(path, () => {
      if (!this.has(path)) return undefined;
      const metadata = this.#module.get_dataset_metadata(this.#id, path);
      if (metadata.shape?.length !== 1) return undefined;
      const filters = this.#filters(path);
      const length = Number(metadata.shape[0]);
      const ratio = filters.length === 0 ? 1 : MAX_RATIO;
      if (length * metadata.size > ratio * this.file.size) {
        throw new RangeError(`it claims ${length} values`);
      }
      return {
        path,
        length,
        type: typeOf(metadata),
        chunk: metadata.chunks?.[0],
        filters,
      };
    });
  }

  /**
   * Reads a string attribute of the file.
   *
   * @param name Its name.
   * @returns The string; empty if there is none.
   * @throws {RecordingError} If it is damaged.
   */
  attribute(name: string): string {
    return this.#guarded(`the attribute "${name}"`, () => {
      const names = this.#module.get_attribute_names(this.#id, "/");
      if (!names.includes(name)) return "";
      const { value } = new this.#library.Group(this.#id, "/").attrs[name];
      return String(value);
    });
  }

  /**
   * Reads a data set of strings.
   *
   * @param path Its path in the file.
   * @returns The strings; empty if there is no such data set.
   * @throws {RecordingError} If it is damaged.
   */
  texts(path: string): string[] {
    return this.#guarded(path, () => {
      if (!this.has(path)) return [];
      const { value } = new this.#library.Dataset(this.#id, path);
      return Array.isArray(value) ? value.map(String) : [];
    });
  }

  /**
   * Lists the entries of a group.
   *
   * @param path Path of the group in the file; empty for the root.
   * @returns Name and kind of each entry.
   * @throws {RecordingError} If the group is damaged or missing.
   */
  entries(path: string): { name: string; kind: "group" | "data" | "other" }[] {
    const { H5G_GROUP, H5G_DATASET } = this.#module;
    return this.#guarded(
      path,
      () =>
        this.#module.get_names(this.#id, path || "/", false).map((name) => {
          const type = this.#module.get_type(this.#id, `${path}/${name}`);
          const kind = type === H5G_GROUP
            ? "group"
            : type === H5G_DATASET
            ? "data"
            : "other";
          return { name, kind };
        }),
    );
  }

  /**
   * Reads a whole data set.
   *
   * @param path Its path in the file.
   * @returns Its shape and values; `undefined` if these are neither numbers nor
   *   strings.
   * @throws {RecordingError} If it is damaged or larger than 512 MiB.
   */
  array(path: string): Hdf5Array | undefined {
    return this.#guarded(path, () => {
      const metadata = this.#module.get_dataset_metadata(this.#id, path);
      const shape = metadata.shape?.map(Number) ?? [];
      const length = shape.reduce((product, side) => product * side, 1);
      const ratio = this.#filters(path).length === 0 ? 1 : MAX_RATIO;
      const bytes = length * metadata.size;
      if (
        !metadata.shape || bytes > ratio * this.file.size ||
        bytes > MAX_WHOLE_BYTES
      ) throw new RangeError(`it claims ${length} values`);
      const type = typeOf(metadata);
      const isText = metadata.type === TEXT;
      const readNumber = numberReader(type);
      if (!isText && !readNumber) return undefined;
      return withMemory(this.#module, Math.max(bytes, 1), (at) => {
        const place = BigInt(at);
        const status = this.#module
          .get_dataset_data(this.#id, path, null, null, null, place);
        if (status < 0) throw new RangeError("the library cannot read it");
        const { buffer } = this.#module.HEAPU8;
        const view = new DataView(buffer as ArrayBuffer, at, bytes);
        // WebAssembly memory may have been reallocated by growing.
        const read = readNumber ?? textReader(this.#module.HEAPU8, metadata);
        const values = Array.from(
          { length },
          (_, i) => read(view, i * type.size),
        );
        // Freed only after a successful read, as there are no strings
        // otherwise.
        if (metadata.vlen) {
          this.#module.reclaim_vlen_memory(this.#id, path, "", place);
        }
        return isText
          ? { shape, values: values as string[] }
          : { shape, values: Float64Array.from(values as number[]) };
      });
    });
  }

  /**
   * Reads values as little-endian bytes.
   *
   * @param column The data set, with values of fixed size.
   * @param first Index of the first value.
   * @param count Number of values.
   * @returns The bytes of the values.
   * @throws {RecordingError} If they cannot be read.
   */
  readBytes(
    column: Column,
    { first, count }: { readonly first: number; readonly count: number },
  ): DataView<ArrayBuffer> {
    return this.#read(
      column,
      { first, count },
      (at, bytes) => viewOf(this.#module.HEAPU8.slice(at, at + bytes)),
    );
  }

  /**
   * Reads one variable-length list.
   *
   * @param column The data set of lists.
   * @param index Index of the list.
   * @returns The bytes of its elements.
   * @throws {RecordingError} If it cannot be read.
   */
  readList(column: Column, index: number): DataView<ArrayBuffer> {
    const elementBytes = column.type.element?.size ?? 1;
    return this.#read(column, { first: index, count: 1 }, (at) => {
      const memory = this.#module.HEAPU8;
      const [length, start] = new Uint32Array(memory.slice(at, at + 8).buffer);
      const end = start + length * elementBytes;
      if (end > memory.length) throw new RangeError("a list is damaged");
      const list = viewOf(memory.slice(start, end));
      this.#module.reclaim_vlen_memory_count(
        this.#id,
        column.path,
        "",
        BigInt(at),
        [1n],
      );
      return list;
    });
  }

  /**
   * Finds the values of a data set in the file.
   *
   * @param column The data set.
   * @returns Their storage.
   * @throws {RecordingError} If the data set's header is damaged.
   */
  storageOf(column: Column): Storage {
    const { file } = this;
    const base = findBase(file);
    if (base === undefined) return unknownStorage(file);
    const header = this.#guarded(column.path, () => {
      const reference = this.#module.create_object_reference(
        this.#id,
        column.path,
      );
      const bytes = Uint8Array.from(reference);
      return Number(viewOf(bytes).getBigUint64(0, true));
    });
    return findStorage({ file, base }, header);
  }

  /** Reads values into temporary memory of the library. */
  #read<T>(
    column: Column,
    { first, count }: { readonly first: number; readonly count: number },
    take: (at: number, bytes: number) => T,
  ): T {
    return this.#guarded(column.path, () => {
      const bytes = count * column.type.size;
      if (bytes > MAX_BYTES) throw new RangeError(`${bytes} bytes at once`);
      return withMemory(this.#module, bytes, (at) => {
        const status = this.#module.get_dataset_data(
          this.#id,
          column.path,
          [BigInt(count)],
          [BigInt(first)],
          [1n],
          BigInt(at),
        );
        if (status < 0) throw new RangeError("the library cannot read it");
        return take(at, bytes);
      });
    });
  }

  #filters(path: string): Filter[] {
    return this.#module.get_dataset_filters(this.#id, path)
      .map(({ id, name, cd_values }) => ({ id, name, values: cd_values }));
  }

  /**
   * Converts errors of the library to recording errors; those at a data set
   * with a filter that it lacks name the filter.
   */
  #guarded<T>(what: string, use: () => T): T {
    try {
      return guarded(this.#open, what, use);
    } catch (cause) {
      let filter: string | undefined;
      try {
        filter = foreignFilter(this.#filters(what));
      } catch {
        // It is no data set, or a damaged one.
      }
      if (filter === undefined) throw cause;
      throw new RecordingError(
        this.file.path,
        `"${what}" is compressed with filter ${filter}, which cannot be read`,
        { cause },
      );
    }
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    closeInLibrary(this.#open);
  }
}

function viewOf(bytes: Uint8Array): DataView<ArrayBuffer> {
  return new DataView(bytes.buffer as ArrayBuffer, bytes.byteOffset);
}
