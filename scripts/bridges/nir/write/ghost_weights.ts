/**
 * The second half of ghost convolutions, as a convolution of its own.
 *
 * @module
 */

/**
 * Gives weights that pass on maps, and compute as many others from one each.
 *
 * @param own Weights of the others, `[half, taps]`.
 * @param sizes Maps that are passed on, and taps of a kernel.
 * @returns Weights `[2 · half, half, taps]`.
 */
export function bothHalves(
  own: Float32Array,
  { half, taps }: { readonly half: number; readonly taps: number },
): Float32Array {
  const weight = new Float32Array(2 * half * half * taps);
  for (let c = 0; c < half; c++) {
    weight[(c * half + c) * taps + (taps >> 1)] = 1;
    weight.set(
      own.subarray(c * taps, (c + 1) * taps),
      ((half + c) * half + c) * taps,
    );
  }
  return weight;
}
