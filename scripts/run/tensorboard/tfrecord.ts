/**
 * Records of a TFRecord file: length and content, each with a checksum.
 *
 * @module
 */

import { crc32c } from "../../../dataset/files/crc32c.ts";

/** Bytes of a record besides its content. */
const FRAME_BYTES = 16;

/**
 * Frames some bytes as a record.
 *
 * @param content The bytes.
 * @returns Length, 64 bits; its checksum; the bytes; their checksum; numbers
 * little-endian.
 *
 * Source: TFRecord, as TensorFlow's guide of that name describes it. A checksum
 * is masked, since the checksum of bytes that hold checksums is weak.
 *
 * @example
 * ```ts
 * import { frameRecord } from "./tfrecord.ts";
 * const record = frameRecord(Uint8Array.of(1, 2, 3));
 * if (record.length !== 19) throw new Error(`unexpected ${record.length}`);
 * ```
 */
export function frameRecord(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(content.length + FRAME_BYTES);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(content.length), true);
  view.setUint32(8, maskedSum(record.subarray(0, 8)), true);
  record.set(content, 12);
  view.setUint32(12 + content.length, maskedSum(content), true);
  return record;
}

function maskedSum(bytes: Uint8Array): number {
  const sum = crc32c(bytes);
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}
