/**
 * Collections of HDF5's global heap, which hold the elements of lists.
 *
 * The HDF5 library never ends where an object of a collection has no length.
 *
 * Source: HDF5 File Format Specification 3.0, section III.E.
 *
 * @module
 */

import type { SyncFile } from "../../files/sync_file.ts";

/** "GCOL", the first bytes of a collection. */
const MARK = 0x47434f4c;

/** Bytes before the first object, and before the content of each. */
const HEAD_BYTES = 16;

/**
 * Tells whether what was read is a collection that the library can walk
 * through, or is none.
 *
 * @param file The file.
 * @param options Bytes that were read, and where they are in the file.
 * @returns Whether no object of a collection lacks a length.
 *
 * @example
 * ```ts
 * import { isSoundHeap } from "./global_heap.ts";
 * import { openSyncFile } from "../../files/sync_file.ts";
 * const bytes = new Uint8Array(48);
 * bytes.set([0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0, 48]);
 * using file = await openSyncFile(new Blob([bytes]));
 * if (isSoundHeap(file, { bytes, offset: 0 })) throw new Error("no length");
 * ```
 */
export function isSoundHeap(
  file: SyncFile,
  { bytes, offset }: { readonly bytes: Uint8Array; readonly offset: number },
): boolean {
  if (bytes.length < HEAD_BYTES) return true;
  const start = new DataView(bytes.buffer, bytes.byteOffset, HEAD_BYTES);
  if (start.getUint32(0) !== MARK) return true;
  const size = Number(start.getBigUint64(8, true));
  if (offset + size > file.size) return false;
  const head = new Uint8Array(HEAD_BYTES);
  const view = new DataView(head.buffer);
  for (let at = HEAD_BYTES; at + HEAD_BYTES <= size;) {
    file.read(head, offset + at);
    const length = Number(view.getBigUint64(8, true));
    // Object 0 is what is free, its length that of all of it.
    if (view.getUint16(0, true) === 0) return length >= HEAD_BYTES;
    at += HEAD_BYTES + 8 * Math.ceil(length / 8);
  }
  return true;
}
