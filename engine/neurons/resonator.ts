/**
 * Resonate-and-fire neurons, RF.
 *
 * @module
 */

import {
  PARAMETRIC_RESONATOR_NEURON,
  RESONATOR_NEURON,
} from "../../kernels/leaky/resonators/resonators.ts";
import { steppedText } from "../../kernels/shared/stepped.ts";
import { isPositive } from "../network/float_range.ts";
import type { NeuronDescription } from "./describe_neuron.ts";
import { leakOf, parameter } from "./firing.ts";
import type { NeuronKind, NeuronParameters } from "./neuron_kind.ts";
import { leakParameter, requireLearnable } from "./parametric_leaky.ts";

/** Parameters of a resonate-and-fire neuron. */
export interface ResonatorParameters {
  /** Threshold. @default 1 */
  readonly threshold?: number;
  /** Period of the oscillation in bins, at least 4. @default 8 */
  readonly period?: number;
  /**
   * Time constant of the decay of the oscillation in bins; lava-dl's `decay` is
   * 1/tau.
   *
   * @default 20
   */
  readonly tau?: number;
  /**
   * Spike condition: once per period where the phase is 0, or, as in
   * Izhikevich's model, where the imaginary part reaches the threshold.
   *
   * @default "phase"
   */
  readonly fires?: "phase" | "imaginary";
  /** Width of the surrogate, in units of half the threshold. @default 1 */
  readonly tauGrad?: number;
  /** Height of the surrogate, in units of 10. @default 1 */
  readonly scaleGrad?: number;
  /** Whether layers learn tau and period. @default both are fixed */
  readonly decays?: "learned";
}

/** Threshold and constants of resonance.wgsl, as parameters of a kind. */
const SPIKES = {
  theta: parameter(1, true),
  byPhase: parameter(1),
  width: parameter(0.5, true),
  height: parameter(10, true),
};

/** Those of kinds with a constant factor, too. */
export const RESONANCE = {
  ...SPIKES,
  cosDecay: parameter(0),
  sinDecay: parameter(0),
};

/** Parameters of kinds that learn it, and the values that they start from. */
export const LEARNED_RESONANCE = {
  ...SPIKES,
  tau: parameter(20, true),
  period: parameter(8, true),
};

/** Resonate-and-fire neurons; {@linkcode resonator} describes one. */
export const RESONATOR: NeuronKind = {
  name: "resonate-and-fire",
  parameters: RESONANCE,
  constants: ({ theta: _, ...constants }) => constants,
  stepped: steppedText(RESONATOR_NEURON, { recalls: true }),
};

/** Resonate-and-fire neurons whose layers learn tau and period. */
export const PARAMETRIC_RESONATOR: NeuronKind = {
  name: "resonate-and-fire with learned decays",
  parameters: LEARNED_RESONANCE,
  constants: ({ theta: _, tau: __, period: ___, ...constants }) => constants,
  stepped: steppedText(PARAMETRIC_RESONATOR_NEURON, {
    recalls: true,
    learns: true,
  }),
  learned: factorParameters,
};

/**
 * Describes a resonate-and-fire neuron: a damped oscillation z = (1 − 1/tau) ·
 * exp(2πi / period) · z + drive. It fires where the real part is at least the
 * threshold and the imaginary part becomes nonnegative. If it fires by the
 * imaginary part, a spike sets z to just below i · threshold.
 *
 * No gradient flows through a reset. Drives are real.
 *
 * With learned decays each layer learns both parts of the factor: 1/tau = 1 / (1
 * + exp(−w[0])) and 4/period = 1 / (1 + exp(−w[1])), where w is an array in
 * addition to the weights, such as `conv1.neuron.w`, of shape [2].
 *
 * @param parameters The parameters that differ from their defaults; tau and
 * period are initial values if they are learned.
 * @returns The description of the neuron, for a network or a layer; its network
 * is computed layer by layer.
 * @throws {RangeError} If a time constant is less than one bin, the period less
 * than four, or either just that or tau infinite if it is learned; or if another
 * number is not positive.
 * @throws {TypeError} If the spike condition is unknown.
 *
 * @example
 * ```ts
 * import { resonator } from "./resonator.ts";
 * const { cosDecay, sinDecay } = resonator({ period: 4, tau: 2 });
 * if (Math.hypot(Number(cosDecay), Number(sinDecay)) !== 0.5) throw new Error();
 * ```
 *
 * Source: Izhikevich, Resonate-and-fire neurons, Neural Networks 14, 2001, and
 * lava-dl's RF and RF-Iz, here in floating point instead of fixed point; these
 * learn the parts of the factor themselves in place of w.
 */
