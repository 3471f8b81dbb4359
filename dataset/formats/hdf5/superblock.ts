/**
 * Start of HDF5 files.
 *
 * Source: HDF5 File Format Specification 3.0, section II.A.
 *
 * @module
 */

import type { SyncFile } from "../../files/sync_file.ts";

/** Signature of HDF5, which a user block may precede. */
const MARK = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Possible byte offsets of the signature in the first 4096 bytes. */
const MARK_PLACES = [0, 512, 1024, 2048];

/** Size of addresses and lengths in bytes that can be read here. */
const ADDRESS_BYTES = 8;

/**
 * Finds the signature of HDF5.
 *
 * @param head The first bytes of a file, 4096 at most.
 * @returns Byte offset of the signature, which is address 0 of the file;
 *   `undefined` if there is none.
 *
 * @example
 * ```ts
 * import { findMark } from "./superblock.ts";
 * const head = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);
 * if (findMark(head) !== 0) throw new Error("expected HDF5");
 * ```
 */
export function findMark(head: Uint8Array): number | undefined {
  return MARK_PLACES.find((at) =>
    MARK.every((byte, i) => head[at + i] === byte)
  );
}

/**
 * Finds address 0 of a file with addresses of 64 bits.
 *
 * @param file The file.
 * @returns Its byte offset; `undefined` if it is beyond the first 4096 bytes,
 *   or addresses have another size.
 *
 * @example
 * ```ts
 * import { findBase } from "./superblock.ts";
 * import { openSyncFile } from "../../files/sync_file.ts";
 * using file = await openSyncFile(new Blob(["a cat"]));
 * if (findBase(file) !== undefined) throw new Error("expected no HDF5");
 * ```
 */
export function findBase(file: SyncFile): number | undefined {
  const head = new Uint8Array(4096);
  file.read(head, 0);
  const base = findMark(head);
  if (base === undefined) return undefined;
  // Sizes of addresses and lengths; their place depends on the version.
  const at = base + (head[base + 8] < 2 ? 13 : 9);
  return head[at] === ADDRESS_BYTES && head[at + 1] === ADDRESS_BYTES
    ? base
    : undefined;
}
