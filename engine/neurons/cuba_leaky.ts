/**
 * Current-based leaky integrate-and-fire neurons, CUBA-LIF.
 *
 * @module
 */

import { CUBA_NEURON } from "../../kernels/leaky/leaky_neurons.ts";
import type { NeuronDescription } from "./describe_neuron.ts";
import { leakOf, parameter } from "./firing.ts";
import {
  describeIntegration,
  INTEGRATION,
  type LeakyParameters,
} from "./leaky.ts";
import type { NeuronKind } from "./neuron_kind.ts";
import { steppedNeuron } from "./stepped_neuron.ts";

/** Parameters of a current-based leaky integrate-and-fire neuron. */
export interface CubaParameters extends LeakyParameters {
  /** Time constant of the synaptic current in bins. @default 2 */
  readonly tauSyn?: number;
  /** Whether the current is divided by tau. @default true */
  readonly decayInput?: boolean;
}

/**
 * CUBA-LIF neurons, with a synaptic current; {@linkcode cubaLeaky} describes
 * one.
 */
export const CUBA_LEAKY: NeuronKind = steppedNeuron({
  name: "current-based leaky integrate-and-fire",
  parameters: { ...INTEGRATION, currentLeak: parameter(0.5) },
  constants: ({ theta: _, ...constants }) => constants,
  code: CUBA_NEURON,
});

/**
 * Describes a current-based leaky integrate-and-fire neuron, whose drive adds
 * to a synaptic current i: i += drive − i / tauSyn, then v += (i − (v − rest))
 * / tau. A spike does not change the current.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns The description of the neuron, for a network or a layer.
 * @throws {RangeError} If a time constant is less than one bin.
 * @throws {TypeError} If the surrogate or the reset is unknown.
 *
 * @example
 * ```ts
 * import { cubaLeaky } from "./cuba_leaky.ts";
 * const { currentLeak } = cubaLeaky({ tauSyn: 4 });
 * if (currentLeak !== 0.25) throw new Error("expected 1/4");
 * ```
 *
 * Source: Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, 2014.
 */
export function cubaLeaky(
  parameters: CubaParameters = {},
): NeuronDescription & Readonly<Record<string, unknown>> {
  const { tauSyn = 2 } = parameters;
  return {
    kind: CUBA_LEAKY,
    ...describeIntegration(parameters),
    currentLeak: leakOf("tauSyn", tauSyn),
  };
}
