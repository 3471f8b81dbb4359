/**
 * Check of HDF5's global heap collections, which store variable-length values.
 *
 * The HDF5 library hangs if an object of a collection has length 0.
 *
 * Source: HDF5 File Format Specification 3.0, section III.E.
 *
 * @module
 */

import type { SyncFile } from "../../files/sync_file.ts";

/** Signature "GCOL" of a collection. */
const MARK = 0x47434f4c;

/** Size of the collection's header, and of each object's header, in bytes. */
const HEAD_BYTES = 16;

/**
 * Tells whether bytes are safe for the library: a collection that it can
 * traverse, or no collection at all.
 *
 * @param file The file.
 * @param options Bytes that were read, and their offset in the file.
 * @returns `false` if the free space of a collection has no valid length, or
 *   the collection extends beyond the file.
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
    // Object 0 is the free space; its length includes its header.
    if (view.getUint16(0, true) === 0) return length >= HEAD_BYTES;
    at += HEAD_BYTES + 8 * Math.ceil(length / 8);
  }
  return true;
}
