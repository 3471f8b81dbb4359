/**
 * Sigma-delta neurons: sums over time, and changes in whole steps.
 *
 * @module
 */

import { type Tensor, tensorOf, zeros } from "../tensor.ts";
import type { CellActivity } from "./cell.ts";

/** A neuron that sends changes of its activation. */
export interface Graded {
  readonly threshold: number;
  /** Value of a message of one. */
  readonly step: number;
  /** Largest change in steps that is sent in a bin. */
  readonly most: number;
  /** Whether changes that are not sent add up until they are. */
  readonly accumulates?: boolean;
  readonly activation?: keyof typeof ACTIVATIONS;
}

/** Activations and their derivatives. */
const ACTIVATIONS = {
  "relu": [(u: number) => Math.max(u, 0), (u: number) => u > 0 ? 1 : 0],
  "identity": [(u: number) => u, () => 1],
  "leaky relu": [
    (u: number) => u > 0 ? u : 0.01 * u,
    (u: number) => u > 0 ? 1 : 0.01,
  ],
  "sigmoid": [
    (u: number) => 1 / (1 + Math.exp(-u)),
    (u: number) => 0.25 / Math.cosh(u / 2) ** 2,
  ],
  "tanh": [Math.tanh, (u: number) => 1 / Math.cosh(u) ** 2],
} as const;

/**
 * Sums over time.
 *
 * @param x [N, C, H, W, T].
 * @param kept Share of the sum that is kept in a bin.
 * @returns y, of the same shape.
 */
export function summed({ shape, data }: Tensor, kept = 1): Tensor {
  const y = tensorOf(shape, data.slice());
  y.data.forEach((value, i) => {
    if (i % shape[4] > 0) y.data[i] = value + kept * y.data[i - 1];
  });
  return y;
}

/**
 * The adjoint of {@linkcode summed}.
 *
 * @param dy [N, C, H, W, T].
 * @param kept As for the sums.
 * @returns dx, of the same shape.
 */
export function summedAdjoint({ shape, data }: Tensor, kept = 1): Tensor {
  const dx = tensorOf(shape, data.slice());
  for (let i = data.length - 2; i >= 0; i--) {
    if (i % shape[4] < shape[4] - 1) dx.data[i] += kept * dx.data[i + 1];
  }
  return dx;
}

/**
 * Sends changes of the activation, as SLAYER 2.0's delta encoder, in steps:
 * what is sent is rounded toward 0, and the rest stays to be sent.
 *
 * @param y Drives, [N, C, H, W, T].
 * @param neuron The neuron.
 * @param options Whether changes are sent as they are.
 * @returns What is sent, as spikes, and the drives as potentials.
 */
export function gradedForward(
  y: Tensor,
  { threshold, step, most, accumulates, activation = "relu" }: Graded,
  { smooth = false }: { readonly smooth?: boolean } = {},
): Pick<CellActivity, "u" | "spikes"> {
  const spikes = zeros(y.shape);
  const [activate] = ACTIVATIONS[activation];
  let sent = 0;
  let error = 0;
  y.data.forEach((value, i) => {
    if (i % y.shape[4] === 0) sent = error = 0;
    // In steps, for multiples of them are no exact numbers.
    const change = activate(value) / step - sent;
    error = accumulates ? error + change : change;
    const whole = Math.max(-most, Math.min(most, Math.trunc(change)));
    const steps = Math.abs(error) >= threshold / step ? whole : 0;
    if (steps !== 0) error = 0;
    const own = smooth ? change : steps;
    spikes.data[i] = step * own;
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
 * @param neuron The neuron.
 * @returns Their gradient.
 */
export function gradedAdjoint(
  ds: Tensor,
  y: Tensor,
  { activation = "relu" }: Pick<Graded, "activation">,
): Tensor {
  const T = ds.shape[4];
  const [, slopeAt] = ACTIVATIONS[activation];
  return tensorOf(
    ds.shape,
    ds.data.map((d, i) => {
      const next = i % T < T - 1 ? ds.data[i + 1] : 0;
      return slopeAt(y.data[i]) * (d - next);
    }),
  );
}
