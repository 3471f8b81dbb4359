/**
 * Locations of the chunks of an HDF5 data set in the file, from the data set's
 * object header: the library does not give them.
 *
 * Source: HDF5 File Format Specification 3.0, sections II.A, III.A.1, IV.A.1
 * and IV.A.2.i.
 *
 * @module
 */

import { RecordingError } from "../../files/errors.ts";
import type { SyncFile } from "../../files/sync_file.ts";

/** Types of relevant messages in an object header. */
const LAYOUT = 0x08;
const CONTINUATION = 0x10;

/** Maximum size of a header or a B-tree node in bytes. */
const MAX_BYTES = 1 << 20;

/** A chunk of a one-dimensional data set. */
export interface Chunk {
  /** Index of its first value. */
  readonly first: number;
  /** Byte offset in the file. */
  readonly offset: number;
  /** Size in the file in bytes. */
  readonly bytes: number;
  /** Bit i is set if filter i was not applied. */
  readonly skipped: number;
}

/** Location of an HDF5 file's contents in the file. */
export interface Addresses {
  readonly file: SyncFile;
  /** Byte offset of address 0: the size of the user block. */
  readonly base: number;
}

/** Location of the values of a one-dimensional data set. */
export interface Storage extends Addresses {
  /** How values are stored; `"other"` can be read by the library alone. */
  readonly kind: "contiguous" | "chunks" | "other";
  /** Description of the layout for messages. */
  readonly layout: string;
  /** Byte offset of the layout in the file. */
  readonly offset: number;
  /** Address of the values, or of the list of chunks. */
  readonly address: number;
}

/** Address of what has not been written. */
const NOWHERE = 2 ** 64;

/**
 * Finds out how a data set is stored.
 *
 * @param addresses The file.
 * @param header Address of the data set's object header.
 * @returns Its storage.
 * @throws {RecordingError} If the header is damaged, with the byte offset.
 *
 * @example
 * ```ts
 * import { findStorage } from "./chunk_index.ts";
 * import { openSyncFile } from "../../files/sync_file.ts";
 * using file = await openSyncFile(new Blob(["a cat"]));
 * try {
 *   findStorage({ file, base: 1 }, 2);
 *   throw new Error("expected none");
 * } catch (error) {
 *   if (!(error as Error).message.includes("byte 3")) throw error;
 * }
 * ```
 */
export function findStorage(addresses: Addresses, header: number): Storage {
  const { view, offset } = findLayout(addresses, header);
  // Version, layout class, and for chunks the number of dimensions plus one.
  const [version, storage, dimensions] = [0, 1, 2].map((at) =>
    view.getUint8(at)
  );
  const isContiguous = version >= 3 && storage === 1 && view.byteLength >= 18;
  const isTree = version === 3 && storage === 2 && dimensions === 2 &&
    view.byteLength >= 11;
  return {
    ...addresses,
    kind: isContiguous ? "contiguous" : isTree ? "chunks" : "other",
    layout: `layout ${version}.${storage}`,
    offset,
    address: isContiguous
      ? Number(view.getBigUint64(2, true))
      : isTree
      ? Number(view.getBigUint64(3, true))
      : NOWHERE,
  };
}

/**
 * Describes the storage in a file whose addresses cannot be read here.
 *
 * @param file The file.
 * @returns Storage that can be read by the library alone.
 */
export function unknownStorage(file: SyncFile): Storage {
  return {
    file,
    base: 0,
    kind: "other",
    layout: "a file whose addresses have not 64 bits",
    offset: 0,
    address: NOWHERE,
  };
}

/**
 * Lists the chunks of a data set in order; those that have not been written are
 * left out.
 *
 * @param storage Storage of the data set.
 * @returns The chunks.
 * @throws {RecordingError} If the list is damaged, with the byte offset, or is
 *   not HDF5's default B-tree.
 */
export function* listChunks(
  { file, base, kind, layout, offset, address }: Storage,
): Generator<Chunk, void, void> {
  if (kind !== "chunks") {
    const problem = `${layout} cannot be read with these filters, only 3.2`;
    throw damaged(file, offset, `${problem} (libver "earliest" of h5py)`);
  }
  if (address === NOWHERE) return;
  const left = file.size / 24;
  yield* chunksBelow({ file, base }, base + address, { left });
}

