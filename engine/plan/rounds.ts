/**
 * How often the loops of a plan's kernels go round.
 *
 * Mesa's llvmpipe ends every loop of an invocation once all its loops together
 * have gone round 65,535 times, and says nothing. What would come to more is
 * refused there, or cut into smaller micro-batches.
 *
 * @module
 */

import { type Layer, sizeOf } from "../network.ts";
import { gradientSlices } from "./synapse.ts";

/** Sizes on which the number of rounds depends. */
export interface LoopSizes {
  /** Bins in a sample, and the words that they are packed in. */
  readonly T: number;
  readonly B: number;
  /** Bit planes of the input. */
  readonly P: number;
  /** Taps of the response and of the refractory response. */
  readonly K: number;
  readonly R: number;
}

/** Bins in a word, and the word itself. */
const WORD = 33;

/** Invocations that share the inputs to be listed. */
const LIST_SHARE = 64;

/** Entries of a list that a round takes. */
const LIST_STEP = 4;

/**
 * Most rounds of an invocation that sees one sample, for neurons that spike in
 * every second bin and inputs that spike in every bin.
 *
 * @param layers The layers.
 * @param sizes Sizes of the plan.
 * @returns The largest number of rounds of each layer's kernels.
 */
export function roundsOf(
  layers: readonly Layer[],
  sizes: LoopSizes,
): { readonly layer: string; readonly rounds: number }[] {
  const { T, B, K, R } = sizes;
  const neuron = Math.ceil(T / 8) * (Math.ceil((K + 7) / 4) + 8) +
    T * Math.ceil(R / WORD) + T * R / 2;
  return layers.map((layer, index) => {
    const P = index === 0 ? sizes.P : 1;
    const synapse = synapseRounds(layer, { ...sizes, P });
    return { layer: layer.name, rounds: Math.max(neuron, synapse, B + K) };
  });
}

/**
 * Rounds that each further sample adds in the kernel that visits all of them.
 *
 * @param sizes Sizes of the plan.
 * @returns The rounds of a dense layer's weight gradient, per sample.
 */
export function roundsPerSample({ T, B, P }: LoopSizes): number {
  return P * B + T;
}

function synapseRounds(layer: Layer, { T, B, P }: LoopSizes): number {
  switch (layer.kind) {
    case "pool":
      return layer.window ** 2 * (P + WORD) + WORD;
    case "dense": {
      const inputs = sizeOf(layer.input);
      const share = Math.ceil(inputs / LIST_SHARE);
      return Math.max(inputs / LIST_STEP, 2 * share * (P + WORD / 2));
    }
    case "conv": {
      const { kernel, input, output, groups } = layer;
      const taps = kernel[0] * kernel[1] * input.C / groups;
      const pixels = Math.ceil(output.H / gradientSlices(layer)) * output.W;
      return Math.max(taps * (P + WORD), pixels * (P * B + T / 2));
    }
  }
}
