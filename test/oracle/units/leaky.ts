/**
 * Leaky integrate-and-fire neurons and their adjoints.
 *
 * @module
 */

import type { Surrogate } from "../../../engine/neurons/firing.ts";
import { type Tensor, zeros } from "../tensor.ts";

/** All parameters of a neuron; time constants in bins. */
export interface Leaky {
  readonly threshold: number;
  readonly tau: number;
  readonly rest: number;
  readonly reset: "hard" | "soft" | "delayed";
  readonly decayInput: boolean;
  readonly detachReset: boolean;
  readonly surrogate: Surrogate;
  readonly steepness: number;
  /** Time constant of a current that drives add to. @default 1, no current */
  readonly tauSyn?: number;
  /** How far spikes raise the threshold. @default 0 */
  readonly adaptation?: number;
  /** Time constant of this rise. @default 1 */
  readonly tauAdaptation?: number;
  /**
   * Whether it learns tau, by w: 1/tau = sigmoid(w); and tauSyn or tauAdaptation
   * by another, if it has one.
   *
   * @default false
   */
  readonly learns?: boolean;
}

/** What neurons did, each [N, C, H, W, T]. */
export interface LeakyActivity {
  /** Potential before the reset, less the rise of the threshold. */
  readonly u: Tensor;
  /** Potential after the reset, unless that is delayed. */
  readonly v: Tensor;
  /** How far the threshold has risen. */
  readonly rise: Tensor;
  /** What drives the potential. */
  readonly current: Tensor;
  /** 0 or 1; where spikes are smooth, numbers between them. */
  readonly spikes: Tensor;
}

/** Surrogates: by the distance from threshold, of a steepness. */
const SLOPES: Record<Surrogate, (d: number, alpha: number) => number> = {
  "exponential": (d, alpha) => alpha * Math.exp(-alpha * Math.abs(d)),
  "arctangent": (d, alpha) => alpha / 2 / (1 + (Math.PI / 2 * alpha * d) ** 2),
  "sigmoid"(d, alpha) {
    const y = 1 / (1 + Math.exp(-alpha * d));
    return alpha * y * (1 - y);
  },
  "fast sigmoid": (d, alpha) => (1 + alpha * Math.abs(d)) ** -2,
  "triangle": (d, alpha) => alpha * Math.max(0, 1 - alpha * Math.abs(d)),
};

/** Functions that have the surrogates as their derivatives. */
const STEPS: Record<Surrogate, (d: number, alpha: number) => number> = {
  "exponential": (d, alpha) =>
    d < 0 ? Math.exp(alpha * d) : 2 - Math.exp(-alpha * d),
  "arctangent": (d, alpha) =>
    0.5 + Math.atan(Math.PI / 2 * alpha * d) / Math.PI,
  "sigmoid": (d, alpha) => 1 / (1 + Math.exp(-alpha * d)),
  "fast sigmoid": (d, alpha) => d / (1 + alpha * Math.abs(d)),
  "triangle"(d, alpha) {
    const x = Math.max(-1, Math.min(1, alpha * d));
    return x - Math.sign(x) * x * x / 2;
  },
};

/**
 * Integrates drives and fires.
 *
 * @param x Drives, [N, C, H, W, T].
 * @param neuron The neuron.
 * @param options Whether a spike is the function whose derivative the surrogate
 * is, in place of a step: then the surrogate's gradient is the true one; and
 * the spikes that reset, where these are given, as if the reset were detached.
 * @returns The activity.
 */
export function leakyForward(
  x: Tensor,
  neuron: Leaky,
  { smooth = false, resets }: {
    readonly smooth?: boolean;
    readonly resets?: Tensor;
  } = {},
): LeakyActivity {
  const { threshold, tau, rest, reset, decayInput } = neuron;
  const { tauSyn = 1, adaptation = 0, tauAdaptation = 1 } = neuron;
  const T = x.shape[4];
  const activity = {
    u: zeros(x.shape),
    v: zeros(x.shape),
    rise: zeros(x.shape),
    current: zeros(x.shape),
    spikes: zeros(x.shape),
  };
  let [v, current, trace, owed] = [rest, 0, 0, 0];
  x.data.forEach((drive, i) => {
    if (i % T === 0) [v, current, trace, owed] = [rest, 0, 0, 0];
    current = (1 - 1 / tauSyn) * current + drive;
    v += (decayInput ? current / tau : current) - (v - rest) / tau - owed;
    const rise = adaptation * trace;
    const u = v - rise;
    const spike = smooth
      ? STEPS[neuron.surrogate](u - threshold, neuron.steepness)
      : Number(u >= threshold);
    const resetting = resets?.data[i] ?? spike;
    const less = resetting * (threshold + rise);
    if (reset === "hard") v = (1 - resetting) * v + resetting * rest;
    if (reset === "soft") v -= less;
    owed = reset === "delayed" ? less : 0;
    trace += (spike - trace) / tauAdaptation;
    activity.u.data[i] = u;
    activity.v.data[i] = v;
    activity.rise.data[i] = rise;
    activity.current.data[i] = current;
    activity.spikes.data[i] = spike;
  });
  return activity;
}

