/**
 * Responses of neurons that have several drives, each with taps of its own, and
 * their gradients. Channel c · filters + i is drive i of channel c.
 *
 * @module
 */

import { psp, pspAdjoint } from "./srm.ts";
import { type Tensor, zeros } from "../tensor.ts";

/**
 * Adds up the responses to the drives of each neuron.
 *
 * @param x [N, C · filters, H, W, T].
 * @param tables The taps of each drive.
 * @param Ts Time step in ms.
 * @returns y [N, C, H, W, T].
 */
export function filterBank(
  x: Tensor,
  tables: readonly Float64Array[],
  Ts: number,
): Tensor {
  const [N, wide, H, W, T] = x.shape;
  const y = zeros([N, wide / tables.length, H, W, T]);
  tables.forEach((taps, i) => {
    const part = psp(x, taps, Ts);
    forEachDrive(y.shape, tables.length, i, (from, to) => {
      y.data[to] += part.data[from];
    });
  });
  return y;
}

/**
 * Hands the gradient of responses to their drives, the adjoint of
 * {@linkcode filterBank}.
 *
 * @param dy [N, C, H, W, T].
 * @param tables The taps of each drive.
 * @param Ts Time step in ms.
 * @returns dx [N, C · filters, H, W, T].
 */
export function filterBankAdjoint(
  dy: Tensor,
  tables: readonly Float64Array[],
  Ts: number,
): Tensor {
  const [N, C, H, W, T] = dy.shape;
  const dx = zeros([N, C * tables.length, H, W, T]);
  tables.forEach((taps, i) => {
    const part = pspAdjoint(dy, taps, Ts);
    forEachDrive(dy.shape, tables.length, i, (to, from) => {
      dx.data[to] = part.data[from];
    });
  });
  return dx;
}

/**
 * Computes the gradient of the taps: Ts·Σ dy[t]·x[t − k].
 *
 * @param x [N, C · filters, H, W, T].
 * @param dy [N, C, H, W, T].
 * @param sizes Number of tables, and of taps of each.
 * @param Ts Time step in ms.
 * @returns The gradient of each tap, table by table, k = 0 first.
 */
export function filterTapsGradient(
  x: Tensor,
  dy: Tensor,
  { filters, K }: { readonly filters: number; readonly K: number },
  Ts: number,
): Float64Array {
  const T = dy.shape[4];
  const gradient = new Float64Array(filters * K);
  for (let i = 0; i < filters; i++) {
    forEachDrive(dy.shape, filters, i, (from, to) => {
      for (let k = 0; k <= Math.min(K - 1, to % T); k++) {
        gradient[i * K + k] += Ts * dy.data[to] * x.data[from - k];
      }
    });
  }
  return gradient;
}

/** Visits each value of drive i, and the neuron's in the same bin. */
function forEachDrive(
  [N, C, H, W, T]: readonly number[],
  filters: number,
  i: number,
  visit: (drive: number, neuron: number) => void,
): void {
  const plane = H * W * T;
  for (let c = 0; c < N * C; c++) {
    for (let at = 0; at < plane; at++) {
      visit((c * filters + i) * plane + at, c * plane + at);
    }
  }
}
