/**
 * Leaky integrate-and-fire neurons with an adaptive threshold, ALIF.
 *
 * @module
 */

import {
  ADAPTIVE_NEURON,
  PARAMETRIC_ADAPTIVE_NEURON,
} from "../../kernels/leaky/leaky_neurons.ts";
import { steppedText } from "../../kernels/shared/stepped.ts";
import type { NeuronDescription } from "./describe_neuron.ts";
import { describeFiring, FIRING, leakOf, parameter } from "./firing.ts";
import {
  describeIntegration,
  INTEGRATION,
  type LeakyParameters,
} from "./leaky.ts";
import type { NeuronKind } from "./neuron_kind.ts";
import { leakParameter, requireLearnable } from "./parametric_leaky.ts";

/** Parameters of an adaptive leaky integrate-and-fire neuron. */
export interface AdaptiveParameters extends LeakyParameters {
  /**
   * Asymptotic rise of the threshold of a neuron that fires in every bin.
   *
   * @default 1
   */
  readonly adaptation?: number;
  /** Time constant of the rise of the threshold in bins. @default 10 */
  readonly tauAdaptation?: number;
  /** Whether layers learn tau and tauAdaptation. @default both are fixed */
  readonly decays?: "learned";
}

/**
 * Adaptive leaky integrate-and-fire neurons; {@linkcode adaptiveLeaky}
 * describes one. Their reported potential is v less the rise of the threshold.
 */
export const ADAPTIVE_LEAKY: NeuronKind = {
  name: "adaptive leaky integrate-and-fire",
  parameters: {
    ...INTEGRATION,
    adaptation: parameter(1),
    recovery: parameter(0.1),
  },
  constants: ({ theta: _, ...constants }) => constants,
  stepped: steppedText(ADAPTIVE_NEURON, { recalls: true }),
};

/**
 * Adaptive leaky integrate-and-fire neurons whose layers learn both time
 * constants.
 */
export const PARAMETRIC_ADAPTIVE: NeuronKind = {
  name: "adaptive leaky integrate-and-fire with learned decays",
  parameters: {
    ...FIRING,
    tau: parameter(2, true),
    tauAdaptation: parameter(10, true),
    decaysInput: parameter(1),
    adaptation: parameter(1),
  },
  constants: ({ theta: _, tau: __, tauAdaptation: ___, ...constants }) =>
    constants,
  stepped: steppedText(PARAMETRIC_ADAPTIVE_NEURON, {
    recalls: true,
    learns: true,
  }),
  learned: ({ tau, tauAdaptation }) => [
    leakParameter(tau),
    leakParameter(tauAdaptation),
  ],
};

/**
 * Describes an adaptive leaky integrate-and-fire neuron, whose threshold rises
 * with each of its spikes s and decays: it is threshold + adaptation · a, where
 * a += (s − a) / tauAdaptation. The gradient always flows through the
 * threshold, also if it does not flow through the reset.
 *
 * With learned decays each layer learns both time constants: 1/tau = 1 / (1 +
 * exp(−w[0])) and 1/tauAdaptation = 1 / (1 + exp(−w[1])), where w is an array in
 * addition to the weights, such as `conv1.neuron.w`, of shape [2].
 *
 * @param parameters The parameters that differ from their defaults; time
 * constants are initial values if they are learned.
 * @returns The description of the neuron, for a network or a layer; its network
 * is computed layer by layer.
 * @throws {RangeError} If a time constant is less than one bin or, if it is
 * learned, not finite or not more than one bin; or if the reset is delayed and
 * tau is learned or one.
 * @throws {TypeError} If the surrogate or the reset is unknown.
 *
 * @example
 * ```ts
 * import { adaptiveLeaky } from "./adaptive_leaky.ts";
 * const { recovery } = adaptiveLeaky({ tauAdaptation: 20 });
 * if (recovery !== 0.05) throw new Error("expected 1/20");
 * ```
 *
 * Source: Bellec and others, Long short-term memory and learning-to-learn in
 * networks of spiking neurons, NeurIPS 2018; lava-dl learns decays of its
 * alif.Neuron.
 */
export function adaptiveLeaky(
  parameters: AdaptiveParameters = {},
): NeuronDescription & Readonly<Record<string, unknown>> {
  const { adaptation = 1, tauAdaptation = 10 } = parameters;
  if (parameters.decays === "learned") {
    const { tau = 2, decayInput = true } = parameters;
    requireLearnable("tau", tau);
    requireLearnable("tauAdaptation", tauAdaptation);
    return {
      kind: PARAMETRIC_ADAPTIVE,
      ...describeFiring(parameters),
      tau,
      tauAdaptation,
      decaysInput: Number(decayInput),
      adaptation,
    };
  }
  return {
    kind: ADAPTIVE_LEAKY,
    ...describeIntegration(parameters),
    adaptation,
    recovery: leakOf("tauAdaptation", tauAdaptation),
  };
}
