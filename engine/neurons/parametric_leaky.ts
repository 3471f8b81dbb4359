/**
 * Parametric leaky integrate-and-fire neurons, PLIF, with a learned time
 * constant.
 *
 * @module
 */

import { PARAMETRIC_NEURON } from "../../kernels/leaky/leaky_neurons.ts";
import { steppedText } from "../../kernels/shared/stepped.ts";
import type { NeuronDescription } from "./describe_neuron.ts";
import { describeFiring, FIRING, parameter } from "./firing.ts";
import type { LeakyParameters } from "./leaky.ts";
import type { NeuronKind } from "./neuron_kind.ts";

/**
 * Checks a time constant from which learning starts.
 *
 * @param name Its name.
 * @param tau The time constant in bins.
 * @param least The bins that it exceeds.
 * @throws {RangeError} If it is not finite, or not more than that.
 */
export function requireLearnable(name: string, tau: number, least = 1): void {
  if (tau > least && tau < Infinity) return;
  throw new RangeError(
    `Cannot build a neuron that learns its ${name} from ${tau}: it is not ` +
      `finite, or not more than ${least === 1 ? "one bin" : `${least} bins`}`,
  );
}

/**
 * Computes the learned parameter of a leak.
 *
 * @param tau The time constant in bins.
 * @returns w, of which 1/tau = 1 / (1 + exp(−w)).
 */
export function leakParameter(tau: number): number {
  return -Math.log(tau - 1);
}

/** Neurons with a learned tau; {@linkcode parametricLeaky} describes one. */
export const PARAMETRIC_LEAKY: NeuronKind = {
  name: "parametric leaky integrate-and-fire",
  parameters: {
    ...FIRING,
    tau: parameter(2, true),
    decaysInput: parameter(1),
  },
  constants: ({ theta: _, tau: __, ...constants }) => constants,
  stepped: steppedText(PARAMETRIC_NEURON, { recalls: true, learns: true }),
  learned: ({ tau }) => [leakParameter(tau)],
};

/**
 * Describes a parametric leaky integrate-and-fire neuron, whose layer learns
 * its time constant: 1/tau = 1 / (1 + exp(−w)), where w is an array in addition
 * to the weights, such as `conv1.neuron.w`, of shape [1].
 *
 * @param parameters The parameters that differ from their defaults; tau is the
 * initial value.
 * @returns The description of the neuron, for a network or a layer; its network
 * is computed layer by layer.
 * @throws {RangeError} If tau is not finite, or not more than one bin, or the
 * reset is delayed.
 * @throws {TypeError} If the surrogate or the reset is unknown.
 *
 * @example
 * ```ts
 * import { Model } from "../model.ts";
 * import { parametricLeaky } from "./parametric_leaky.ts";
 * using network = await Model.create({
 *   input: { C: 1, H: 1, W: 2 },
 *   layers: [{ dense: 3 }],
 *   neuron: parametricLeaky({ tau: 2 }),
 *   Ts: 1,
 *   random: 0,
 * });
 * const { "fc1.neuron.w": w } = await network.weights();
 * if (Math.abs(w.data[0]) > 0) throw new Error("expected 0, where tau is 2");
 * ```
 *
 * Source: Fang and others, Incorporating learnable membrane time constant to
 * enhance learning of spiking neural networks, ICCV 2021.
 */
export function parametricLeaky(
  parameters: LeakyParameters = {},
): NeuronDescription & Readonly<Record<string, unknown>> {
  const { tau = 2, decayInput = true } = parameters;
  requireLearnable("tau", tau);
  return {
    kind: PARAMETRIC_LEAKY,
    ...describeFiring(parameters),
    tau,
    decaysInput: Number(decayInput),
  };
}
