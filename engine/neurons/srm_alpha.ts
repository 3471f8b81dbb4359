/**
 * SRM-alpha neuron: its parameters, synaptic response and refractory response.
 *
 * @module
 */

import { isPositive } from "../network/float_range.ts";
import { SRM_ADJOINT, SRM_FORWARD } from "../../kernels/neurons/srm.ts";
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
  /**
   * 1: the gradient also flows through the refractory response, unlike in
   * SLAYER; `true` in a configuration. Suited to short, shallow responses only:
   * where one spike lowers potentials by many widths of the surrogate, over many
   * bins, the gradient grows from bin to bin until it overflows.
   *
   * @default 0
   */
  readonly refractoryGradient?: number;
};

/** Absolute value below which the tail of a response is truncated. */
const TRUNCATION = 0.01;

/** Most taps of a learned response. */
const LONGEST = 4096;

/**
 * Absolute value below which the tail of a full refractory response is
 * truncated.
 */
const FULL_TRUNCATION = 0.0001;

/**
 * Tabulates an alpha function, `scale · k·Ts/tau · exp(1 − k·Ts/tau)`.
 *
 * The table ends before the first k past the peak whose value is negligible, or
 * at the end of the sample.
 *
 * @param scale Value at the peak.
 * @param tau Time of the peak in ms.
 * @param Ts Time step in ms.
 * @param tSample Length of a sample in ms.
 * @param negligible Absolute value below which values are negligible.
 * @returns The taps, k = 0 first.
 */
function alpha(
  scale: number,
  tau: number,
  Ts: number,
  tSample: number,
  negligible = TRUNCATION,
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
    if (Math.abs(value) < negligible && k * Ts > tau) break;
    taps.push(value);
  }
  return Float64Array.from(taps);
}

/**
 * Computes the synaptic response ε (PSP kernel): the potential that one
 * incoming spike adds.
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
 * Computes the refractory response ν, which a neuron's own spike adds to its
 * potential.
 *
 * @param neuron The neuron.
 * @param Ts Time step in ms.
 * @param tSample Length of a sample in ms.
 * @param options Whether the tail is truncated only below 0.0001.
 * @returns ν[k] at k·Ts after the spike, −scaleRef·theta at its trough.
 *
 * Source: SLAYER, arXiv:1810.08646, section 2; truncated as in its package, at
 * the same absolute 0.01 as ε, so that it is longer.
 */
export function refractoryKernel(
  neuron: Pick<SrmAlphaParameters, "theta" | "tauRef" | "scaleRef">,
  Ts: number,
  tSample: number,
  { full = false }: { readonly full?: boolean } = {},
): Float64Array {
  return alpha(
    -neuron.scaleRef * neuron.theta,
    neuron.tauRef,
    Ts,
    tSample,
    full ? FULL_TRUNCATION : TRUNCATION,
  );
}

/**
 * Computes the constants of srm.wgsl and srm_adjoint.wgsl for a neuron, by
 * their names there.
 *
 * With r = exp(−Ts/tau) a response is c·k·rᵏ up to its last tap, so two leaky
 * sums that decay by r compute it; they differ from SLAYER's filter only by
 * rounding.
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
  const { refractoryGradient = 0 } = neuron;
  const decay = Math.exp(-Ts / tauSr);
  const refDecay = Math.exp(-Ts / tauRef);
  const slope = 1 / (tauRho * theta);
  const refGain = -scaleRef * theta * Math.E * Ts / tauRef;
  return {
    K,
    R,
    theta,
    decay,
    gain: Ts * Math.E * Ts / tauSr,
    lastA: decay ** K,
    lastB: K * decay ** K,
    refDecay,
    refGain,
    refLastA: refDecay ** R,
    refLastB: R * refDecay ** R,
    scale: scaleRho * slope,
    slope,
    reach: refractoryGradient === 0 ? 0 : R,
    // A spike adds ν, and has height 1/Ts.
    refFactor: Ts * refGain,
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
    refractoryGradient: { default: 0, positive: false },
  },
  constants(parameters: SrmAlphaParameters, { Ts, tSample }) {
    return neuronConstants(parameters, Ts, {
      K: responseKernel(parameters, Ts, tSample).length,
      R: refractoryKernel(parameters, Ts, tSample).length,
    });
  },
  response: (parameters, { Ts, tSample }) =>
    responseKernel(parameters as SrmAlphaParameters, Ts, tSample),
  forward: SRM_FORWARD,
  streams: true,
  adjoint: SRM_ADJOINT,
  multiplyAdds: { forward: 10, adjoint: 6 },
};

/**
 * SRM-alpha with a longer refractory response, truncated below 0.0001: the
 * `fullRefKernel` of SLAYER's package.
 */
export const SRM_ALPHA_FULL: SlayerNeuronKind = {
  ...SRM_ALPHA,
  name: "SRM-alpha with a full refractory response",
  constants(values, { Ts, tSample }) {
    const parameters = values as unknown as SrmAlphaParameters;
    return neuronConstants(parameters, Ts, {
      K: responseKernel(parameters, Ts, tSample).length,
      R: refractoryKernel(parameters, Ts, tSample, { full: true }).length,
    });
  },
};

/**
 * SRM-alpha with a response to incoming spikes that each layer learns, as
 * `conv1.response` of `[K]`: the `pspLayer` of SLAYER's package, which stores
 * its taps in reverse order. The initial response is that of SRM-alpha.
 *
 * With `filters` above 1 it is the `pspFilter`: a neuron has `filters` drives,
 * each with its own weights and its own response of `taps` bins, initialised
 * from the uniform distribution on ±1/√taps. The weights of neuron o for
 * response i are those of output o · filters + i; in the package they are those
 * of o for the channels from i · C on.
 */
export const SRM_LEARNED: SlayerNeuronKind = {
  ...SRM_ALPHA,
  name: "SRM with a learned response",
  parameters: {
    ...SRM_ALPHA.parameters,
    filters: parameter(1),
    taps: { default: 0, positive: false },
  },
  constants(values, { Ts, tSample }) {
    const parameters = values as unknown as SrmAlphaParameters;
    const R = refractoryKernel(parameters, Ts, tSample).length;
    const constants = neuronConstants(parameters, Ts, { K: 0, R });
    return { ...constants, gain: Ts, direct: 1 };
  },
  taps({ filters, taps, ...others }, Ts) {
    const response = responseKernel(
      others as unknown as SrmAlphaParameters,
      Ts,
      LONGEST * Ts,
    );
    const K = taps || response.length;
    for (const [name, value] of Object.entries({ filters, taps: K })) {
      if (Number.isInteger(value) && value >= 1 && value <= LONGEST) continue;
      throw new RangeError(
        `Cannot build a neuron with ${name} ${value}: it is not an integer ` +
          `from 1 to ${LONGEST}`,
      );
    }
    return {
      filters,
      K,
      first: (random) =>
        Float32Array.from(
          { length: filters * K },
          (_, k) =>
            filters > 1
              ? (2 * random.uniform() - 1) / Math.sqrt(K)
              : response[k] ?? 0,
        ),
    };
  },
};
