/**
 * Locations of the chunks of an HDF5 data set in the file.
 *
 * The library returns chunks only after its filters. Chunks with a filter that
 * it lacks are located here, from the data set's object header.
 *
 * Source: HDF5 File Format Specification 3.0, sections III.A.1, IV.A.1 and
 * IV.A.2.i.
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
  /** Whether its filters were skipped, so that it is uncompressed. */
  readonly plain: boolean;
}

/**
 * Lists the chunks of a data set in order.
 *
 * @param file The file.
 * @param header Byte offset of the data set's object header.
 * @returns The chunks.
 * @throws {RecordingError} If the header is damaged, with the byte offset, or
 *   if the chunk index is not HDF5's default B-tree.
 *
 * @example
 * ```ts
 * import { listChunks } from "./chunk_index.ts";
 * import { openSyncFile } from "../../files/sync_file.ts";
 * using file = await openSyncFile(new Blob(["a cat"]));
 * try {
 *   for (const _ of listChunks(file, 3)) throw new Error("expected none");
 * } catch (error) {
 *   if (!(error as Error).message.includes("byte 3")) throw error;
 * }
 * ```
 */
export function* listChunks(
  file: SyncFile,
  header: number,
): Generator<Chunk, void, void> {
  const layout = findLayout(file, header);
  // Version, layout class, number of dimensions plus one; then the B-tree's
  // address.
  const [version, storage, dimensions] = [0, 1, 2].map((at) =>
    layout.view.getUint8(at)
  );
  if (version !== 3 || storage !== 2 || dimensions !== 2) {
    throw damaged(
      file,
      layout.offset,
      `layout ${version}.${storage} of ${dimensions} dimensions cannot be read`,
    );
  }
  yield* chunksBelow(file, Number(layout.view.getBigUint64(3, true)), {
    left: file.size / 24,
  });
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
function findLayout(file: SyncFile, header: number): Message {
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
      if (type === LAYOUT && size >= 11) {
        return { view: content, offset: offset + at };
      }
      if (type === CONTINUATION && size >= 16) {
        // In version 2, a signature of four bytes precedes and a checksum of
        // four bytes follows the messages.
        const place = Number(content.getBigUint64(0, true));
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
  throw damaged(file, header, "a data set with chunks belongs here");
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
  file: SyncFile,
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
    const child = Number(view.getBigUint64(key + 24, true));
    if (level > 0) {
      const below = readView(file, child, 24).getUint8(5);
      if (below >= level) throw damaged(file, child, "chunks go in a circle");
      yield* chunksBelow(file, child, nodes);
    } else {
      yield {
        first: Number(view.getBigUint64(key + 8, true)),
        offset: child,
        bytes: view.getUint32(key, true),
        plain: view.getUint32(key + 4, true) !== 0,
      };
    }
  }
}
