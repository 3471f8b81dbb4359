/**
 * Axons: delays of spikes, and dropout, with their gradients.
 *
 * @module
 */

import { type Tensor, zeros } from "../tensor.ts";

/** Axons of a layer. */
export interface Axon {
  /** Delay in ms of each neuron, [C, H, W], or each channel, [C, 1, 1]. */
  readonly delays: Tensor;
  /** Time step in ms. */
  readonly Ts: number;
}

/**
 * Delays spikes: y[t] = x[t − ⌊d/Ts⌋], 0 before the first bin.
 *
 * @param x [N, C, H, W, T].
 * @param axon The delays.
 * @returns y [N, C, H, W, T].
 */
export function delay(x: Tensor, axon: Axon): Tensor {
  const y = zeros(x.shape);
  forEachRow(x, axon, (row, _, shift, T) => {
    for (let t = shift; t < T; t++) {
      y.data[row * T + t] = x.data[row * T + t - shift];
    }
  });
  return y;
}

/**
 * Moves gradients back, the adjoint of {@linkcode delay}.
 *
 * @param dy [N, C, H, W, T].
 * @param axon The delays.
 * @returns dx [N, C, H, W, T].
 */
export function delayInputGradient(dy: Tensor, axon: Axon): Tensor {
  const dx = zeros(dy.shape);
  forEachRow(dy, axon, (row, _, shift, T) => {
    for (let t = 0; t + shift < T; t++) {
      dx.data[row * T + t] = dy.data[row * T + t + shift];
    }
  });
  return dx;
}

/**
 * Computes the gradient of the delays: Σ dy[t]·(y[t − 1] − y[t]).
 *
 * @param y Spikes that were delayed, [N, C, H, W, T].
 * @param dy Their gradient, [N, C, H, W, T].
 * @param axon The delays.
 * @returns The gradient of each delay, in the shape of the delays.
 */
export function delayGradient(y: Tensor, dy: Tensor, axon: Axon): Tensor {
  const gradient = zeros(axon.delays.shape);
  forEachRow(y, axon, (row, at, _, T) => {
    for (let t = 0; t < T; t++) {
      const before = t > 0 ? y.data[row * T + t - 1] : 0;
      gradient.data[at] += dy.data[row * T + t] *
        (before - y.data[row * T + t]);
    }
  });
  return gradient;
}

/** Visits each row, with the index of its delay and the bins of it. */
function forEachRow(
  { shape }: Tensor,
  { delays, Ts }: Axon,
  visit: (row: number, delay: number, shift: number, T: number) => void,
): void {
  const [N, C, H, W, T] = shape;
  const perChannel = delays.data.length === C;
  for (let row = 0; row < N * C * H * W; row++) {
    const neuron = row % (C * H * W);
    const at = perChannel ? Math.floor(neuron / (H * W)) : neuron;
    const shift = Math.trunc(delays.data[at] / Ts);
    visit(row, at, Math.min(shift, T), T);
  }
}
