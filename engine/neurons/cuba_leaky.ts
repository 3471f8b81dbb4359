/**
 * Current-based leaky integrate-and-fire neurons, CUBA-LIF.
 *
 * @module
 */

import {
  CUBA_NEURON,
  LEAKY_NEURON,
  PARAMETRIC_CUBA_NEURON,
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
import { steppedNeuron } from "./stepped_neuron.ts";

/** Parameters of a current-based leaky integrate-and-fire neuron. */
export interface CubaParameters extends LeakyParameters {
  /** Time constant of the synaptic current in bins. @default 2 */
  readonly tauSyn?: number;
  /** Whether the current is divided by tau. @default true */
  readonly decayInput?: boolean;
  /** Whether layers learn tau and tauSyn. @default both are fixed */
  readonly decays?: "learned";
  /**
   * `current`: a layer's norm or bias acts on the current.
   *
   * @default the drive
   */
  readonly norm?: "current";
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

/** CUBA-LIF neurons whose layers normalise the current. */
export const NORMALISED_CUBA: NeuronKind = {
  name: "current-based leaky integrate-and-fire with a normalised current",
  parameters: { ...INTEGRATION, currentLeak: parameter(0.5) },
  constants: ({ theta: _, currentLeak: __, ...constants }) => constants,
  stepped: steppedText(LEAKY_NEURON),
  currentKept: ({ currentLeak }) => 1 - currentLeak,
};

/** CUBA-LIF neurons whose layers learn both time constants. */
export const PARAMETRIC_CUBA: NeuronKind = {
  name: "current-based leaky integrate-and-fire with learned decays",
  parameters: {
    ...FIRING,
    tau: parameter(2, true),
    tauSyn: parameter(2, true),
    decaysInput: parameter(1),
  },
  constants: ({ theta: _, tau: __, tauSyn: ___, ...constants }) => constants,
  stepped: steppedText(PARAMETRIC_CUBA_NEURON, {
    recalls: true,
    learns: true,
  }),
  learned: ({ tau, tauSyn }) => [leakParameter(tau), leakParameter(tauSyn)],
};

/**
 * Describes a current-based leaky integrate-and-fire neuron, whose drive adds
 * to a synaptic current i: i += drive − i / tauSyn, then v += (i − (v − rest))
 * / tau. A spike does not change the current.
 *
 * With `norm: "current"` a layer's norm is that of the current, and its bias
 * adds to the current, as in lava-dl; the network is computed layer by layer,
 * and the layer is not recurrent.
 *
 * With learned decays each layer learns both time constants: 1/tau = 1 / (1 +
 * exp(−w[0])) and 1/tauSyn = 1 / (1 + exp(−w[1])), where w is an array in
 * addition to the weights, such as `conv1.neuron.w`, of shape [2]; the network
 * is computed layer by layer.
 *
 * @param parameters The parameters that differ from their defaults; time
 * constants are initial values if they are learned.
 * @returns The description of the neuron, for a network or a layer.
 * @throws {RangeError} If a time constant is less than one bin or, if it is
 * learned, not finite or not more than one bin; or if the reset is delayed and
 * tau is learned or one.
 * @throws {TypeError} If the surrogate or the reset is unknown, or decays are
 * learned and the current is normalised.
 *
 * @example
 * ```ts
 * import { cubaLeaky } from "./cuba_leaky.ts";
 * const { currentLeak } = cubaLeaky({ tauSyn: 4 });
 * if (currentLeak !== 0.25) throw new Error("expected 1/4");
 * ```
 *
 * Source: Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, 2014; lava-dl
 * learns the decays of its cuba.Neuron, the decays themselves in place of w.
 */
export function cubaLeaky(
  parameters: CubaParameters = {},
): NeuronDescription & Readonly<Record<string, unknown>> {
  const { tau = 2, tauSyn = 2, decayInput = true, decays, norm } = parameters;
  if (decays === "learned") {
    if (norm === "current") {
      throw new TypeError(
        "Cannot build a neuron with learned decays whose current is " +
          "normalised: such a current has a fixed decay",
      );
    }
    requireLearnable("tau", tau);
    requireLearnable("tauSyn", tauSyn);
    return {
      kind: PARAMETRIC_CUBA,
      ...describeFiring(parameters),
      tau,
      tauSyn,
      decaysInput: Number(decayInput),
    };
  }
  return {
    kind: norm === "current" ? NORMALISED_CUBA : CUBA_LEAKY,
    ...describeIntegration(parameters),
    currentLeak: leakOf("tauSyn", tauSyn),
  };
}
