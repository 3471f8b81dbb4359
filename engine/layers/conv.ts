/**
 * Convolutional layers.
 *
 * @module
 */

import { convForward, convForwardWide } from "../../kernels/layers/conv.ts";
import {
  convAdjointBlock,
  convAdjointDirect,
} from "../../kernels/layers/conv_adjoint.ts";
import { convAdjointTiled } from "../../kernels/layers/conv_adjoint_tiled.ts";
import {
  convGradientDense,
  convGradientSparse,
  convGradientTotal,
} from "../../kernels/layers/conv_gradient.ts";
import {
  convGradientNormedDense,
  convGradientNormedSparse,
} from "../../kernels/norm/norm_gradient.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { groupsFor, type Launch, launch } from "../device/launch.ts";
import { QUAD } from "../network/layout.ts";
import { sizeOf } from "../network/network.ts";
import { countOf } from "../network/weights.ts";
import {
  type ConvDescription,
  type ConvLayer,
  describeConv,
} from "./conv_shapes.ts";
import {
  convConstants,
  gradientStrips,
  reachOf,
  totalLoops,
  totalShares,
} from "./conv_tiling.ts";
import { meetings } from "./fan_out.ts";
import type { LayerKind, LayerSetting } from "./layer.ts";

/** Most iterations of a loop over the bits of four words, one bit each. */
const BITS = 4 * BINS_PER_WORD + 2;

/** Pixels of a strip on a software adapter, and most loop iterations. */
const STRIP_PIXELS = 16;
const STRIP_LOOPS = 1 << 15;

/** A convolution over rows and columns, without bias. */
export const conv: LayerKind<ConvLayer, ConvDescription> = {
  name: "conv",
  reads: "neuron-packed",
  describe: describeConv,
  forward(layer, setting) {
    const { T, P, lastSign, software } = setting;
    const { H, W, C } = layer.output;
    const kernel = software ? convForwardWide : convForward;
    const owned = software
      ? convForwardWide.tile.wideQuads
      : convForward.tile.ownedQuads;
    const blocks = layer.groups * Math.ceil(C / layer.groups / QUAD / owned);
    return [launch<typeof kernel>({
      kernel,
      constants: { ...sizesOf(layer, setting), P, lastSign },
      grid: [
        groupsFor(H * W * blocks, kernel.workgroup),
        Math.ceil(T / kernel.tile.ownedBins),
        "samples",
      ],
      loops: gatherLoops(layer, P),
      multiplyAdds: ({ spikes }) => spikes * met(layer),
    })];
  },
  adjoint(layer, setting) {
    const { T, below } = setting;
    const { input, output, kernel, groups } = layer;
    const constants = {
      ...sizesOf(layer, setting),
      inRun: below.runSize,
      inRow: below.floats,
    };
    const loops = output.C / groups * (kernel[0] * kernel[1] * 9 + 12);
    const multiplyAdds: Launch["multiplyAdds"] = ({ bins }) =>
      bins * sizeOf(input) * met(layer);
    if (setting.software) {
      const { workgroup, tile } = convAdjointBlock;
      const blocks = input.H * Math.ceil(input.W / tile.blockColumns) *
        groups * Math.ceil(input.C / groups / tile.blockChannels);
      return [launch({
        kernel: convAdjointBlock,
        constants,
        grid: [
          groupsFor(blocks, workgroup),
          Math.ceil(T / tile.blockBins),
          "samples",
        ],
        loops,
        multiplyAdds,
      })];
    }
    const reach = reachOf(layer, T, setting.workgroupBytes);
    if (reach) {
      const { tiles, blocks, ...tile } = reach;
      return [launch({
        kernel: convAdjointTiled,
        constants: { ...constants, ...tile },
        grid: [tiles, blocks, "samples"],
        loops,
        multiplyAdds,
      })];
    }
    const owners = input.H * input.W * groups *
      Math.ceil(input.C / groups / QUAD);
    return [launch({
      kernel: convAdjointDirect,
      constants,
      grid: [
        groupsFor(owners, convAdjointDirect.workgroup),
        Math.ceil(T / convAdjointDirect.tile.ownedBins),
        "samples",
      ],
      loops,
      multiplyAdds,
    })];
  },
  gradient: (layer, setting) => [
    {
      ...launchStrips(layer, setting, convGradientSparse),
      busy: launchStrips(layer, setting, convGradientDense),
    },
    launchTotal(layer, setting),
  ],
  gradientThroughNorm: (layer, setting) => [
    {
      ...launchStrips(layer, setting, convGradientNormedSparse),
      busy: launchStrips(layer, setting, convGradientNormedDense),
    },
    launchTotal(layer, setting),
  ],
  fanOut({ input, output, kernel, stride, padding, dilation, groups }) {
    const along = (axis: 0 | 1, from: number, to: number) =>
      meetings({
        from,
        to,
        kernel: kernel[axis],
        dilation: dilation[axis],
        stride: stride[axis],
        padding: padding[axis],
      });
    const rows = along(0, input.H, output.H);
    const columns = along(1, input.W, output.W);
    const maps = output.C / groups;
    return Float64Array.from({ length: sizeOf(input) }, (_, f) => {
      const pixel = Math.floor(f / input.C);
      const row = Math.floor(pixel / input.W);
      return rows[row] * columns[pixel % input.W] * maps;
    });
  },
  partialFloats: (layer) => gradientStrips(layer) * layer.weights.floats,
};

