/**
 * HDF5's shuffle filter: the first bytes of all values, then the second ones,
 * and so on.
 *
 * @module
 */

/**
 * Puts the bytes of each value together again.
 *
 * @param bytes The shuffled bytes; what is left after whole values is at the
 *   end.
 * @param size Size of a value in bytes.
 * @returns The values.
 * @throws {RangeError} If the size is none.
 *
 * @example
 * ```ts
 * import { unshuffle } from "./shuffle.ts";
 * const values = unshuffle(Uint8Array.of(1, 3, 5, 2, 4, 6, 7), 2);
 * if (values.join() !== "1,2,3,4,5,6,7") throw new Error(values.join());
 * ```
 */
export function unshuffle(
  bytes: Uint8Array,
  size: number,
): Uint8Array {
  if (!(size > 0)) throw new RangeError(`values of ${size} bytes`);
  if (size > bytes.length) return bytes;
  const output = new Uint8Array(bytes.length);
  const count = Math.floor(bytes.length / size);
  const planes = Array.from(
    { length: size },
    (_, k) => bytes.subarray(k * count, (k + 1) * count),
  );
  if (size === 2) joinPairs(planes, new Uint16Array(output.buffer, 0, count));
  else if (size % 4 === 0) {
    joinFours(planes, new Uint32Array(output.buffer, 0, count * size / 4));
  } else {
    for (const [k, plane] of planes.entries()) {
      for (let i = 0; i < count; i++) output[i * size + k] = plane[i];
    }
  }
  output.set(bytes.subarray(count * size), count * size);
  return output;
}

function joinPairs([low, high]: Uint8Array[], values: Uint16Array): void {
  for (let i = 0; i < values.length; i++) values[i] = low[i] | high[i] << 8;
}

function joinFours(planes: Uint8Array[], words: Uint32Array): void {
  const stride = planes.length / 4;
  for (let first = 0; first < stride; first++) {
    const [a, b, c, d] = planes.slice(4 * first);
    for (let i = 0, at = first; at < words.length; i++, at += stride) {
      words[at] = a[i] | b[i] << 8 | c[i] << 16 | d[i] << 24;
    }
  }
}
