/**
 * How often the loops of a plan's kernels go round.
 *
 * Mesa's llvmpipe ends every loop of an invocation once all its loops together
 * have gone round 65,535 times, and says nothing. What would come to more is
 * refused there, or cut into smaller micro-batches.
 *
 * @module
 */

import { LISTED, LISTS_LANES } from "../../kernels/shared/spike_list.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { type ConvLayer, type Layer, sizeOf } from "../network/network.ts";
import { gradientStrips, totalShares } from "../layers/conv_tiling.ts";
import { forwardShares, gradientShares } from "../layers/dense_tiling.ts";
import { groupsFor } from "../device/compiler.ts";

/** Sizes on which the number of rounds depends. */
export interface LoopSizes {
  /** Bins in a sample, and the words that they are packed in. */
  readonly T: number;
  readonly B: number;
  /** Bit planes of the input. */
  readonly P: number;
  /** Taps of the response. */
  readonly K: number;
  /** Bins of the window of the probSpikes loss; another has none. */
  readonly window?: number;
}

/**
 * Rounds of dense layers that rank the spikes of 8 words, and list them, in two
 * lists at most.
 */
const RANKING = 10 + 2 * 8 * 33;

/** Most rounds of a loop over the bits of four words, one a round. */
const BITS = 4 * 32 + 2;

/** Rounds of loops that take four at once. */
const quarter = (times: number) => Math.ceil(times / 4);

/**
 * Most rounds of an invocation that sees one sample, whatever spikes. A loop
 * that goes round n times counts as n + 1, since it ends in a round of its own.
 *
 * @param layers The layers.
 * @param sizes Sizes of the plan.
 * @returns The largest number of rounds of each layer's kernels.
 */
export function roundsOf(
  layers: readonly Layer[],
  sizes: LoopSizes,
): { readonly layer: string; readonly rounds: number }[] {
  const outputs = sizeOf(layers[layers.length - 1].output);
  return layers.map((layer, index) => {
    const P = index === 0 ? sizes.P : 1;
    const rounds = Math.max(
      forwardRounds(layer, { ...sizes, P }),
      backwardRounds(layer, { ...sizes, P }),
      lossRounds(sizes, outputs),
    );
    return { layer: layer.name, rounds: Math.ceil(rounds) };
  });
}

/**
 * Rounds that each further sample adds in the kernels that visit all of them.
 *
 * @param layers The layers.
 * @param sizes Sizes of the plan.
 * @returns The rounds of a weight gradient, per sample.
 */
export function roundsPerSample(
  layers: readonly Layer[],
  { T, B, P }: LoopSizes,
): number {
  return Math.max(
    1,
    ...layers.map((layer, index) => {
      const planes = index === 0 ? P : 1;
      switch (layer.kind) {
        case "pool":
          return 0;
        case "conv": {
          const strips = gradientStrips(layer);
          const sharers = 64 / totalShares(strips, true).quads;
          return Math.ceil(strips / 4 / sharers) + 14;
        }
        case "dense": {
          const { near } = gradientShares(layer, true);
          const inputs = Math.min(near, sizeOf(layer.input));
          const rankings = Math.ceil(planes * B / 8 / (LISTS_LANES / near));
          const lists = rankings +
            Math.ceil(inputs * planes * B * BINS_PER_WORD / LISTED);
          return rankings * RANKING + lists * (2 + 8 + inputs * 7) +
            inputs * planes * Math.ceil(T / 8);
        }
      }
    }),
  );
}

/** A neuron from rest to the end, or back: four bins a round. */
function neuronRounds({ T }: LoopSizes): number {
  return 3 + quarter(T);
}

/** Bin by bin over the taps, or over all outputs and the words of a window. */
function lossRounds({ T, B, K, window }: LoopSizes, outputs: number): number {
  const bins = Math.ceil(T / 64);
  if (window === undefined) return 2 * (B + 1) + bins * (K + 2) + 66;
  const words = Math.min(Math.ceil((window - 1) / 32) + 1, B);
  const forward = bins * (outputs * (words + 3) + 3) +
    2 * Math.ceil(outputs / 64) * (B + 2) + 2 * 67;
  const places = Math.ceil(T * outputs / 64 / groupsFor(T * outputs));
  return Math.max(forward, places * (window + 2) + 1);
}

function forwardRounds(layer: Layer, sizes: LoopSizes): number {
  const { B, P, K } = sizes;
  const neuron = neuronRounds(sizes);
  switch (layer.kind) {
    case "pool": {
      const { window } = layer;
      const digits = P + Math.ceil(2 * Math.log2(window));
      const counts = window * (K <= 32 ? 1 : 2);
      const counting = P * (2 + window * (2 + counts * (2 + digits)));
      return neuron + B * (2 * digits + 3 + counting + 9 + 8 * digits) + digits;
    }
    case "conv":
      return Math.max(neuron, gatherRounds(layer, P));
    case "dense": {
      const inputs = sizeOf(layer.input);
      const words = P * Math.ceil(inputs / 32);
      const rankings = Math.ceil(words / 8 / LISTS_LANES);
      const { bins } = forwardShares(layer, P);
      const lists = rankings + Math.ceil(bins * words * 32 / LISTED);
      return Math.max(
        neuron,
        rankings * RANKING + lists * 8 + words * 4 + LISTS_LANES,
      );
    }
  }
}

/** Taps of a pixel, one a round, with the runs and words that they lie in. */
function gatherRounds(layer: ConvLayer, P: number): number {
  const { kernel, input, dilation, groups } = layer;
  const taps = kernel[0] * kernel[1] * input.C / groups;
  const runs = kernel[0] *
    (dilation[1] === 1 && groups === 1 ? 1 : kernel[1]);
  // A run may begin and end within a word.
  const words = Math.ceil(taps / runs / 32) + 1;
  return 4 + P * (2 + runs * (2 + 2 * words) + taps);
}

function backwardRounds(layer: Layer, sizes: LoopSizes): number {
  const { B, P } = sizes;
  switch (layer.kind) {
    case "pool":
      return 0;
    case "dense":
      return Math.max(
        roundsPerSample([layer], sizes),
        Math.ceil(layer.output.C / 8) * 7,
      );
    case "conv": {
      const { kernel, output, groups } = layer;
      const taps = kernel[0] * kernel[1];
      const maps = output.C / groups;
      const strips = gradientStrips(layer);
      const pixels = Math.ceil(output.H * output.W / strips);
      return Math.max(
        pixels * (2 + quarter(P * B) * (1 + BITS)),
        roundsPerSample([layer], sizes),
        maps * (taps * 9 + 12),
      );
    }
  }
}
