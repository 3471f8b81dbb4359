/**
 * Adaptive resonate-and-fire neurons, ADRF.
 *
 * @module
 */

import {
  ADAPTIVE_RESONATOR_NEURON,
  PARAMETRIC_ADAPTIVE_RESONATOR_NEURON,
} from "../../kernels/leaky/resonators/resonators.ts";
import { steppedText } from "../../kernels/shared/stepped.ts";
import type { NeuronDescription } from "./describe_neuron.ts";
import { leakOf, parameter } from "./firing.ts";
import type { NeuronKind } from "./neuron_kind.ts";
import { leakParameter, requireLearnable } from "./parametric_leaky.ts";
import {
  describeLearnedResonance,
  describeResonance,
  factorParameters,
  LEARNED_RESONANCE,
  RESONANCE,
  type ResonatorParameters,
} from "./resonator.ts";

/** Parameters of an adaptive resonate-and-fire neuron. */
export interface AdaptiveResonatorParameters extends ResonatorParameters {
  /** Rise of the threshold per spike. @default 0.1 */
  readonly thresholdStep?: number;
  /**
   * Time constant of the decay of that rise in bins; lava-dl's
   * `threshold_decay` is its inverse.
   *
   * @default 10
   */
  readonly tauThreshold?: number;
  /**
   * Time constant of the refractory response in bins; lava-dl's
   * `refractory_decay` is its inverse.
   *
   * @default 10
   */
  readonly tauRef?: number;
  /**
   * Whether layers learn tau, period, tauThreshold and tauRef.
   *
   * @default all are fixed
   */
  readonly decays?: "learned";
}

/**
 * Adaptive resonate-and-fire neurons; {@linkcode adaptiveResonator} describes
 * one.
 */
export const ADAPTIVE_RESONATOR: NeuronKind = {
  name: "adaptive resonate-and-fire",
  parameters: {
    ...RESONANCE,
    thresholdStep: parameter(0.1),
    thresholdLeak: parameter(0.1),
    refractoryLeak: parameter(0.1),
  },
  constants: ({ theta: _, ...constants }) => constants,
  stepped: steppedText(ADAPTIVE_RESONATOR_NEURON, { recalls: true }),
};

/** Adaptive resonate-and-fire neurons whose layers learn all decays. */
export const PARAMETRIC_ADAPTIVE_RESONATOR: NeuronKind = {
  name: "adaptive resonate-and-fire with learned decays",
  parameters: {
    ...LEARNED_RESONANCE,
    thresholdStep: parameter(0.1),
    tauThreshold: parameter(10, true),
    tauRef: parameter(10, true),
  },
  constants: ({ byPhase, width, height, thresholdStep }) => ({
    byPhase,
    width,
    height,
    thresholdStep,
  }),
  stepped: steppedText(PARAMETRIC_ADAPTIVE_RESONATOR_NEURON, {
    recalls: true,
    learns: true,
  }),
  learned: (parameters) => [
    ...factorParameters(parameters),
    leakParameter(parameters.tauThreshold),
    leakParameter(parameters.tauRef),
  ],
};

/**
 * Describes an adaptive resonate-and-fire neuron. Each spike raises its
 * threshold by twice the threshold, which decays with `tauRef`, and by
 * `thresholdStep`, which decays with `tauThreshold`. A spike leaves the
 * oscillation unchanged, with either spike condition. As in lava-dl, no
 * gradient flows through the rise to these spikes.
 *
 * With learned decays each layer learns the oscillation as
 * {@linkcode resonator} does and, other than in lava-dl, 1/tauThreshold = 1 / (1
 * + exp(−w[2])) and 1/tauRef = 1 / (1 + exp(−w[3])); w is an array of shape [4].
 *
 * @param parameters The parameters that differ from their defaults; times are
 * initial values if they are learned.
 * @returns The description of the neuron, for a network or a layer; its network
 * is computed layer by layer.
 * @throws {RangeError} If a time constant is less than one bin, the period less
 * than four, or one of them just that or infinite if it is learned; or if
 * another number is not positive.
 * @throws {TypeError} If the spike condition is unknown.
 *
 * @example
 * ```ts
 * import { adaptiveResonator } from "./adaptive_resonator.ts";
 * const { refractoryLeak } = adaptiveResonator({ tauRef: 4 });
 * if (refractoryLeak !== 0.25) throw new Error("expected 1/4");
 * ```
 *
 * Source: lava-dl's ADRF and ADRF-Iz, here in floating point instead of fixed
 * point.
 */
export function adaptiveResonator(
  parameters: AdaptiveResonatorParameters = {},
): NeuronDescription & Readonly<Record<string, unknown>> {
  const { thresholdStep = 0.1, tauThreshold = 10, tauRef = 10 } = parameters;
  if (parameters.decays === "learned") {
    requireLearnable("tauThreshold", tauThreshold);
    requireLearnable("tauRef", tauRef);
    return {
      kind: PARAMETRIC_ADAPTIVE_RESONATOR,
      ...describeLearnedResonance(parameters),
      thresholdStep,
      tauThreshold,
      tauRef,
    };
  }
  return {
    kind: ADAPTIVE_RESONATOR,
    ...describeResonance(parameters),
    thresholdStep,
    thresholdLeak: leakOf("tauThreshold", tauThreshold),
    refractoryLeak: leakOf("tauRef", tauRef),
  };
}
