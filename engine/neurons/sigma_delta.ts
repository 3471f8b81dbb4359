/**
 * Sigma-delta neurons.
 *
 * @module
 */

import type { NeuronDescription } from "./describe_neuron.ts";
import type { NeuronKind } from "./neuron_kind.ts";

/** Parameters of a sigma-delta neuron. */
export interface SigmaDeltaParameters {
  /** Change of the activation that triggers a message. @default 0.1 */
  readonly threshold?: number;
}

/** Sigma-delta neurons; {@linkcode sigmaDelta} describes one. */
export const SIGMA_DELTA: NeuronKind = {
  name: "sigma-delta",
  parameters: { theta: { default: 0.1, positive: true } },
  constants: () => ({}),
  // A sign and seven bits.
  graded: 127,
};

/**
 * Describes a sigma-delta neuron. Drives are summed over time. Where the
 * rectified sum has changed by at least one threshold since the last message,
 * the neuron sends the number of thresholds.
 *
 * Neurons of lava-dl send the change itself, rounded to 1/64, once it exceeds
 * the threshold.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns The description of the neuron, for a network or a layer.
 *
 * @example
 * ```ts
 * import { sigmaDelta } from "./sigma_delta.ts";
 * if (sigmaDelta({ threshold: 0.5 }).theta !== 0.5) throw new Error();
 * ```
 *
 * Source: O'Connor, Welling, Sigma delta quantized networks, arXiv:1611.02024.
 */
export function sigmaDelta(
  { threshold = 0.1 }: SigmaDeltaParameters = {},
): NeuronDescription & Readonly<Record<string, unknown>> {
  return { kind: SIGMA_DELTA, theta: threshold };
}
