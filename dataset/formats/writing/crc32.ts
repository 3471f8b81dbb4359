/**
 * CRC-32, the checksum of ZIP archives.
 *
 * @module
 */

/** Remainders by byte value for the bit-reversed polynomial 0x04c11db7. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? remainder >>> 1 ^ 0xedb88320 : remainder >>> 1;
  }
  return remainder;
});

/**
 * Computes a CRC-32 incrementally.
 *
 * @param bytes The next piece.
 * @param before Checksum of the preceding pieces.
 * @returns Checksum of all pieces.
 *
 * @example
 * ```ts
 * import { crc32 } from "./crc32.ts";
 * const checksum = crc32(new TextEncoder().encode("123456789"));
 * if (checksum !== 0xcbf43926) throw new Error(`${checksum}`);
 * ```
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  let remainder = ~before;
  for (let i = 0; i < bytes.length; i++) {
    remainder = remainder >>> 8 ^ TABLE[(remainder ^ bytes[i]) & 0xff];
  }
  return ~remainder >>> 0;
}
