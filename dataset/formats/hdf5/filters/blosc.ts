/**
 * Decompression of Blosc 1 with any of its compressors.
 *
 * Source: Blosc, chunk format.
 *
 * @module
 */

/** Size of the header in bytes. */
const HEADER_BYTES = 16;

/** Decompresses a chunk to a maximum number of bytes. */
export type DecompressBlosc = (
  chunk: Uint8Array,
  most: number,
) => Promise<Uint8Array>;

/**
 * Loads the library, of which few files have need.
 *
 * @returns A function that decompresses a chunk, and throws a `RangeError` if
 *   it is damaged or exceeds the maximum.
 *
 * @example
 * ```ts
 * import { loadBlosc } from "./blosc.ts";
 * const decompress = await loadBlosc();
 * // Version 2, flag 2 (stored as it is), values of 1 byte, 3 bytes in all.
 * const header = [2, 1, 2, 1, 3, 0, 0, 0, 3, 0, 0, 0, 19, 0, 0, 0];
 * const bytes = await decompress(Uint8Array.of(...header, 7, 8, 9), 3);
 * if (bytes.join() !== "7,8,9") throw new Error(bytes.join());
 * ```
 */
export async function loadBlosc(): Promise<DecompressBlosc> {
  const { default: Blosc } = await import("npm:numcodecs@0.3.2/blosc");
  const codec = Blosc.fromConfig({ id: "blosc" });
  return async (chunk, most) => {
    if (chunk.length < HEADER_BYTES) throw new RangeError("it is cut off");
    const view = new DataView(chunk.buffer, chunk.byteOffset, HEADER_BYTES);
    const [size, packed] = [4, 12].map((at) => view.getUint32(at, true));
    if (size > most) throw new RangeError(`it claims ${size} bytes`);
    if (packed !== chunk.length) {
      throw new RangeError(`it has ${chunk.length} bytes of ${packed}`);
    }
    try {
      return await codec.decode(chunk);
    } catch (cause) {
      throw new RangeError("Blosc cannot decompress it", { cause });
    }
  };
}
