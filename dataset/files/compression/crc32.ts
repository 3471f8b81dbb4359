/**
 * CRC-32, the checksum of ZIP archives.
 *
 * @module
 */

import { HAS_ZLIB } from "./zlib.ts";

/**
 * Computes a CRC-32 incrementally: takes the next piece and the checksum of the
 * preceding pieces, 0 if there is none; returns the checksum of all pieces.
 */
export type Crc32 = (bytes: Uint8Array, before: number) => number;

/** Remainders by byte value for the bit-reversed polynomial 0x04c11db7. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? remainder >>> 1 ^ 0xedb88320 : remainder >>> 1;
  }
  return remainder;
});

/**
 * Computes a CRC-32 where the runtime has no zlib, a hundred times as slowly.
 *
 * @param bytes The next piece.
 * @param before Checksum of the preceding pieces.
 * @returns Checksum of all pieces.
 *
 * @example
 * ```ts
 * import { crc32 } from "./crc32.ts";
 * const checksum = crc32(new TextEncoder().encode("123456789"), 0);
 * if (checksum !== 0xcbf43926) throw new Error(`${checksum}`);
 * ```
 */
export function crc32(bytes: Uint8Array, before: number): number {
  let remainder = ~before;
  for (let i = 0; i < bytes.length; i++) {
    remainder = remainder >>> 8 ^ TABLE[(remainder ^ bytes[i]) & 0xff];
  }
  return ~remainder >>> 0;
}

/**
 * Loads the checksum of the runtime's own zlib, which browsers lack.
 *
 * @returns A function that computes the checksum.
 *
 * @example
 * ```ts
 * import { loadCrc32 } from "./crc32.ts";
 * const crc32 = await loadCrc32();
 * const checksum = crc32(new TextEncoder().encode("123456789"), 0);
 * if (checksum !== 0xcbf43926) throw new Error(`${checksum}`);
 * ```
 */
export async function loadCrc32(): Promise<Crc32> {
  return HAS_ZLIB ? (await import("node:zlib")).crc32 : crc32;
}
