/**
 * Binning: from packed events to the input tensor.
 *
 * @module
 */

import { type Tensor, zeros } from "./tensor.ts";

/** Coding of several events in one bin. */
export type BinningMode = "OR" | "SUM" | "SUM_NORM";

/**
 * Bins packed events: height times 1 (`OR`), the count of events (`SUM`), or
 * the count by the sample's largest (`SUM_NORM`). An event in bin T or later
 * is left out.
 *
 * @param samples The events of N samples as words, (bin << addressBits) |
 * address, where address = (row·width + column)·2 + polarity.
 * @param shape [N, 2, H, W, T]; the channel is the polarity.
 * @param mode Coding of several events in one bin.
 * @param height 1/Ts where one event is to be one spike.
 * @returns x in the given shape.
 */
export function bin(
  samples: readonly Uint32Array[],
  shape: readonly [number, 2, number, number, number],
  mode: BinningMode,
  height: number,
): Tensor {
  const [N, , H, W, T] = shape;
  const addressBits = Math.ceil(Math.log2(2 * W * H));
  const x = zeros(shape);
  for (let n = 0; n < N; n++) {
    for (const word of samples[n]) {
      const t = word >>> addressBits;
      if (t >= T) continue;
      const address = word & ((1 << addressBits) - 1);
      const polarity = address & 1;
      const pixel = address >> 1;
      x.data[((n * 2 + polarity) * H * W + pixel) * T + t]++;
    }
    const size = 2 * H * W * T;
    const sample = x.data.subarray(n * size, (n + 1) * size);
    const most = sample.reduce((a, b) => Math.max(a, b), 1);
    for (let i = 0; i < size; i++) {
      if (mode === "OR") sample[i] = Math.min(sample[i], 1);
      if (mode === "SUM_NORM") sample[i] /= most;
      sample[i] *= height;
    }
  }
  return x;
}
