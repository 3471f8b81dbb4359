/**
 * Writes the second half of a ghost convolution as a plain convolution.
 *
 * @module
 */

/**
 * Makes weights that copy maps, and compute one further map from each.
 *
 * @param own Kernels of the further maps, `[half, taps]`.
 * @param sizes Number of copied maps, and taps of a kernel.
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
