/**
 * All-to-all layers.
 *
 * @module
 */

import {
  denseAdjoint,
  denseAdjointBlock,
  denseForward,
} from "../../kernels/layers/dense.ts";
import {
  denseGradientDirect,
  denseGradientSplit,
  denseGradientWhole,
} from "../../kernels/layers/dense_gradient.ts";
import { LISTED, LISTS_LANES } from "../../kernels/shared/spike_list.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { groupsFor, type Launch, launch } from "../device/launch.ts";
import { QUAD } from "../network/layout.ts";
import { requireOptions, requireSizes, sizeOf } from "../network/network.ts";
import { isSameShape } from "../network/weights.ts";
import type { WeightLayout } from "../network/weights.ts";
import {
  adjointTile,
  denseBlocks,
  forwardShares,
  gradientShares,
} from "./dense_tiling.ts";
import type { Layer, LayerKind, LayerSetting } from "./layer.ts";
import { quadWeights } from "./quad_weights.ts";

/** An all-to-all layer in the description of a network. */
export interface DenseDescription {
  /** Number of outputs. */
  readonly out: number;
  /** Factor of the initial weights. @default 10 */
  readonly weightScale?: number;
  /**
   * Weight normalisation: updates change gain g and direction v of each
   * output's weights w = g · v / |v|, as in PyTorch's weight_norm and lava-dl.
   *
   * @default false
   */
  readonly weightNorm?: boolean;
}

const OPTIONS: readonly (keyof DenseDescription)[] = [
  ...["out", "weightScale", "weightNorm"] as const,
];

/** An all-to-all layer with its shapes. */
export interface DenseLayer extends Layer {
  /** Shape and memory layout of the weights. */
  readonly weights: WeightLayout;
}

/** Loop iterations in which the spikes of 8 words are ranked and listed. */
const RANKING = 10 + 2 * 8 * (BINS_PER_WORD + 1);

/** All-to-all synapses, without bias. */
export const dense: LayerKind<DenseLayer, number | DenseDescription> = {
  name: "dense",
  prefix: "fc",
  reads: "neuron-packed",
  describe(description, { name, input }) {
    const given: DenseDescription = typeof description === "number"
      ? { out: description }
      : description;
    requireOptions(name, given, OPTIONS);
    const { out, weightScale = 10, weightNorm } = given;
    requireSizes(name, [out]);
    return {
      output: { C: out, H: 1, W: 1 },
      runSize: out,
      weights: quadWeights([out, input.C, input.H, input.W, 1], {
        name,
        runSize: out,
        weightScale,
        weightNorm,
        // The public order has channels before rows and columns, memory has
        // them last.
        fits: (shape) => isSameShape(shape, [out, sizeOf(input)]),
      }),
    };
  },
  forward(layer, setting) {
    const { T, P, lastSign } = setting;
    const shares = forwardShares(layer, P);
    return [launch({
      kernel: denseForward,
      constants: { ...sizesOf(layer, setting), P, lastSign, ...shares },
      grid: [Math.ceil(T / shares.bins), denseBlocks(layer), "samples"],
      loops: forwardLoops(layer, P, shares.bins),
      multiplyAdds: ({ spikes }) => spikes * layer.output.C,
    })];
  },
  fanOut: ({ input, output }) => new Float64Array(sizeOf(input)).fill(output.C),
  adjoint(layer, setting) {
    const { T, below, software } = setting;
    const inputs = sizeOf(layer.input);
    const constants = {
      ...sizesOf(layer, setting),
      inRun: below.runSize,
      inRow: below.floats,
    };
    const multiplyAdds: Launch["multiplyAdds"] = ({ bins }) =>
      bins * inputs * layer.output.C;
    if (software) {
      const { workgroup, tile: { blockBins, blockInputs } } = denseAdjointBlock;
      return [launch({
        kernel: denseAdjointBlock,
        constants,
        grid: [
          groupsFor(inputs, workgroup * blockInputs),
          Math.ceil(T / blockBins),
          "samples",
        ],
        loops: Math.ceil(layer.output.C / 8) + 2 * (blockBins + 1) + 3,
        multiplyAdds,
      })];
    }
    const { columns, tileInputs, tileBins } = adjointTile(T);
    return [launch({
      kernel: denseAdjoint,
      constants: { ...constants, columns },
      grid: [groupsFor(inputs, tileInputs), Math.ceil(T / tileBins), "samples"],
      loops: Math.ceil(layer.output.C / 8) * 7,
      multiplyAdds,
    })];
  },
  gradient(layer, setting) {
    const { P, lastSign, height, rule, software } = setting;
    if (software) return [launchDirect(layer, setting)];
    const shares = gradientShares(layer);
    const loops = gradientLoops(layer, setting, shares.blockInputs);
    return [launch({
      kernel: shares.splits > 1 ? denseGradientSplit : denseGradientWhole,
      constants: {
        ...sizesOf(layer, setting),
        P,
        lastSign,
        height,
        ...shares,
        rule,
      },
      grid: [
        groupsFor(sizeOf(layer.input), shares.blockInputs),
        denseBlocks(layer),
        1,
      ],
      loops,
      loopsPerSample: loops,
      multiplyAdds: ({ spikes }) => spikes * layer.output.C,
    })];
  },
};

/** Launches the gradient without workgroup memory. */
function launchDirect(layer: DenseLayer, setting: LayerSetting): Launch {
  const { T, P, lastSign, height, rule } = setting;
  const { workgroup, tile } = denseGradientDirect;
  const inputs = sizeOf(layer.input);
  const blocks = Math.ceil(layer.output.C / QUAD / tile.directQuads);
  const loops = P * (T + 2 * Math.ceil(T / BINS_PER_WORD));
  return launch({
    kernel: denseGradientDirect,
    constants: { ...sizesOf(layer, setting), P, lastSign, height, rule },
    grid: [groupsFor(inputs * blocks, workgroup), 1, 1],
    loops: loops + 4,
    loopsPerSample: loops,
    multiplyAdds: ({ spikes }) => spikes * layer.output.C,
  });
}

/**
 * Iterations of the forward kernel: ranking and listing spikes, adding weights.
 */
function forwardLoops({ input }: Layer, P: number, bins: number): number {
  const words = P * Math.ceil(sizeOf(input) / BINS_PER_WORD);
  const rankings = Math.ceil(words / 8 / LISTS_LANES);
  const lists = rankings + Math.ceil(bins * words * BINS_PER_WORD / LISTED);
  return rankings * RANKING + lists * 8 + words * 4 + LISTS_LANES;
}

/**
 * Iterations of the gradient kernel, over a workgroup's inputs and all bins.
 */
function gradientLoops(
  { input }: Layer,
  { T, P }: LayerSetting,
  blockInputs: number,
): number {
  const B = Math.ceil(T / BINS_PER_WORD);
  const inputs = Math.min(blockInputs, sizeOf(input));
  const rankings = Math.ceil(P * B / 8 / (LISTS_LANES / blockInputs));
  const lists = rankings + Math.ceil(inputs * P * B * BINS_PER_WORD / LISTED);
  return rankings * RANKING + lists * (2 + 8 + inputs * 7) +
    inputs * P * Math.ceil(T / 8);
}

function sizesOf({ input, output }: Layer, { T, sampleRows }: LayerSetting) {
  return { T, sampleRows, I: sizeOf(input), O: output.C };
}
