/**
 * Transposed convolutional layers.
 *
 * @module
 */

import { convGradientTotal } from "../../kernels/layers/conv_gradient.ts";
import {
  convTransposeAdjoint,
  convTransposeForward,
  convTransposeStrips,
} from "../../kernels/upsampling/conv_transpose.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { ShapeError } from "../device/errors.ts";
import { groupsFor, launch } from "../device/launch.ts";
import { inQuads, placeOf, QUAD } from "../network/layout.ts";
import { requireSizes, sizeOf } from "../network/network.ts";
import { countOf, type WeightLayout } from "../network/weights.ts";
import {
  type ConvDescription,
  type ConvLayer,
  geometryOf,
} from "./conv_shapes.ts";
import {
  convConstants,
  gradientStrips,
  totalLoops,
  totalShares,
} from "./conv_tiling.ts";
import { tapsInside } from "./fan_out.ts";
import type { LayerKind, LayerSetting } from "./layer.ts";
import { firstWeights } from "./quad_weights.ts";

/** A transposed convolution over rows and columns, without bias. */
export const convTranspose: LayerKind<ConvLayer, ConvDescription> = {
  name: "convTranspose",
  reads: "time-packed",
  describe(description, { name, input }) {
    const { out, weightScale = 100, weightNorm } = description;
    if (weightNorm) {
      throw new ShapeError(
        `Cannot build layer "${name}" with weightNorm: it is for conv and dense`,
      );
    }
    const geometry = geometryOf(description, { name, input });
    const { kernel, stride, padding, dilation, groups } = geometry;
    const along = (side: number, axis: 0 | 1) =>
      (side - 1) * stride[axis] - 2 * padding[axis] +
      dilation[axis] * (kernel[axis] - 1) + 1;
    const output = { C: out, H: along(input.H, 0), W: along(input.W, 1) };
    if (output.H < 1 || output.W < 1) {
      throw new ShapeError(
        `Cannot build layer "${name}": a padding of ${padding.join("×")} ` +
          "leaves no output",
      );
    }
    requireSizes(name, [output.H, output.W]);
    const runSize = out / groups;
    const shape = [input.C, runSize, ...kernel, 1];
    const first = firstWeights(shape, { name, weightScale });
    return {
      output,
      runSize,
      weights: transposedWeights(shape, groups, first),
      ...geometry,
    };
  },
  forward(layer, setting) {
    const { T, P } = setting;
    const { output, kernel, input, groups } = layer;
    const { ownedBins } = convTransposeForward.tile;
    const taps = kernel[0] * kernel[1];
    return [launch({
      kernel: convTransposeForward,
      constants: { ...sizesOf(layer, setting), P },
      grid: [
        groupsFor(
          output.H * output.W * groups * inQuads(layer.runSize) / QUAD,
          convTransposeForward.workgroup,
        ),
        Math.ceil(T / ownedBins),
        "samples",
      ],
      loops: taps * (2 + input.C / groups * (2 + P * (ownedBins + 2))) +
        ownedBins + 2,
      multiplyAdds: ({ spikes }) => spikes * met(layer),
    })];
  },
  fanOut({ input, output, kernel, stride, padding, dilation, groups }) {
    const along = (axis: 0 | 1, from: number, to: number) =>
      tapsInside({
        from,
        to,
        kernel: kernel[axis],
        dilation: dilation[axis],
        stride: stride[axis],
        padding: padding[axis],
      });
    const rows = along(0, output.H, input.H);
    const columns = along(1, output.W, input.W);
    return Float64Array.from({ length: sizeOf(input) }, (_, f) => {
      const pixel = Math.floor(f / input.C);
      const row = Math.floor(pixel / input.W);
      return rows[row] * columns[pixel % input.W] * output.C / groups;
    });
  },
  adjoint(layer, setting) {
    const { T, below } = setting;
    const { input, kernel, groups, runSize } = layer;
    const { ownedBins } = convTransposeAdjoint.tile;
    const owners = input.H * input.W * groups *
      Math.ceil(input.C / groups / QUAD);
    return [launch({
      kernel: convTransposeAdjoint,
      constants: {
        ...sizesOf(layer, setting),
        inRun: below.runSize,
        inRow: below.floats,
      },
      grid: [
        groupsFor(owners, convTransposeAdjoint.workgroup),
        Math.ceil(T / ownedBins),
        "samples",
      ],
      loops: kernel[0] * kernel[1] *
          (2 + inQuads(runSize) / QUAD * (ownedBins + 2)) + ownedBins * 6,
      multiplyAdds: ({ bins }) => bins * sizeOf(input) * met(layer),
    })];
  },
  gradient(layer, setting) {
    const { T, P, height, rule, software } = setting;
    const { input, weights } = layer;
    const S = gradientStrips(layer, input);
    const shares = totalShares(S, software);
    const pixels = Math.ceil(input.H * input.W / S);
    const words = P * Math.ceil(T / BINS_PER_WORD);
    const constants = sizesOf(layer, setting);
    return [
      launch({
        kernel: convTransposeStrips,
        constants: { ...constants, P, S, height },
        grid: [
          groupsFor(S * weights.floats / QUAD, convTransposeStrips.workgroup),
          1,
          "samples",
        ],
        loops: pixels * (2 + words * (BINS_PER_WORD + 2)),
        multiplyAdds: ({ spikes }) => spikes * met(layer),
      }),
      launch({
        kernel: convGradientTotal,
        constants: { ...constants, S, ...shares, rule },
        grid: [groupsFor(weights.floats / QUAD, shares.quads), 1, 1],
        loops: totalLoops(S, shares.quads),
        loopsPerSample: totalLoops(S, shares.quads),
      }),
    ];
  },
  partialFloats: (layer) =>
    gradientStrips(layer, layer.input) * layer.weights.floats,
};

/**
 * Describes weights `[in, out / groups, height, width, 1]` that kernels store
 * as `[height, width, in / groups, out]`, with outputs in quads.
 */
function transposedWeights(
  shape: readonly number[],
  groups: number,
  first: WeightLayout["first"],
): WeightLayout {
  const [inputs, runSize] = shape;
  const pixels = countOf(shape) / inputs / runSize;
  const perGroup = inputs / groups;
  const layout = { runSize, floats: groups * inQuads(runSize) };
  return {
    shape,
    floats: pixels * perGroup * layout.floats,
    first,
    visit(at) {
      for (let c = 0; c < inputs; c++) {
        const group = Math.floor(c / perGroup);
        for (let o = 0; o < runSize; o++) {
          const place = placeOf(layout, group * runSize + o);
          for (let pixel = 0; pixel < pixels; pixel++) {
            at(
              (c * runSize + o) * pixels + pixel,
              (pixel * perGroup + c % perGroup) * layout.floats + place,
            );
          }
        }
      }
    },
  };
}

/** Weights that one input spike is multiplied by, regardless of borders. */
function met({ input, weights }: ConvLayer): number {
  return countOf(weights.shape) / input.C;
}

function sizesOf(layer: ConvLayer, { T, sampleRows }: LayerSetting) {
  return { T, sampleRows, ...convConstants(layer) };
}
