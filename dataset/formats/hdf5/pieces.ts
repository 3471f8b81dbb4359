/**
 * Sequential reading of HDF5 data sets.
 *
 * Chunks are read from the file and decompressed here, in a fraction of the
 * time that the library takes, and with filters that it lacks.
 *
 * @module
 */

import { RecordingError } from "../../files/errors.ts";
import { listChunks, type Storage } from "./chunk_index.ts";
import { canUndo, foreignFilter, loadPipeline } from "./filters/pipeline.ts";
import type { Column, Hdf5File } from "./hdf5_file.ts";
import { type AlignedBytes, makeLittleEndian } from "./numbers.ts";

/** Number of values that are read at once where there are no chunks. */
const PIECE_VALUES = 1 << 16;

/** Maximum number of values that the library reads at once. */
const MAX_VALUES = 1 << 20;

/** Maximum size of a chunk without filters in bytes. */
const MAX_CHUNK_BYTES = 1 << 28;

/** Range of values. */
interface Range {
  /** Index of the first value. */
  readonly first: number;
  /** Index after the last one. */
  readonly end: number;
}

/** Bytes of values, which start at a multiple of eight in memory. */
interface Stored extends Range {
  readonly bytes: AlignedBytes;
}

/**
 * Reads all values of a data set in order.
 *
 * @param file The file.
 * @param column The data set, with values of fixed size.
 * @returns The bytes of consecutive values, little-endian, in pieces.
 * @throws {RecordingError} If they are damaged, with the byte offset, or have a
 *   filter that cannot be undone, with its number and name.
 */
export async function* readPieces(
  file: Hdf5File,
  column: Column,
): AsyncGenerator<AlignedBytes, void, void> {
  let next = 0;
  for await (const { first, end, bytes } of storedPieces(file, column)) {
    // Values that were never written have no chunk.
    yield* libraryPieces(file, column, { first: next, end: first });
    const { type } = column;
    makeLittleEndian(bytes, type);
    yield bytes.subarray(0, (end - first) * type.size);
    next = end;
  }
  yield* libraryPieces(file, column, { first: next, end: column.length });
}

/** Reads values by the library, chunk by chunk. */
function* libraryPieces(
  file: Hdf5File,
  column: Column,
  { first, end }: Range,
): Generator<AlignedBytes> {
  const chunk = Math.min(column.chunk ?? PIECE_VALUES, MAX_VALUES);
  const step = chunk * Math.ceil(PIECE_VALUES / chunk);
  for (let at = first; at < end; at += step) {
    const count = Math.min(step, end - at);
    const { buffer } = file.readBytes(column, { first: at, count });
    yield new Uint8Array(buffer);
  }
}

/** Reads the values that are stored in a way that can be read here. */
async function* storedPieces(
  file: Hdf5File,
  column: Column,
): AsyncGenerator<Stored> {
  const { chunk = 0, type, filters } = column;
  if (chunk * type.size > MAX_CHUNK_BYTES || !canUndo(filters)) return;
  const storage = file.storageOf(column);
  if (storage.kind === "contiguous") {
    yield* contiguousPieces(column, storage);
  } else if (
    storage.kind === "chunks" || foreignFilter(filters) !== undefined
  ) {
    yield* chunkPieces(column, storage);
  }
}

function* contiguousPieces(
  { length, type }: Column,
  { file, base, address }: Storage,
): Generator<Stored> {
  // Values that were never written have no address.
  if (base + address >= file.size) return;
  for (let first = 0; first < length; first += PIECE_VALUES) {
    const end = Math.min(first + PIECE_VALUES, length);
    const offset = base + address + first * type.size;
    const bytes = new Uint8Array((end - first) * type.size);
    if (file.read(bytes, offset) < bytes.length) {
      throw new RecordingError(
        file.path,
        `byte ${offset} of ${file.size}: ${bytes.length} bytes belong here`,
        { offset },
      );
    }
    yield { first, end, bytes };
  }
}

async function* chunkPieces(
  { chunk = 0, length, type, filters }: Column,
  storage: Storage,
): AsyncGenerator<Stored> {
  const { file } = storage;
  const undo = await loadPipeline(filters, chunk * type.size);
  let next = 0;
  for (
    const { first, offset, bytes, skipped } of listChunks(storage)
  ) {
    const damage = (problem: string, cause?: unknown) =>
      new RecordingError(
        file.path,
        `byte ${offset} of ${file.size}: ${problem}`,
        { offset, cause },
      );
    if (first < next) throw damage("chunks overlap");
    if (offset + bytes > file.size) {
      throw damage(`a chunk claims ${bytes} bytes`);
    }
    if (first >= length) return;
    next = Math.min(first + chunk, length);
    const packed = new Uint8Array(bytes);
    file.read(packed, offset);
    const content = await undo(packed, skipped).catch((cause: Error) => {
      throw damage(`a chunk is damaged: ${cause.message}`, cause);
    });
    yield { first, end: next, bytes: aligned(content) };
  }
}

/** Copies bytes that do not start at a multiple of eight. */
function aligned(bytes: Uint8Array): AlignedBytes {
  return bytes.byteOffset % 8 === 0 && bytes.buffer instanceof ArrayBuffer
    ? bytes as AlignedBytes
    : bytes.slice();
}
