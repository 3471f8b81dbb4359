/**
 * Pooling and dropout of counts, and counts of residual layers.
 *
 * @module
 */

import { type Tensor, zeros } from "../tensor.ts";

/** Which outputs dropout silences, for all bins. */
export type Silenced = (n: number, output: number) => boolean;

/** Pooling of windows that do not overlap. */
export interface Pooling {
  readonly kind: "max" | "sum";
  /** Side of a window. */
  readonly window: number;
  /** By sample and output (row · columns + column) · channels + channel. */
  readonly silenced?: Silenced;
}

/**
 * Pools counts. Rows and columns after the last whole window are left out.
 *
 * @param x [N, C, H, W, T].
 * @param pooling How.
 * @returns y [N, C, ⌊H/k⌋, ⌊W/k⌋, T].
 */
export function poolCounts(x: Tensor, pooling: Pooling): Tensor {
  const y = zeros(pooledShape(x.shape, pooling));
  visitWindows(x.shape, pooling, (to, inputs) => {
    const values = inputs.map((i) => x.data[i]);
    y.data[to] = pooling.kind === "max"
      ? Math.max(...values)
      : values.reduce((a, b) => a + b, 0);
  });
  return y;
}

/**
 * Hands the gradient of each pooled count to the first of the window's largest
 * counts (`max`), or to all of the window (`sum`).
 *
 * @param dy [N, C, ⌊H/k⌋, ⌊W/k⌋, T].
 * @param x [N, C, H, W, T].
 * @param pooling How they were pooled.
 * @returns dx [N, C, H, W, T].
 */
export function poolCountsAdjoint(
  dy: Tensor,
  x: Tensor,
  pooling: Pooling,
): Tensor {
  const dx = zeros(x.shape);
  visitWindows(x.shape, pooling, (from, inputs) => {
    const values = inputs.map((i) => x.data[i]);
    const first = values.indexOf(Math.max(...values));
    inputs.forEach((i, k) => {
      if (pooling.kind === "sum" || k === first) dx.data[i] = dy.data[from];
    });
  });
  return dx;
}

function pooledShape(shape: readonly number[], { window }: Pooling): number[] {
  const [N, C, H, W, T] = shape;
  return [N, C, Math.floor(H / window), Math.floor(W / window), T];
}

/** Every output that is not silenced, and the inputs of its window. */
function visitWindows(
  shape: readonly number[],
  pooling: Pooling,
  at: (output: number, inputs: readonly number[]) => void,
): void {
  const [N, C, H, W, T] = shape;
  const { window, silenced = () => false } = pooling;
  const [, , OH, OW] = pooledShape(shape, pooling);
  let output = 0;
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < C; c++) {
      for (let pixel = 0; pixel < OH * OW; pixel++) {
        const top = Math.floor(pixel / OW) * window;
        const left = pixel % OW * window;
        for (let t = 0; t < T; t++, output++) {
          if (silenced(n, pixel * C + c)) continue;
          at(
            output,
            Array.from({ length: window ** 2 }, (_, k) => {
              const row = top + Math.floor(k / window);
              const column = left + k % window;
              return (((n * C + c) * H + row) * W + column) * T + t;
            }),
          );
        }
      }
    }
  }
}

/**
 * Mixes the bits of a word.
 *
 * @param value A word.
 * @returns A word.
 */
export function hashed(value: number): number {
  const state = (Math.imul(value, 747796405) + 2891336453) >>> 0;
  const shift = (state >>> 28) + 4;
  const word = Math.imul((state >>> shift) ^ state, 277803737) >>> 0;
  return ((word >>> 22) ^ word) >>> 0;
}

/**
 * Draws which outputs a layer silences.
 *
 * @param seed Seed of the step.
 * @param layer Number of the layer.
 * @param probability How many outputs are silenced.
 * @returns By sample of the batch and output.
 */
export function dropout(
  seed: number,
  layer: number,
  probability: number,
): Silenced {
  return (n, output) => {
    const key = hashed((seed ^ hashed(n + layer * 65536)) >>> 0);
    return hashed((key ^ output) >>> 0) < Math.floor(probability * 2 ** 32);
  };
}
