/**
 * Unpooling layers.
 *
 * @module
 */

import {
  unpoolAdjoint,
  unpoolForward,
} from "../../kernels/upsampling/unpool.ts";
import { groupsFor, launch } from "../device/launch.ts";
import { requireSizes, sizeOf } from "../network/network.ts";
import type { Layer, LayerKind } from "./layer.ts";
import { poolWeightOf } from "./pool.ts";

/** An unpooling layer with its shapes. */
export interface UnpoolLayer extends Layer {
  /** Side of the square that each input is repeated over. */
  readonly window: number;
}

/**
 * Repeats each input over a square of pixels, with the fixed weight of a pool.
 *
 * Source: SLAYER's package, which mixes channels where windows overlap or leave
 * pixels out; here the stride equals the window, as in a pool.
 */
export const unpool: LayerKind<UnpoolLayer, number> = {
  name: "unpool",
  reads: "time-packed",
  describe(window, { name, input }) {
    requireSizes(name, [window]);
    const output = { C: input.C, H: input.H * window, W: input.W * window };
    return { output, runSize: sizeOf(output), window };
  },
  forward(layer, { T, P, sampleRows }) {
    const { ownedBins } = unpoolForward.tile;
    return [launch({
      kernel: unpoolForward,
      constants: { T, P, sampleRows, ...sizesOf(layer) },
      grid: [
        groupsFor(sizeOf(layer.output), unpoolForward.workgroup),
        Math.ceil(T / ownedBins),
        "samples",
      ],
      loops: (P + 1) * (ownedBins + 2),
    })];
  },
  fanOut: ({ input, window }) =>
    new Float64Array(sizeOf(input)).fill(window ** 2),
  adjoint(layer, { T, sampleRows, below }) {
    const { ownedBins } = unpoolAdjoint.tile;
    return [launch({
      kernel: unpoolAdjoint,
      constants: {
        T,
        sampleRows,
        ...sizesOf(layer),
        inRun: below.runSize,
        inRow: below.floats,
      },
      grid: [
        groupsFor(sizeOf(layer.input), unpoolAdjoint.workgroup),
        Math.ceil(T / ownedBins),
        "samples",
      ],
      loops: ownedBins * (layer.window ** 2 + 2),
    })];
  },
};

function sizesOf({ input, window, neuron }: UnpoolLayer) {
  return { ...input, window, gain: poolWeightOf(neuron) };
}
