/**
 * Compression of the packets of AEDAT 4 files.
 *
 * @module
 */

import { compressLz4, Lz4Decoder } from "../../files/compression/lz4.ts";
import { loadZstandard } from "../../files/compression/zstandard.ts";

/** Maximum decompressed size of a packet in bytes, 4 million events. */
const MAX_BYTES = 1 << 26;

/** Compression method of packets. */
export type Compression = "none" | "lz4" | "zstd";

/**
 * Decompresses a packet; throws if it is damaged. The result is valid until the
 * next call.
 */
export type Decompress = (packet: Uint8Array) => Uint8Array;

/**
 * Numbers of the methods in a header; 2 and 4 are LZ4 and Zstandard with higher
 * compression levels.
 */
export const COMPRESSION_NUMBERS: Readonly<Record<Compression, number>> = {
  none: 0,
  lz4: 1,
  zstd: 3,
};

/**
 * Loads the decompressor of packets.
 *
 * @param number Number of the method in the file's header.
 * @returns The function.
 * @throws {RangeError} If there is no such method.
 *
 * @example
 * ```ts
 * import { loadDecompressor } from "./compression.ts";
 * const decompress = await loadDecompressor(0);
 * if (decompress(Uint8Array.of(1, 2)).length !== 2) throw new Error("changed");
 * ```
 */
export async function loadDecompressor(number: number): Promise<Decompress> {
  switch (number) {
    case 0:
      return copyPackets();
    case 1:
    case 2: {
      const decoder = new Lz4Decoder();
      return (packet) => decoder.decode(packet, MAX_BYTES);
    }
    case 3:
    case 4: {
      const { decompress } = await loadZstandard();
      return (packet) => decompress(packet, MAX_BYTES);
    }
  }
  throw new RangeError(`compression ${number} is not known`);
}

/**
 * Copies uncompressed packets to a buffer in which their events are aligned.
 */
function copyPackets(): Decompress {
  let copy = new Uint8Array();
  return (packet) => {
    if (packet.length > copy.length) copy = new Uint8Array(packet.length);
    copy.set(packet);
    return copy.subarray(0, packet.length);
  };
}

/**
 * Loads the compressor of packets.
 *
 * @param compression Compression method.
 * @returns The function.
 *
 * @example
 * ```ts
 * import { loadCompressor } from "./compression.ts";
 * const compress = await loadCompressor("lz4");
 * if (compress(new Uint8Array(1000)).length > 50) throw new Error("expected less");
 * ```
 */
export async function loadCompressor(
  compression: Compression,
): Promise<(content: Uint8Array) => Uint8Array> {
  switch (compression) {
    case "none":
      return (content) => content;
    case "lz4":
      return compressLz4;
    case "zstd":
      return (await loadZstandard()).compress;
  }
}
