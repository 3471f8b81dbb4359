/**
 * Leaky integrate-and-fire neurons.
 *
 * @module
 */

import { LEAKY_NEURON } from "../../kernels/leaky/leaky_neurons.ts";
import type { NeuronDescription } from "./describe_neuron.ts";
import {
  describeFiring,
  FIRING,
  type FiringParameters,
  leakOf,
  parameter,
} from "./firing.ts";
import type { NeuronKind } from "./neuron_kind.ts";
import { steppedNeuron } from "./stepped_neuron.ts";

/** Parameters of a leaky integrate-and-fire neuron. */
export interface LeakyParameters extends FiringParameters {
  /**
   * Membrane time constant in bins; `Infinity` integrates without a leak.
   *
   * @default 2
   */
  readonly tau?: number;
  /** Whether the drive is divided by tau. @default true */
  readonly decayInput?: boolean;
}

/** Parameters of leaky kinds. */
export const INTEGRATION = {
  ...FIRING,
  // Stores 1/tau, which is finite for a neuron without a leak too.
  leak: parameter(0.5),
  inputGain: parameter(0.5, true),
};

/** Leaky integrate-and-fire neurons; {@linkcode leaky} describes one. */
export const LEAKY: NeuronKind = steppedNeuron({
  name: "leaky integrate-and-fire",
  parameters: INTEGRATION,
  constants: ({ theta: _, ...constants }) => constants,
  code: LEAKY_NEURON,
});

/**
 * Describes a leaky integrate-and-fire neuron: v += (drive − (v − rest)) / tau.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns The description of the neuron, for a network or a layer.
 * @throws {RangeError} If tau is less than one bin, or one and the reset
 * delayed.
 * @throws {TypeError} If the surrogate or the reset is unknown.
 *
 * @example
 * ```ts
 * import { leaky } from "./leaky.ts";
 * const { theta, leak } = leaky({ tau: 4 });
 * if (theta !== 1 || leak !== 0.25) throw new Error("expected 1 and 1/4");
 * ```
 *
 * Source: Fang and others, SpikingJelly, Science Advances 9, 2023: its LIFNode
 * and, without a leak, its IFNode.
 */
export function leaky(
  parameters: LeakyParameters = {},
): NeuronDescription & Readonly<Record<string, unknown>> {
  return { kind: LEAKY, ...describeIntegration(parameters) };
}

/**
 * Checks leak, threshold, reset and surrogate of a neuron.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns A value for each of {@linkcode INTEGRATION}.
 * @throws {RangeError} If tau is less than one bin, or one and the reset
 * delayed.
 * @throws {TypeError} If the surrogate or the reset is unknown.
 */
export function describeIntegration(parameters: LeakyParameters) {
  const { tau = 2, decayInput = true } = parameters;
  const leak = leakOf("tau", tau);
  const inputGain = decayInput && leak > 0 ? leak : 1;
  return { ...describeFiring(parameters, leak), leak, inputGain };
}