export function resonator(
  parameters: ResonatorParameters = {},
): NeuronDescription & Readonly<Record<string, unknown>> {
  return parameters.decays === "learned"
    ? { kind: PARAMETRIC_RESONATOR, ...describeLearnedResonance(parameters) }
    : { kind: RESONATOR, ...describeResonance(parameters) };
}

/**
 * Computes the learned parameters of an oscillation.
 *
 * @param parameters Among them tau and period.
 * @returns w of learned_factor.wgsl.
 */
export function factorParameters(
  { tau, period }: NeuronParameters,
): readonly number[] {
  return [leakParameter(tau), leakParameter(period / 4)];
}

/**
 * Checks an oscillation from which learning starts, and the spike condition.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns A value for each of {@linkcode LEARNED_RESONANCE}.
 * @throws {RangeError} If tau is not finite or not more than one bin, the period
 * not finite or not more than four, or another number not positive.
 * @throws {TypeError} If the spike condition is unknown.
 */
export function describeLearnedResonance(parameters: ResonatorParameters) {
  const { period = 8, tau = 20 } = parameters;
  requireLearnable("tau", tau);
  requireLearnable("period", period, 4);
  return { ...describeResonatorSpikes(parameters), tau, period };
}

/**
 * Checks the oscillation and the spike condition of a neuron.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns A value for each of {@linkcode RESONANCE}.
 * @throws {RangeError} If a time constant is less than one bin, the period less
 * than four, or another number not positive.
 * @throws {TypeError} If the spike condition is unknown.
 */
export function describeResonance(parameters: ResonatorParameters) {
  const { period = 8, tau = 20 } = parameters;
  if (!(period >= 4 && period < Infinity)) {
    throw new RangeError(
      `Cannot build a neuron with period ${period}: it is not finite, or less ` +
        "than four bins",
    );
  }
  const kept = 1 - leakOf("tau", tau);
  const angle = 2 * Math.PI / period;
  return {
    ...describeResonatorSpikes(parameters),
    cosDecay: kept * Math.cos(angle),
    sinDecay: kept * Math.sin(angle),
  };
}

/**
 * Checks the spike condition and the surrogate of a neuron that oscillates.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns Values for {@linkcode RESONANCE}, without those of the oscillation.
 * @throws {RangeError} If width or height of the surrogate is not positive.
 * @throws {TypeError} If the spike condition is unknown.
 */
export function describeResonatorSpikes(
  parameters: Omit<ResonatorParameters, "period" | "tau">,
) {
  const { threshold = 1, fires = "phase" } = parameters;
  const { tauGrad = 1, scaleGrad = 1 } = parameters;
  for (const [name, value] of Object.entries({ tauGrad, scaleGrad })) {
    if (isPositive(value)) continue;
    throw new RangeError(
      `Cannot build a neuron with ${name} ${value}: it is not positive`,
    );
  }
  if (fires !== "phase" && fires !== "imaginary") {
    throw new TypeError(
      `Cannot build a neuron that fires by "${fires}": expected phase, ` +
        "imaginary",
    );
  }
  return {
    theta: threshold,
    byPhase: Number(fires === "phase"),
    width: tauGrad * threshold / 2,
    height: 10 * scaleGrad,
  };
}
