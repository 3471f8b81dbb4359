/**
 * Checksum of Fletcher, which HDF5 appends to chunks.
 *
 * @module
 */

/** Size of the checksum in bytes. */
export const CHECKSUM_BYTES = 4;

/** Pairs of bytes that can be added before a sum exceeds 32 bits. */
const MAX_PAIRS = 360;

/**
 * Removes the checksum of a chunk.
 *
 * @param bytes The chunk with its checksum.
 * @returns The chunk.
 * @throws {RangeError} If the checksum is another.
 *
 * @example
 * ```ts
 * import { checkFletcher32 } from "./fletcher32.ts";
 * const chunk = checkFletcher32(Uint8Array.of(1, 2, 3, 4, 6, 4, 8, 5));
 * if (chunk.join() !== "1,2,3,4") throw new Error(chunk.join());
 * ```
 */
export function checkFletcher32(bytes: Uint8Array): Uint8Array {
  const length = bytes.length - CHECKSUM_BYTES;
  if (length < 0) throw new RangeError("its checksum is cut off");
  const { buffer, byteOffset } = bytes;
  const stored = new DataView(buffer, byteOffset + length).getUint32(0, true);
  const sum = fletcher32(bytes.subarray(0, length));
  if (sum !== stored) {
    throw new RangeError(`its checksum is ${sum}, ${stored} was stored`);
  }
  return bytes.subarray(0, length);
}

/** Computes the checksum of pairs of bytes, the first of each being higher. */
function fletcher32(bytes: Uint8Array): number {
  let low = 0;
  let high = 0;
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + 2 * MAX_PAIRS);
    for (; at < end; at += 2) {
      // Beyond an odd last byte is a zero.
      low += bytes[at] << 8 | bytes[at + 1];
      high += low;
    }
    low = (low & 0xffff) + (low >>> 16);
    high = (high & 0xffff) + (high >>> 16);
  }
  low = (low & 0xffff) + (low >>> 16);
  high = (high & 0xffff) + (high >>> 16);
  return (high << 16 | low) >>> 0;
}
