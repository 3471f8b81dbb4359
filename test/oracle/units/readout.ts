/**
 * Losses of outputs' means over time, and their gradients.
 *
 * @module
 */

import type { READOUT_KINDS } from "../../../engine/losses/loss.ts";

/** Class of a sample, and that of another that is mixed in. */
export interface MixedLabel {
  readonly label: number;
  readonly mixed: number;
  /** Share of the first. */
  readonly share: number;
}

/** A loss. */
export interface Readout {
  readonly kind: typeof READOUT_KINDS[number];
  readonly smoothing: number;
  /** Factor of the samples of each class. */
  readonly classWeights: readonly number[];
  /** Target rates of the rate error. */
  readonly rates?: { readonly true: number; readonly false: number };
  /** Width and centre of sigmoids. */
  readonly sigmoid?: { readonly alpha: number; readonly theta: number };
  /** Value of the spike that each output has more, of shares. */
  readonly one?: number;
}

/**
 * Computes the loss of one sample and its gradient.
 *
 * @param values A value for each class.
 * @param label The class.
 * @param loss The loss.
 * @returns Loss, and its gradient by the values.
 */
export function readoutLoss(
  values: readonly number[],
  { label, mixed, share }: MixedLabel,
  { kind, smoothing, classWeights, rates, sigmoid, one }: Readout,
): { loss: number; gradient: number[] } {
  const O = values.length;
  const weight = classWeights[label];
  const smooth = share < 1 ? 0 : smoothing;
  const target = values.map((_, o) =>
    (1 - smooth) * (share * Number(o === label) +
        (1 - share) * Number(o === mixed)) +
    smooth / O
  );
  if (kind === "squared error") {
    const errors = values.map((value, o) => value - target[o]);
    return {
      loss: weight * errors.reduce((sum, e) => sum + e * e, 0) / O,
      gradient: errors.map((e) => 2 * weight * e / O),
    };
  }
  if (kind === "rate error") {
    const { true: trueRate, false: falseRate } = rates!;
    const errors = values.map((value, o) =>
      value - falseRate - (trueRate - falseRate) * target[o]
    );
    return {
      loss: weight * errors.reduce((sum, e) => sum + e * e, 0),
      gradient: errors.map((e) => 2 * weight * e),
    };
  }
  if (kind === "sigmoids") {
    const { alpha, theta } = sigmoid!;
    const p = values.map((v) => 1 / (1 + Math.exp((theta - v) / alpha)));
    return {
      loss: -weight *
        p.reduce(
          (sum, p, o) =>
            sum + target[o] * Math.log(p) + (1 - target[o]) * Math.log(1 - p),
          0,
        ),
      gradient: p.map((p, o) => weight * (p - target[o]) / alpha),
    };
  }
  if (kind === "shares") {
    const all = values.map((value) => value + one!);
    const total = all.reduce((a, b) => a + b, 0);
    return {
      loss: -weight * all.reduce(
        (sum, value, o) => sum + target[o] * Math.log(value / total),
        0,
      ),
      gradient: all.map((value, o) => weight * (1 / total - target[o] / value)),
    };
  }
  const most = Math.max(...values);
  const total = values.reduce((sum, value) => sum + Math.exp(value - most), 0);
  const logs = values.map((value) => value - most - Math.log(total));
  return {
    loss: -weight * logs.reduce((sum, log, o) => sum + target[o] * log, 0),
    gradient: logs.map((log, o) => weight * (Math.exp(log) - target[o])),
  };
}
