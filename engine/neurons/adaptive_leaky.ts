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

/** Parameters of a leaky neuron with an adaptive threshold. */
export interface AdaptiveParameters extends LeakyParameters {
  /**
   * How far the threshold rises in a neuron that fires in every bin.
   *
   * @default 1
   */
  readonly adaptation?: number;
  /** Time constant of the threshold in bins. @default 10 */
  readonly tauAdaptation?: number;
}

/**
 * Neurons with an adaptive threshold; {@linkcode adaptiveLeaky} describes one.
 * What they report as their potential is v less the rise of the threshold.
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
 * Describes a leaky integrate-and-fire neuron whose threshold rises with each
 * of its spikes s and decays: it is threshold + adaptation · a, where
 * a += (s − a) / tauAdaptation. The gradient flows through the threshold,
 * whether or not it does through the reset.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns The description of the neuron, for a network or a layer; the network
 * is computed layer by layer.
 * @throws {RangeError} If a time constant is less than one bin.
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