function damaged(
  file: SyncFile,
  offset: number,
  problem: string,
): RecordingError {
  return new RecordingError(
    file.path,
    `byte ${offset} of ${file.size}: ${problem}`,
    { offset },
  );
}

function readView(file: SyncFile, offset: number, length: number): DataView {
  if (!(offset + length <= file.size) || length > MAX_BYTES) {
    throw damaged(file, offset, `${length} bytes belong here`);
  }
  const bytes = new Uint8Array(length);
  file.read(bytes, offset);
  return new DataView(bytes.buffer);
}

/** Content of a header message and its byte offset in the file. */
interface Message {
  readonly view: DataView;
  readonly offset: number;
}

/** A block of messages of an object header. */
interface HeaderPart {
  readonly offset: number;
  readonly length: number;
}

/** Finds the message with the data layout. */
function findLayout({ file, base }: Addresses, address: number): Message {
  const header = base + address;
  const start = readView(file, header, 16);
  const isNew = start.getUint32(0, false) === 0x4f484452;
  const flags = isNew ? start.getUint8(5) : 0;
  // In version 2, optional times and attribute bounds precede the size.
  const sizeAt = 6 + (flags & 32 ? 16 : 0) + (flags & 16 ? 4 : 0);
  const sizeBytes = 1 << (flags & 3);
  const parts: HeaderPart[] = [
    isNew
      ? {
        offset: header + sizeAt + sizeBytes,
        length: readSize(file, header + sizeAt, sizeBytes),
      }
      : { offset: header + 16, length: start.getUint32(8, true) },
  ];
  const headBytes = isNew ? (flags & 4 ? 6 : 4) : 8;
  for (let n = 0; n < parts.length && n < 1000; n++) {
    const { offset, length } = parts[n];
    const view = readView(file, offset, length);
    for (let at = 0; at + headBytes <= length;) {
      const type = isNew ? view.getUint8(at) : view.getUint16(at, true);
      const size = view.getUint16(at + (isNew ? 1 : 2), true);
      at += headBytes;
      if (at + size > length) break;
      const content = new DataView(view.buffer, at, size);
      if (type === LAYOUT && size >= 4) {
        return { view: content, offset: offset + at };
      }
      if (type === CONTINUATION && size >= 16) {
        // In version 2, a signature of four bytes precedes and a checksum of
        // four bytes follows the messages.
        const place = base + Number(content.getBigUint64(0, true));
        const bytes = Number(content.getBigUint64(8, true));
        parts.push(
          isNew
            ? { offset: place + 4, length: bytes - 8 }
            : { offset: place, length: bytes },
        );
      }
      at += size;
    }
  }
  throw damaged(file, header, "a data set belongs here");
}

function readSize(file: SyncFile, offset: number, bytes: number): number {
  const view = readView(file, offset, bytes);
  let size = 0;
  for (let i = bytes; i-- > 0;) size = size * 256 + view.getUint8(i);
  return size;
}

/**
 * Lists the chunks below a B-tree node. The number of visited nodes is limited,
 * which detects cycles.
 */
function* chunksBelow(
  { file, base }: Addresses,
  at: number,
  nodes: { left: number },
): Generator<Chunk, void, void> {
  const head = readView(file, at, 24);
  const level = head.getUint8(5);
  if (head.getUint32(0, false) !== 0x54524545 || head.getUint8(4) !== 1) {
    throw damaged(file, at, "a list of chunks belongs here");
  }
  if (nodes.left-- <= 0) throw damaged(file, at, "chunks go in a circle");
  // A key has a chunk's size, its filter mask, and two offsets.
  const entryBytes = 24 + 8;
  const entries = head.getUint16(6, true);
  const view = readView(file, at + 24, entries * entryBytes);
  for (let entry = 0; entry < entries; entry++) {
    const key = entry * entryBytes;
    const child = base + Number(view.getBigUint64(key + 24, true));
    if (level > 0) {
      const below = readView(file, child, 24).getUint8(5);
      if (below >= level) throw damaged(file, child, "chunks go in a circle");
      yield* chunksBelow({ file, base }, child, nodes);
    } else {
      yield {
        first: Number(view.getBigUint64(key + 8, true)),
        offset: child,
        bytes: view.getUint32(key, true),
        skipped: view.getUint32(key + 4, true),
      };
    }
  }
}
