/**
 * The SRM-alpha neuron: its parameters and its two kernels over time.
 *
 * @module
 */

import { isPositive } from "../network/float_range.ts";
import { SRM_ADJOINT, SRM_FORWARD } from "../../kernels/shared/srm.ts";
import type { SlayerNeuronKind } from "./neuron_kind.ts";

/** Parameters of the spike response model, by their names in SLAYER. */
export type SrmAlphaParameters = {
  /** Threshold of the potential. @default 10 */
  readonly theta: number;
  /** Time constant of the synaptic response in ms. @default 10 */
  readonly tauSr: number;
  /** Time constant of the refractory response in ms. @default 10 */
  readonly tauRef: number;
  /** Depth of the refractory response, in units of theta. @default 2 */
  readonly scaleRef: number;
  /** Width of the surrogate gradient, in units of theta. @default 1 */
  readonly tauRho: number;
  /** Height of the surrogate gradient. @default 1 */
  readonly scaleRho: number;
};

/** Size below which the tail of a response is cut off. */
const TRUNCATION = 0.01;

/**
 * Tabulates an alpha function, `scale · k·Ts/tau · exp(1 − k·Ts/tau)`.
 *
 * The table ends before the first k past the peak whose value is below 0.01 in
 * size, and at the sample's end.
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
  for (const [name, value] of Object.entries({ tau, Ts, tSample })) {
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
 * The synaptic response ε: the potential that one incoming spike adds.
 *
 * @param neuron The neuron.
 * @param Ts Time step in ms.
 * @param tSample Length of a sample in ms.
 * @returns ε[k] at k·Ts after the spike, 1 at its peak.
 *
 * @example
 * ```ts
 * import { responseKernel } from "./srm_alpha.ts";
 * const epsilon = responseKernel({ tauSr: 10 }, 5, 1500);
 * if (epsilon.length !== 16 || epsilon[2] !== 1) throw new Error("not ε");
 * ```
 *
 * Source: SLAYER, arXiv:1810.08646, section 2; truncated as its package does.
 */
export function responseKernel(
  neuron: Pick<SrmAlphaParameters, "tauSr">,
  Ts: number,
  tSample: number,
): Float64Array {
  return alpha(1, neuron.tauSr, Ts, tSample);
}

/**
 * The refractory response ν: what a neuron's own spike adds to its potential.
 *
 * @param neuron The neuron.
 * @param Ts Time step in ms.
 * @param tSample Length of a sample in ms.
 * @returns ν[k] at k·Ts after the spike, −scaleRef·theta at its trough.
 *
 * Source: SLAYER, arXiv:1810.08646, section 2; truncated as its package does,
 * at the same absolute 0.01 as ε, so that it is longer.
 */
export function refractoryKernel(
  neuron: Pick<SrmAlphaParameters, "theta" | "tauRef" | "scaleRef">,
  Ts: number,
  tSample: number,
): Float64Array {
  return alpha(-neuron.scaleRef * neuron.theta, neuron.tauRef, Ts, tSample);
}

/**
 * The constants of srm.wgsl and srm_adjoint.wgsl that follow from a
 * neuron, by their names there.
 *
 * With r = exp(−Ts/tau) a response is c·k·rᵏ up to its last tap, so two running
 * sums that decay by r compute it; they differ from SLAYER's filter by rounding
 * alone.
 *
 * @param neuron The neuron.
 * @param Ts Time step in ms.
 * @param taps Number of taps K of ε and R of ν.
 * @returns A value for each constant.
 */
export function neuronConstants(
  neuron: SrmAlphaParameters,
  Ts: number,
  { K, R }: { readonly K: number; readonly R: number },
) {
  const { theta, tauSr, tauRef, scaleRef, tauRho, scaleRho } = neuron;
  const decay = Math.exp(-Ts / tauSr);
  const refDecay = Math.exp(-Ts / tauRef);
  const slope = 1 / (tauRho * theta);
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
    scale: scaleRho * slope,
    slope,
  };
}

const parameter = (value: number) => ({ default: value, positive: true });

/** The spike response model with alpha functions, SLAYER's neuron. */
export const SRM_ALPHA: SlayerNeuronKind = {
  name: "SRM-alpha",
  parameters: {
    theta: parameter(10),
    tauSr: parameter(10),
    tauRef: parameter(10),
    scaleRef: parameter(2),
    tauRho: parameter(1),
    scaleRho: parameter(1),
  },
  constants(parameters: SrmAlphaParameters, { Ts, tSample }) {
    return neuronConstants(parameters, Ts, {
      K: responseKernel(parameters, Ts, tSample).length,
      R: refractoryKernel(parameters, Ts, tSample).length,
    });
  },
  forward: SRM_FORWARD,
  streams: true,
  adjoint: SRM_ADJOINT,
  multiplyAdds: { forward: 10, adjoint: 6 },
};
