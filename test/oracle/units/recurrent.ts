/**
 * Neurons that read the spikes of their own layer, one bin later.
 *
 * @module
 */

import { type Tensor, tensorOf, zeros } from "../tensor.ts";
import type { CellActivity } from "./cell.ts";

/**
 * Fires bin by bin: the drive of a bin is known once the bin before is.
 *
 * @param y Drives of the synapse, [N, C, 1, 1, T].
 * @param r Weights, [C, C, 1, 1, 1], first by the neuron that they reach.
 * @param fire Integrates drives and fires, whatever comes after a bin.
 * @returns The activity, with spikes among the drives.
 */
export function recurrentForward<A extends CellActivity>(
  y: Tensor,
  r: Tensor,
  fire: (x: Tensor) => A,
): A {
  const T = y.shape[4];
  const driven = tensorOf(y.shape, y.data.slice());
  let activity = fire(driven);
  for (let t = 1; t < T; t++) {
    along(y.shape, t - 1, (at, other, i, c) => {
      driven.data[other + 1] += weightOf(r, i, c) * activity.spikes.data[at];
    });
    activity = fire(driven);
  }
  return activity;
}

/**
 * Goes from the gradient of spikes to those of drives and of the weights.
 *
 * @param ds Gradient of the spikes from other layers, [N, C, 1, 1, T].
 * @param spikes What the neurons did.
 * @param r Weights, [C, C, 1, 1, 1].
 * @param back Goes from the gradient of spikes to that of drives, whatever
 * comes before a bin.
 * @returns What `back` gives of all gradients of spikes, and that of weights.
 */
export function recurrentAdjoint<G extends { readonly dx: Tensor }>(
  ds: Tensor,
  spikes: Tensor,
  r: Tensor,
  back: (ds: Tensor) => G,
): G & { readonly dr: Tensor } {
  const T = ds.shape[4];
  const all = tensorOf(ds.shape, ds.data.slice());
  let gradients = back(all);
  for (let t = T - 1; t > 0; t--) {
    along(ds.shape, t - 1, (at, other, i, c) => {
      all.data[at] += weightOf(r, i, c) * gradients.dx.data[other + 1];
    });
    gradients = back(all);
  }
  const dr = zeros(r.shape);
  for (let t = 0; t + 1 < T; t++) {
    along(ds.shape, t, (at, other, i, c) => {
      dr.data[c * r.shape[1] + i] += spikes.data[at] *
        gradients.dx.data[other + 1];
    });
  }
  return { ...gradients, dr };
}

function weightOf({ shape, data }: Tensor, from: number, to: number): number {
  return data[to * shape[1] + from];
}

/** Visits bin t of all pairs of neurons i and c of a sample. */
function along(
  [N, C, , , T]: readonly number[],
  t: number,
  visit: (at: number, other: number, i: number, c: number) => void,
): void {
  for (let n = 0; n < N; n++) {
    for (let i = 0; i < C; i++) {
      for (let c = 0; c < C; c++) {
        visit((n * C + i) * T + t, (n * C + c) * T + t, i, c);
      }
    }
  }
}