/**
 * Launches the partial weight gradients, one strip of pixels per invocation.
 */
function launchStrips(
  layer: ConvLayer,
  setting: LayerSetting,
  kernel:
    | typeof convGradientSparse
    | typeof convGradientDense
    | typeof convGradientNormedSparse
    | typeof convGradientNormedDense,
): Launch {
  const { P, lastSign, height } = setting;
  const { input, output, groups } = layer;
  const [KH, KW] = layer.kernel;
  const S = stripsOf(layer, setting);
  const isDense = "tile" in kernel;
  const ownedPairs = setting.software && !isDense ? 2 : 1;
  const pairs = Math.ceil(output.C / groups / QUAD / 2 / ownedPairs);
  const channels = isDense ? kernel.tile.ownedChannels : 1;
  const owners = KH * KW * groups * pairs *
    Math.ceil(input.C / groups / channels);
  const pixels = Math.ceil(output.H * output.W / S);
  return launch<typeof kernel>({
    kernel,
    constants: {
      ...sizesOf(layer, setting),
      P,
      lastSign,
      S,
      height,
      ownedPairs,
    },
    grid: [groupsFor(S * owners, kernel.workgroup), 1, "samples"],
    loops: pixels * pixelLoops(setting),
    multiplyAdds: ({ spikes }) => spikes * met(layer),
  });
}

/**
 * Launches the reduction of partial gradients, and the update of the weights.
 */
function launchTotal(layer: ConvLayer, setting: LayerSetting): Launch {
  const { rule, software } = setting;
  const S = stripsOf(layer, setting);
  const shares = totalShares(S, software);
  return launch({
    kernel: convGradientTotal,
    constants: { ...sizesOf(layer, setting), S, ...shares, rule },
    grid: [groupsFor(layer.weights.floats / QUAD, shares.quads), 1, 1],
    loops: totalLoops(S, shares.quads),
    loopsPerSample: totalLoops(S, shares.quads),
  });
}

/**
 * Strips of pixels of the partial weight gradients. A software adapter has
 * few threads, so its strips are larger, where the loops of an invocation allow
 * it.
 */
function stripsOf(layer: ConvLayer, setting: LayerSetting): number {
  const strips = gradientStrips(layer);
  if (!setting.software) return strips;
  const { H, W } = layer.output;
  const most = Math.floor(STRIP_LOOPS / pixelLoops(setting));
  const pixels = Math.max(1, Math.min(STRIP_PIXELS, most));
  return Math.min(strips, Math.ceil(H * W / pixels));
}

/** Loop iterations over the words of a pixel's input, and over their bits. */
function pixelLoops({ T, P }: LayerSetting): number {
  const words = P * Math.ceil(T / BINS_PER_WORD);
  return 2 + Math.ceil(words / 4) * (1 + BITS);
}

/**
 * Loop iterations over a pixel's taps, and over the runs and words with them.
 */
function gatherLoops(layer: ConvLayer, P: number): number {
  const { kernel, input, dilation, groups } = layer;
  const taps = kernel[0] * kernel[1] * input.C / groups;
  const runs = kernel[0] *
    (dilation[1] === 1 && groups === 1 ? 1 : kernel[1]);
  // A run may begin and end within a word, so it touches one word more.
  const words = Math.ceil(taps / runs / BINS_PER_WORD) + 1;
  return Math.ceil(4 + P * (2 + runs * (2 + 2 * words) + taps));
}

/** Weights that one input spike is multiplied by, regardless of borders. */
function met({ input, output, weights }: ConvLayer): number {
  return countOf(weights.shape) * sizeOf(output) / output.C / sizeOf(input);
}

function sizesOf(layer: ConvLayer, { T, sampleRows }: LayerSetting) {
  return { T, sampleRows, ...convConstants(layer) };
}
