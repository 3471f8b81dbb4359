/**
 * Sigma-delta neurons: sums over time, and changes in whole thresholds.
 *
 * @module
 */

import { type Tensor, tensorOf, zeros } from "../tensor.ts";
import type { CellActivity } from "./cell.ts";

/** A neuron that sends changes of its activation. */
export interface Graded {
  readonly threshold: number;
  /** Largest change in thresholds that is sent in a bin. */
  readonly most: number;
}

/**
 * Sums over time.
 *
 * @param x [N, C, H, W, T].
 * @returns y, of the same shape.
 */
export function summed({ shape, data }: Tensor): Tensor {
  const y = tensorOf(shape, data.slice());
  y.data.forEach((value, i) => {
    if (i % shape[4] > 0) y.data[i] = value + y.data[i - 1];
  });
  return y;
}

/**
 * The adjoint of {@linkcode summed}.
 *
 * @param dy [N, C, H, W, T].
 * @returns dx, of the same shape.
 */
export function summedAdjoint({ shape, data }: Tensor): Tensor {
  const dx = tensorOf(shape, data.slice());
  for (let i = data.length - 2; i >= 0; i--) {
    if (i % shape[4] < shape[4] - 1) dx.data[i] += dx.data[i + 1];
  }
  return dx;
}

/**
 * Sends changes of the rectified drive.
 *
 * @param y Drives, [N, C, H, W, T].
 * @param neuron The neuron.
 * @param options Whether changes are sent as they are.
 * @returns What is sent, as spikes, and the drives as potentials.
 */
export function gradedForward(
  y: Tensor,
  { threshold, most }: Graded,
  { smooth = false }: { readonly smooth?: boolean } = {},
): Pick<CellActivity, "u" | "spikes"> {
  const spikes = zeros(y.shape);
  let sent = 0;
  y.data.forEach((value, i) => {
    if (i % y.shape[4] === 0) sent = 0;
    // In thresholds, for multiples of them are no exact numbers.
    const change = Math.max(value, 0) / threshold - sent;
    const steps = Math.max(-most, Math.min(most, Math.trunc(change)));
    const own = smooth ? change : steps;
    spikes.data[i] = threshold * own;
    sent += own;
  });
  return { u: y, spikes };
}

/**
 * Goes from the gradient of what is sent to that of drives, as if all changes
 * were sent.
 *
 * @param ds [N, C, H, W, T].
 * @param y The drives.
 * @returns Their gradient.
 */
export function gradedAdjoint(ds: Tensor, y: Tensor): Tensor {
  const T = ds.shape[4];
  return tensorOf(
    ds.shape,
    ds.data.map((d, i) => {
      const next = i % T < T - 1 ? ds.data[i + 1] : 0;
      return y.data[i] > 0 ? d - next : 0;
    }),
  );
}
