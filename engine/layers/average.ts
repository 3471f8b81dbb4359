/**
 * Population votes.
 *
 * @module
 */

import {
  averageAdjoint,
  averageForward,
} from "../../kernels/rasters/average.ts";
import { ShapeError } from "../device/errors.ts";
import { groupsFor, launch } from "../device/launch.ts";
import { inQuads } from "../network/layout.ts";
import { requireSizes, sizeOf } from "../network/network.ts";
import type { Layer, LayerKind } from "./layer.ts";

/**
 * Mean of the spikes of equal groups of neurons, without weights: each group
 * votes for a class.
 */
export const average: LayerKind<Layer, { readonly out: number }> = {
  name: "average",
  reads: "time-packed",
  describe({ out }, { name, input }) {
    requireSizes(name, [out]);
    const below = sizeOf(input);
    if (below % out > 0) {
      throw new ShapeError(
        `Cannot build layer "${name}": ${below} neurons below cannot be ` +
          `divided into ${out} groups`,
      );
    }
    return { output: { C: out, H: 1, W: 1 }, runSize: out };
  },
  forward(layer, { T, P, lastSign }) {
    const { workgroup } = averageForward;
    const values = T * inQuads(layer.output.C);
    const groups = groupsFor(values, workgroup);
    const size = sizeOf(layer.input) / layer.output.C;
    return [launch({
      kernel: averageForward,
      constants: { T, ...sizesOf(layer), P, lastSign },
      grid: [groups, 1, "samples"],
      loops: Math.ceil(values / workgroup / groups) * (size * (P + 2) + 2),
    })];
  },
  // Each input belongs to one group.
  fanOut: ({ input }) => new Float64Array(sizeOf(input)).fill(1),
  adjoint(layer, { T, below }) {
    const { workgroup } = averageAdjoint;
    const values = T * sizeOf(layer.input);
    const groups = groupsFor(values, workgroup);
    return [launch({
      kernel: averageAdjoint,
      constants: {
        T,
        ...sizesOf(layer),
        inRun: below.runSize,
        inRow: below.floats,
      },
      grid: [groups, 1, "samples"],
      loops: Math.ceil(values / workgroup / groups) + 1,
    })];
  },
};

function sizesOf({ input, output }: Layer) {
  return { F: sizeOf(input), O: output.C, C: input.C };
}
