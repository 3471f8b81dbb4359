/**
 * Decompression of LZF, h5py's own compression.
 *
 * Source: LibLZF by M. Lehmann, description of the format.
 *
 * @module
 */

/** Control bytes below are followed by literals. */
const LITERALS = 32;

/**
 * Decompresses bytes.
 *
 * A control byte below 32 precedes one literal more than its value. In others,
 * the three highest bits are a match's length less two, which another byte
 * extends if all are set; the five lowest and the next byte are its distance
 * less one.
 *
 * @param bytes The compressed bytes.
 * @param most Maximum number of decompressed bytes.
 * @returns The decompressed bytes.
 * @throws {RangeError} If they are damaged or exceed `most`.
 *
 * @example
 * ```ts
 * import { decompressLzf } from "./lzf.ts";
 * const bytes = decompressLzf(Uint8Array.of(0, 7, 0x60, 0), 6);
 * if (bytes.join() !== "7,7,7,7,7,7") throw new Error(bytes.join());
 * ```
 */
export function decompressLzf(
  bytes: Uint8Array,
  most: number,
): Uint8Array<ArrayBuffer> {
  const output = new Uint8Array(most);
  const size = bytes.length;
  let to = 0;
  for (let from = 0; from < size;) {
    const control = bytes[from++];
    if (control < LITERALS) {
      const end = from + control + 1;
      if (end > size || to + control + 1 > most) {
        throw new RangeError("LZF literals are cut off");
      }
      while (from < end) output[to++] = bytes[from++];
      continue;
    }
    let length = control >> 5;
    if (length === 7) length += bytes[from++];
    let source = to - ((control & 31) << 8) - bytes[from++] - 1;
    const end = to + length + 2;
    // Negated so that a NaN, from beyond the bytes, is refused too.
    if (!(source >= 0 && end <= most)) {
      throw new RangeError("an LZF match is damaged");
    }
    while (to < end) output[to++] = output[source++];
  }
  return output.subarray(0, to);
}
