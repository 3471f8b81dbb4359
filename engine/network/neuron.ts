/**
 * The SRM-alpha neuron: its parameters and its two kernels over time.
 *
 * @module
 */

import { isPositive } from "./float_range.ts";

/** Parameters of the spike response model, by their names in SLAYER. */
export interface Neuron {
  /** Threshold of the potential. */
  readonly theta: number;
  /** Time constant of the synaptic response in ms. */
  readonly tauSr: number;
  /** Time constant of the refractory response in ms. */
  readonly tauRef: number;
  /** Depth of the refractory response, in units of theta. */
  readonly scaleRef: number;
  /** Width of the surrogate gradient, in units of theta. */
  readonly tauRho: number;
  /** Height of the surrogate gradient. */
  readonly scaleRho: number;
}

/** A kernel ends where it stays below this. */
const TRUNCATION = 0.01;

/**
 * Tabulates an alpha function, `scale · k·Ts/tau · exp(1 − k·Ts/tau)`.
 *
 * It stops before the first k where it is below 0.01 in size and past its
 * peak, and at the sample's end.
 *
 * @param scale Value at the peak.
 * @param tau Time of the peak in ms.
 * @param Ts Time step in ms.
 * @param tSample Length of a sample in ms.
 * @returns The taps, k = 0 first.
 */
function alpha(
  scale: number,
  tau: number,
  Ts: number,
  tSample: number,
): Float64Array {
  for (const [name, value] of Object.entries({ Ts, tSample })) {
    if (!isPositive(value)) {
      throw new RangeError(
        `Cannot tabulate a response with ${name} ${value}: it is not positive`,
      );
    }
  }
  const taps: number[] = [];
  for (let k = 0; k * Ts < tSample; k++) {
    const value = scale * (k * Ts / tau) * Math.exp(1 - k * Ts / tau);
    if (Math.abs(value) < TRUNCATION && k * Ts > tau) break;
    taps.push(value);
  }
  return Float64Array.from(taps);
}

/**
 * Checks the parameters of a neuron.
 *
 * @param neuron The neuron.
 * @throws {RangeError} If one is not a positive number.
 */
export function requireNeuron(neuron: Neuron): void {
  const { theta, tauSr, tauRef, scaleRef, tauRho, scaleRho } = neuron;
  const parameters = { theta, tauSr, tauRef, scaleRef, tauRho, scaleRho };
  for (const [name, value] of Object.entries(parameters)) {
    if (!isPositive(value)) {
      throw new RangeError(
        `Cannot build a neuron with ${name} ${value}: it is not positive`,
      );
    }
  }
}

/**
 * The synaptic response ε: what one spike adds to a potential, later on.
 *
 * @param neuron The neuron.
 * @param Ts Time step in ms.
 * @param tSample Length of a sample in ms.
 * @returns ε[k] at k·Ts after the spike, 1 at its peak.
 * @throws {RangeError} If a parameter or a time is not positive.
 *
 * @example
 * ```ts
 * import { responseKernel } from "./neuron.ts";
 * const neuron = {
 *   theta: 10, tauSr: 10, tauRef: 10, scaleRef: 20, tauRho: 1, scaleRho: 1,
 * };
 * const epsilon = responseKernel(neuron, 5, 1500);
 * if (epsilon.length !== 16 || epsilon[2] !== 1) throw new Error("not ε");
 * ```
 *
 * Source: SLAYER, arXiv:1810.08646, section 2; truncated as its package does.
 */
export function responseKernel(
  neuron: Neuron,
  Ts: number,
  tSample: number,
): Float64Array {
  requireNeuron(neuron);
  return alpha(1, neuron.tauSr, Ts, tSample);
}

/**
 * The refractory response ν: what a neuron's own spike adds to its potential.
 *
 * @param neuron The neuron.
 * @param Ts Time step in ms.
 * @param tSample Length of a sample in ms.
 * @returns ν[k] at k·Ts after the spike, −scaleRef·theta at its trough.
 * @throws {RangeError} If a parameter or a time is not positive.
 *
 * Source: SLAYER, arXiv:1810.08646, section 2; truncated as its package does,
 * at the same absolute 0.01 as ε, so that it is longer.
 */
export function refractoryKernel(
  neuron: Neuron,
  Ts: number,
  tSample: number,
): Float64Array {
  requireNeuron(neuron);
  return alpha(-neuron.scaleRef * neuron.theta, neuron.tauRef, Ts, tSample);
}

/**
 * The constants of srm.wgsl that follow from a neuron, by their names there.
 *
 * With r = exp(−Ts/tau) a response is c·k·rᵏ up to its last tap, so two sums
 * that decay by r give it: slayer's filter and this differ by rounding alone.
 *
 * @param neuron The neuron.
 * @param Ts Time step in ms.
 * @param taps Number of taps K of ε and R of ν.
 * @returns A value for each constant.
 */
export function neuronConstants(
  neuron: Neuron,
  Ts: number,
  { K, R }: { readonly K: number; readonly R: number },
) {
  const { theta, tauSr, tauRef, scaleRef } = neuron;
  const decay = Math.exp(-Ts / tauSr);
  const refDecay = Math.exp(-Ts / tauRef);
  return {
    K,
    R,
    theta,
    decay,
    gain: Ts * Math.E * Ts / tauSr,
    lastA: decay ** K,
    lastB: K * decay ** K,
    refDecay,
    refGain: -scaleRef * theta * Math.E * Ts / tauRef,
    refLastA: refDecay ** R,
    refLastB: R * refDecay ** R,
  };
}