/**
 * Integrates drives and fires in the integers of a neuron of Loihi 2: 4096 are
 * a weight of one.
 *
 * @param x Drives, [N, C, H, W, T].
 * @param neuron Threshold in units of 1/64, and decays of 4096; and how the
 * threshold adapts, if it does.
 * @returns The activity, in weights.
 */
export function fixedForward(
  x: Tensor,
  { vThMant, iDecay, vDecay, adapts }:
    & Readonly<Record<"vThMant" | "iDecay" | "vDecay", number>>
    & {
      readonly adapts?: Readonly<
        Record<"vThStep" | "thDecay" | "refDecay", number>
      >;
    },
): LeakyActivity {
  const T = x.shape[4];
  const activity = {
    u: zeros(x.shape),
    v: zeros(x.shape),
    rise: zeros(x.shape),
    current: zeros(x.shape),
    spikes: zeros(x.shape),
  };
  const kept = (value: number, decay: number) =>
    Math.trunc(value * (4096 - decay) / 4096);
  let [v, current, rise, refractory] = [0, 0, 0, 0];
  x.data.forEach((drive, i) => {
    if (i % T === 0) [v, current, rise, refractory] = [0, 0, 0, 0];
    current = kept(current, iDecay) + Math.trunc(4096 * drive);
    v = kept(v, vDecay) + current;
    if (adapts) {
      rise = kept(rise, adapts.thDecay);
      refractory = kept(refractory, adapts.refDecay);
      const u = v - refractory;
      const spike = Number(u >= 64 * vThMant + rise);
      activity.u.data[i] = (u - rise) / 4096;
      activity.spikes.data[i] = spike;
      refractory += spike * 2 * (64 * vThMant + rise);
      rise += spike * 64 * adapts.vThStep;
      return;
    }
    const spike = Number(v > 64 * vThMant);
    activity.u.data[i] = (v - 1) / 4096;
    activity.current.data[i] = current / 4096;
    activity.spikes.data[i] = spike;
    v *= 1 - spike;
    activity.v.data[i] = v / 4096;
  });
  return activity;
}

/**
 * Tells the w of a neuron.
 *
 * @param neuron The neuron.
 * @returns w of tau and, maybe, of tauSyn or tauAdaptation.
 */
export function leakyParameters(
  { tau, tauSyn = 1, tauAdaptation = 1 }: Leaky,
): number[] {
  return [tau, tauSyn, tauAdaptation].filter((each) => each > 1)
    .map((each) => -Math.log(each - 1));
}

/**
 * Goes from the gradient of spikes to those of drives and of each w.
 *
 * @param ds Gradient of the spikes, [N, C, H, W, T].
 * @param activity What the neurons did.
 * @param neuron The neuron.
 * @returns Gradients of the drives, and of the w of tau and, maybe, of tauSyn or
 * tauAdaptation.
 */
export function leakyAdjoint(
  ds: Tensor,
  { u, v, rise, current, spikes }: LeakyActivity,
  neuron: Leaky,
): { dx: Tensor; dw: number[] } {
  const { threshold, tau, rest, reset, decayInput, detachReset } = neuron;
  const { tauSyn = 1, adaptation = 0, tauAdaptation = 1 } = neuron;
  const T = ds.shape[4];
  const dx = zeros(ds.shape);
  let [dv, dOwed, dCurrent, dTrace] = [0, 0, 0, 0];
  let [dw, dwSyn, dwTrace] = [0, 0, 0];
  for (let i = ds.data.length - 1; i >= 0; i--) {
    if (i % T === T - 1) [dv, dOwed, dCurrent, dTrace] = [0, 0, 0, 0];
    const dLess = reset === "hard" ? 0 : reset === "soft" ? -dv : dOwed;
    const dReset = reset === "hard"
      ? dv * (rest - (u.data[i] + rise.data[i]))
      : dLess * (threshold + rise.data[i]);
    const dSpike = ds.data[i] + dTrace / tauAdaptation +
      (detachReset ? 0 : dReset);
    const slope = SLOPES[neuron.surrogate](
      u.data[i] - threshold,
      neuron.steepness,
    );
    const du = dSpike * slope;
    const dRise = -du + spikes.data[i] * dLess;
    dv = du + dv * (reset === "hard" ? 1 - spikes.data[i] : 1);
    if (adaptation) {
      const trace = rise.data[i] / adaptation;
      dwTrace += dTrace * (spikes.data[i] - trace) *
        (1 - 1 / tauAdaptation) / tauAdaptation;
    }
    dTrace = adaptation * dRise + dTrace * (1 - 1 / tauAdaptation);
    dCurrent = (decayInput ? dv / tau : dv) + dCurrent * (1 - 1 / tauSyn);
    dx.data[i] = dCurrent;
    const currentBefore = i % T === 0 ? 0 : current.data[i - 1];
    dwSyn -= dCurrent * currentBefore * (1 - 1 / tauSyn) / tauSyn;
    const before = i % T === 0 ? rest : v.data[i - 1];
    const input = decayInput ? current.data[i] : 0;
    dw += dv * (input - (before - rest)) * (1 - 1 / tau) / tau;
    dOwed = -dv;
    dv *= 1 - 1 / tau;
  }
  const others = neuron.tauSyn ? [dwSyn] : adaptation ? [dwTrace] : [];
  return { dx, dw: [dw, ...others] };
}
