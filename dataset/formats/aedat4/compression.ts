/**
 * How the packets of an AEDAT 4 file are compressed.
 *
 * @module
 */

import { compressLz4, Lz4Decoder } from "../../files/compression/lz4.ts";
import { loadZstandard } from "../../files/compression/zstandard.ts";

/** Bytes that a packet may hold: 4 million events. */
const MAX_BYTES = 1 << 26;

/** How packets are written. */
export type Compression = "none" | "lz4" | "zstd";

/**
 * Takes what a packet holds out of it, valid until the next packet; throws if
 * the packet is damaged.
 */
export type Decompress = (packet: Uint8Array) => Uint8Array;

/** Numbers of the kinds in a header; 2 and 4 are the same at higher effort. */
export const COMPRESSION_NUMBERS: Readonly<Record<Compression, number>> = {
  none: 0,
  lz4: 1,
  zstd: 3,
};

/**
 * Loads what decompresses packets.
 *
 * @param number Number of the kind in the file's header.
 * @returns The function.
 * @throws {RangeError} If there is no such kind.
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

/** Copies packets into memory where their events are aligned. */
function copyPackets(): Decompress {
  let copy = new Uint8Array();
  return (packet) => {
    if (packet.length > copy.length) copy = new Uint8Array(packet.length);
    copy.set(packet);
    return copy.subarray(0, packet.length);
  };
}

/**
 * Loads what compresses packets.
 *
 * @param compression How.
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
