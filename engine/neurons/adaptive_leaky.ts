/**
 * Leaky integrate-and-fire neurons with an adaptive threshold, ALIF.
 *
 * @module
 */

import { ADAPTIVE_NEURON } from "../../kernels/leaky/leaky_neurons.ts";
import { steppedText } from "../../kernels/shared/stepped.ts";
import type { NeuronDescription } from "./describe_neuron.ts";
import { leakOf, parameter } from "./firing.ts";
import {
  describeIntegration,
  INTEGRATION,
  type LeakyParameters,
} from "./leaky.ts";
import type { NeuronKind } from "./neuron_kind.ts";

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
 * Describes an adaptive leaky integrate-and-fire neuron, whose threshold rises
 * with each of its spikes s and decays: it is threshold + adaptation · a, where
 * a += (s − a) / tauAdaptation. The gradient always flows through the
 * threshold, also if it does not flow through the reset.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns The description of the neuron, for a network or a layer; its network
 * is computed layer by layer.
 * @throws {RangeError} If a time constant is less than one bin, or tau one and
 * the reset delayed.
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
 * networks of spiking neurons, NeurIPS 2018.
 */
export function adaptiveLeaky(
  parameters: AdaptiveParameters = {},
): NeuronDescription & Readonly<Record<string, unknown>> {
  const { adaptation = 1, tauAdaptation = 10 } = parameters;
  return {
    kind: ADAPTIVE_LEAKY,
    ...describeIntegration(parameters),
    adaptation,
    recovery: leakOf("tauAdaptation", tauAdaptation),
  };
}
