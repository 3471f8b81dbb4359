/**
 * Sigma-delta neurons.
 *
 * @module
 */

import { ACTIVATIONS } from "../../kernels/unit/graded/activations.ts";
import type { NeuronDescription } from "./describe_neuron.ts";
import { parameter } from "./firing.ts";
import type { NeuronKind } from "./neuron_kind.ts";

/**
 * Activations of sigma-delta neurons. `leaky relu` is 0.01 of the potential
 * where that is negative.
 */
export type Activation =
  | "relu"
  | "identity"
  | "leaky relu"
  | "sigmoid"
  | "tanh";

/** Parameters of a sigma-delta neuron. */
export interface SigmaDeltaParameters {
  /** Change of the activation that triggers a message. @default 0.1 */
  readonly threshold?: number;
  /**
   * Unit of messages: a change that is sent is rounded toward 0 to a multiple
   * of it. lava-dl's is 1/4096.
   *
   * @default the threshold
   */
  readonly step?: number;
  /**
   * Whether a message is sent once the changes not sent in all bins since the
   * last one add up to the threshold. A message is at least a step.
   *
   * @default false
   */
  readonly cumError?: boolean;
  /** Function of the potential. @default "relu" */
  readonly activation?: Activation;
}

/** Range of messages in thresholds, as far as planes allow. */
const THRESHOLDS = 127;

/** Bits of the largest messages; synapses read up to 16 planes, one a sign. */
const MOST_BITS = 15;

/** Sigma-delta neurons; {@linkcode sigmaDelta} describes one. */
export const SIGMA_DELTA: NeuronKind = {
  name: "sigma-delta",
  parameters: {
    theta: parameter(0.1, true),
    // 0 is the threshold.
    step: parameter(0),
    accumulates: parameter(0),
    activation: parameter(0),
  },
  constants: () => ({}),
  graded({ theta, step }) {
    const steps = step === 0 ? 1 : theta / step;
    const bits = Math.ceil(Math.log2(THRESHOLDS * steps + 1));
    return {
      step: step === 0 ? theta : step,
      most: 2 ** Math.min(bits, MOST_BITS) - 1,
    };
  },
};

/**
 * Describes a sigma-delta neuron. Drives are summed over time. Where the
 * activation of the sum has changed by at least the threshold since the last
 * message, the neuron sends the change, in whole steps.
 *
 * A message has a sign and 7 to 15 bits, as many as 127 thresholds need; what
 * is larger, or rounded off, is sent later. In the backward pass all changes
 * are sent.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns The description of the neuron, for a network or a layer.
 * @throws {RangeError} If the threshold is not 1 to 32767 steps.
 * @throws {TypeError} If the activation is unknown.
 *
 * @example
 * ```ts
 * import { sigmaDelta } from "./sigma_delta.ts";
 * const { theta, step } = sigmaDelta({ threshold: 0.5, step: 1 / 64 });
 * if (theta !== 0.5 || step !== 1 / 64) throw new Error();
 * ```
 *
 * Source: O'Connor, Welling, Sigma delta quantized networks, arXiv:1611.02024,
 * and lava-dl's `sigma_delta.Neuron`, which rounds down and does not send later
 * what it rounds off.
 */
export function sigmaDelta(
  {
    threshold = 0.1,
    step,
    cumError = false,
    activation = "relu",
  }: SigmaDeltaParameters = {},
): NeuronDescription & Readonly<Record<string, unknown>> {
  const chosen = ACTIVATIONS.indexOf(activation);
  if (chosen < 0) {
    throw new TypeError(
      `Cannot build a neuron with the activation "${activation}": expected ` +
        ACTIVATIONS.join(", "),
    );
  }
  const most = 2 ** MOST_BITS - 1;
  if (step !== undefined && !(step <= threshold && threshold <= most * step)) {
    throw new RangeError(
      `Cannot build a neuron with threshold ${threshold} and step ${step}: ` +
        `the threshold is not 1 to ${most} steps`,
    );
  }
  return {
    kind: SIGMA_DELTA,
    theta: threshold,
    step: step ?? 0,
    accumulates: Number(cumError),
    activation: chosen,
  };
}
