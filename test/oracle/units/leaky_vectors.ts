/**
 * Leaky neurons that SpikingJelly ran.
 *
 * @module
 */

import type { Surrogate } from "../../../engine/neurons/firing.ts";
import { loadModernVectors } from "../../fixtures/reference_vectors.ts";
import type { Tensor } from "../tensor.ts";
import type { Leaky } from "./leaky.ts";

/** The files of such neurons. */
export const LEAKY_VECTORS = [
  "neuron_0_lif",
  "neuron_1_lif",
  "neuron_2_lif",
  "neuron_3_if",
  "neuron_4_plif",
];

/** Surrogates by SpikingJelly's names; Sigmoid's steepness is ours. */
const SURROGATES: Readonly<Record<string, Surrogate>> = {
  ATan: "arctangent",
  Sigmoid: "sigmoid",
};

/**
 * Reads the vectors of a neuron.
 *
 * @param name The file's name.
 * @returns The neuron's parameters, and its tensors: `x` to `s`, `v` after the
 * reset; `gout` to `gin`, and to
 * `gw` of a neuron that learns.
 */
export function leakyVectors(
  name: string,
): { neuron: Leaky; tensors: Readonly<Record<string, Tensor>> } {
  const { params, tensors } = loadModernVectors<{
    kind: string;
    tau?: number;
    decay_input?: boolean;
    v_threshold: number;
    v_reset: number | null;
    detach_reset: boolean;
    surrogate: string;
    alpha: number;
  }>(name);
  return {
    neuron: {
      threshold: params.v_threshold,
      tau: params.tau ?? Infinity,
      rest: params.v_reset ?? 0,
      reset: params.v_reset === null ? "soft" : "hard",
      decayInput: params.decay_input ?? false,
      detachReset: params.detach_reset,
      surrogate: SURROGATES[params.surrogate],
      steepness: params.alpha,
      learns: params.kind === "PLIF",
    },
    tensors,
  };
}
