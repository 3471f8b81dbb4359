/**
 * CRC-32C checksum, and the Zarr codec that appends it to a chunk.
 *
 * @module
 */

/** Castagnoli's polynomial, bit-reversed. */
const POLYNOMIAL = 0x82f63b78;

/** Bytes per iteration. */
const STRIDE = 8;

/** Remainder that a byte contributes after 0 … 7 further bytes, [8, 256]. */
const TABLE = new Int32Array(STRIDE * 256);
for (let byte = 0; byte < 256; byte++) {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = (remainder >>> 1) ^ (remainder & 1 ? POLYNOMIAL : 0);
  }
  TABLE[byte] = remainder;
}
for (let i = 256; i < TABLE.length; i++) {
  const remainder = TABLE[i - 256];
  TABLE[i] = (remainder >>> 8) ^ TABLE[remainder & 0xff];
}

/**
 * Computes the CRC-32C of bytes.
 *
 * @param bytes The bytes.
 * @returns The checksum, unsigned 32 bits.
 *
 * Source: RFC 3720, section 12.1 and appendix B.4; eight bytes at once as in
 * Kounavis and Berry, A Systematic Approach to Building High Performance
 * Software-Based CRC Generators, 2005.
 *
 * @example
 * ```ts
 * import { crc32c } from "./crc32c.ts";
 * const sum = crc32c(new TextEncoder().encode("123456789"));
 * if (sum !== 0xe3069283) throw new Error(`unexpected ${sum}`);
 * ```
 */
export function crc32c(bytes: Uint8Array): number {
  let remainder = -1;
  let i = 0;
  for (; i + STRIDE <= bytes.length; i += STRIDE) {
    const low = remainder ^
      (bytes[i] | bytes[i + 1] << 8 | bytes[i + 2] << 16 | bytes[i + 3] << 24);
    remainder = TABLE[1792 + (low & 0xff)] ^
      TABLE[1536 + (low >>> 8 & 0xff)] ^
      TABLE[1280 + (low >>> 16 & 0xff)] ^
      TABLE[1024 + (low >>> 24)] ^
      TABLE[768 + bytes[i + 4]] ^
      TABLE[512 + bytes[i + 5]] ^
      TABLE[256 + bytes[i + 6]] ^
      TABLE[bytes[i + 7]];
  }
  for (; i < bytes.length; i++) {
    remainder = (remainder >>> 8) ^ TABLE[(remainder ^ bytes[i]) & 0xff];
  }
  return ~remainder >>> 0;
}

/**
 * The Zarr v3 codec `crc32c`: appends the checksum as four little-endian bytes.
 *
 * @example
 * ```ts
 * import { Crc32cCodec } from "./crc32c.ts";
 * const codec = Crc32cCodec.fromConfig();
 * const bytes = codec.encode(Uint8Array.of(1, 2, 3));
 * if (codec.decode(bytes).length !== 3) throw new Error("expected 3 bytes");
 * ```
 */
export class Crc32cCodec {
  /** zarrita's name for codecs from bytes to bytes. */
  readonly kind = "bytes_to_bytes";

  /**
   * Makes the codec, which has no settings.
   *
   * @returns The codec.
   */
  static fromConfig(): Crc32cCodec {
    return new Crc32cCodec();
  }

  /**
   * Appends the checksum.
   *
   * @param content The bytes.
   * @returns A copy of the bytes with the checksum at its end.
   */
  encode(content: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(content.length + 4);
    bytes.set(content);
    new DataView(bytes.buffer).setUint32(content.length, crc32c(content), true);
    return bytes;
  }

  /**
   * Verifies the checksum and removes it.
   *
   * @param bytes Bytes that end in their checksum, as `encode` returns them.
   * @returns A view of all bytes but the last four.
   * @throws {Error} If the checksum is not that of the bytes before it.
   */
  decode(bytes: Uint8Array): Uint8Array {
    const end = bytes.length - 4;
    if (end < 0) {
      throw new Error(`it has ${bytes.length} bytes, a checksum alone has 4`);
    }
    const content = bytes.subarray(0, end);
    const view = new DataView(bytes.buffer, bytes.byteOffset + end);
    if (view.getUint32(0, true) !== crc32c(content)) {
      throw new Error("its checksum does not match");
    }
    return content;
  }
}
