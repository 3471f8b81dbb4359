/**
 * The dispatches of one layer: incoming spikes to its own, adjoint, and weight
 * gradient.
 *
 * @module
 */

import { convForward } from "../../kernels/layers/conv.ts";
import {
  convAdjointDirect,
  convAdjointTiled,
} from "../../kernels/layers/conv_adjoint.ts";
import {
  convGradientPartial,
  convGradientTotal,
} from "../../kernels/layers/conv_gradient.ts";
import { denseAdjoint, denseForward } from "../../kernels/layers/dense.ts";
import { denseGradientSum } from "../../kernels/layers/dense_gradient.ts";
import { neuronForward } from "../../kernels/layers/neuron.ts";
import { poolForward } from "../../kernels/layers/pool.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { transposeForward } from "../../kernels/input/transpose_spikes.ts";
import {
  type ConvLayer,
  type DenseLayer,
  type Layer,
  sizeOf,
} from "../network/network.ts";
import type { neuronConstants } from "../network/neuron.ts";
import {
  convConstants,
  gradientStrips,
  reachOf,
  totalShares,
} from "./conv_tiling.ts";
import { denseBlocks, forwardShares, gradientShares } from "./dense_tiling.ts";
import {
  type Compiler,
  type Dispatch,
  eitherWay,
  groupsFor,
} from "../device/compiler.ts";
import {
  type Layout,
  layoutOf,
  mapFloats,
  QUAD,
  weightFloats,
} from "../network/layout.ts";

/** A pool's one weight, in units of theta. */
export const POOL_WEIGHT = 1.1;

/** Bins that one invocation of a convolution owns, and of its adjoint. */
const FORWARD_BINS = 4;
const ADJOINT_BINS = 8;

/** Channels whose weight gradients an invocation owns where inputs are busy. */
const BUSY_CHANNELS = 4;

/** Bins and inputs of a dense adjoint's tile. */
const DENSE_TILE = 64;

/** Invocations of a workgroup that shares a convolution's weight gradient. */
const PARTIAL_GROUP = 128;

/** What the dispatches of a layer have in common. */
export interface LayerContext {
  readonly compiler: Compiler;
  readonly layer: Layer;
  /** Bins in a sample. */
  readonly T: number;
  /** Bit planes of the incoming spikes. */
  readonly P: number;
  /** Height of an incoming spike. */
  readonly height: number;
  /** Whether the device computes on the CPU. */
  readonly software: boolean;
  /** Bins that are on their way while a neuron uses those before. */
  readonly ahead: number;
  /** Bytes of memory that a workgroup may have. */
  readonly workgroupBytes: number;
  /** The number of the rule by which weights learn. */
  readonly rule: number;
  /** Threshold of the neurons, in which a pool's weight is given. */
  readonly theta: number;
  /** The neuron, as srm.wgsl knows it. */
  readonly neuron: ReturnType<typeof neuronConstants>;
  /** Rows of potentials before those of drives; a sample has T + lead. */
  readonly lead: number;
  /** How the neurons of the layer below lie. */
  readonly below: Layout;
  /** Whether incoming spikes have been turned to lie by bins. */
  readonly isTurned: boolean;
}

/** What becomes of a layer's neurons, by the names in srm.wgsl. */
export interface Outcome {
  /** Whether potentials are kept. */
  readonly keep: boolean;
  /** Whether counts are over the sample's largest. */
  readonly normalised: boolean;
  /** Whether a layer above wants spikes by bins; a pool turns its own. */
  readonly turned: boolean;
  /** Which word of a record counts its spikes, and the words of a record. */
  readonly index: number;
  readonly stride: number;
}

/**
 * Incoming spikes to the layer's own.
 *
 * @param context The layer and its sizes.
 * @param outcome What becomes of its neurons.
 * @param buffers What the kernels bind: incoming spikes `inputs`
 * [N, P, B, F in] and their `raster`, or room for that of a pool's spikes or of
 * those that are not turned yet, weights `w`, potentials `u`
 * [N, sampleRows, F out] by quads and in them the drive `x`, `spikes`
 * [N, B, F out], and `batch`, `largest`, `tally` and `fired`.
 * @returns The dispatches.
 */
export function layerForward(
  context: LayerContext,
  outcome: Outcome,
  buffers: Readonly<
    Record<
      | ("batch" | "largest" | "inputs" | "raster" | "w" | "x" | "u")
      | ("spikes" | "tally" | "fired"),
      GPUBufferBinding
    >
  >,
): Promise<Dispatch[]> {
  const { compiler, layer, T, P, isTurned } = context;
  const F = sizeOf(layer.output);
  const { runSize, floats } = layoutOf(layer);
  const { keep, normalised, turned, index, stride } = outcome;
  const neurons = {
    ...context.neuron,
    ...{ T, lead: context.lead, F, runSize, stride, layer: index },
    ahead: context.ahead,
    height: context.height,
    keep: Number(keep),
    normalised: Number(normalised),
  };
  const grid = [groupsFor(floats), 1, "samples"] as const;
  const fire = () => compiler.dispatch(neuronForward, buffers, neurons, grid);
  switch (layer.kind) {
    case "pool": {
      const { window } = layer;
      const height = POOL_WEIGHT * context.theta * context.height;
      const digits = Math.floor(Math.log2(window ** 2 * (2 ** P - 1))) + 1;
      return Promise.all([
        compiler.dispatch(
          poolForward,
          buffers,
          {
            ...{ ...neurons, height, ...layer.input, P, window, digits },
            turned: Number(turned),
          },
          grid,
        ),
      ]);
    }
    case "conv": {
      const { H, W } = layer.output;
      const pairs = Math.ceil(layer.output.C / layer.groups / QUAD / 2);
      return Promise.all([
        ...(isTurned ? [] : [turn(context, buffers)]),
        compiler.dispatch(
          convForward,
          buffers,
          { ...convSizes(layer, context), P },
          [
            groupsFor(H * W * layer.groups * pairs),
            Math.ceil(T / FORWARD_BINS),
            "samples",
          ],
        ),
        fire(),
      ]);
    }
    case "dense": {
      const shares = forwardShares(layer, P);
      const constants = { ...denseSizes(layer, context), P, ...shares };
      return Promise.all([
        ...(isTurned ? [] : [turn(context, buffers)]),
        compiler.dispatch(denseForward, buffers, constants, [
          Math.ceil(T / shares.bins),
          denseBlocks(layer),
          "samples",
        ]),
        fire(),
      ]);
    }
  }
}

/** Incoming spikes, packed along time, to the same, packed along neurons. */
function turn(
  { compiler, layer, T, P }: LayerContext,
  { inputs, raster }: Readonly<Record<"inputs" | "raster", GPUBufferBinding>>,
): Promise<Dispatch> {
  const F = sizeOf(layer.input);
  const words = P * Math.ceil(T / BINS_PER_WORD);
  return compiler.dispatch(
    transposeForward,
    { spikes: inputs, raster },
    { F },
    [groupsFor(F), words, "samples"],
  );
}

/**
 * Gradient of the drive to the gradient of the incoming spikes; a pool's is
 * read by the neurons below it.
 *
 * @param context The layer and its sizes.
 * @param buffers `dy` [N, sampleRows, F out], weights `w`, `dx` [N, T, F in].
 * @returns The dispatches.
 */
export async function synapseAdjoint(
  context: LayerContext,
  buffers: Readonly<Record<"dy" | "w" | "dx", GPUBufferBinding>>,
): Promise<Dispatch[]> {
  const { compiler, layer, T } = context;
  const inputs = sizeOf(layer.input);
  const { runSize: inRun, floats: inRow } = context.below;
  switch (layer.kind) {
    case "pool":
      return [];
    case "conv": {
      const constants = { ...convSizes(layer, context), inRun, inRow };
      const reach = reachOf(layer, T, context);
      if (reach) {
        const { tiles, blocks, ...tile } = reach;
        return [
          await compiler.dispatch(
            convAdjointTiled,
            buffers,
            { ...constants, ...tile },
            [tiles, blocks, "samples"],
          ),
        ];
      }
      const perPixel = layer.groups *
        Math.ceil(layer.input.C / layer.groups / QUAD);
      const owners = inputs / layer.input.C * perPixel;
      const blocks = Math.ceil(T / ADJOINT_BINS);
      const grid = [groupsFor(owners), blocks, "samples"] as const;
      return [
        await compiler.dispatch(convAdjointDirect, buffers, constants, grid),
      ];
    }
    case "dense": {
      const grid = [
        groupsFor(inputs, DENSE_TILE),
        Math.ceil(T / DENSE_TILE),
        "samples",
      ] as const;
      const constants = { ...denseSizes(layer, context), inRun, inRow };
      return [await compiler.dispatch(denseAdjoint, buffers, constants, grid)];
    }
  }
}

/**
 * Incoming spikes and the gradient of the drive to the gradient of the
 * weights, and to what they learn from it.
 *
 * @param context The layer and its sizes.
 * @param buffers The `batch` in hand, incoming spikes `inputs`, `dy`, weight
 * gradient `dw`, `part` for partial sums of a convolution, and the `weights`
 * with their moments `m`, `v` and `vMax`, if they are to learn.
 * @returns The dispatches, none for a pool.
 */
export async function synapseGradient(
  context: LayerContext,
  buffers: Readonly<
    Record<
      | ("batch" | "inputs" | "dy" | "dw" | "part")
      | ("weights" | "m" | "v" | "vMax"),
      GPUBufferBinding
    >
  >,
): Promise<Dispatch[]> {
  const { compiler, layer, P, height, rule, software } = context;
  const bound = { ...buffers, parts: buffers.part };
  switch (layer.kind) {
    case "pool":
      return [];
    case "conv": {
      const S = gradientStrips(layer);
      const constants = { ...convSizes(layer, context), P, S, height };
      const floats = weightFloats(layer);
      const shares = totalShares(S, software);
      const pairs = Math.ceil(mapFloats(layer) / QUAD / layer.groups / 2);
      const channels = layer.input.C / layer.groups;
      const taps = layer.kernel[0] * layer.kernel[1] * layer.groups;
      const owners = (busy: number) =>
        taps * pairs * Math.ceil(channels / (busy ? BUSY_CHANNELS : 1));
      const partial = (busy: number) =>
        compiler.dispatch(
          convGradientPartial,
          bound,
          { ...constants, busy },
          [groupsFor(S * owners(busy), PARTIAL_GROUP), 1, "samples"],
        );
      return await Promise.all([
        eitherWay(partial(0), partial(1)),
        compiler.dispatch(
          convGradientTotal,
          bound,
          { ...constants, ...shares, rule },
          [groupsFor(floats / QUAD, shares.quads), 1, 1],
        ),
      ]);
    }
    case "dense": {
      const constants = { ...denseSizes(layer, context), P, height };
      const shares = gradientShares(layer, software);
      const groups = groupsFor(constants.I, shares.near);
      return [
        await compiler.dispatch(
          denseGradientSum,
          bound,
          { ...constants, ...shares, rule },
          [groups, denseBlocks(layer), 1],
        ),
      ];
    }
  }
}

function convSizes(layer: ConvLayer, { T, lead }: LayerContext) {
  return { T, sampleRows: T + lead, ...convConstants(layer) };
}

function denseSizes(layer: DenseLayer, { T, lead }: LayerContext) {
  return {
    T,
    sampleRows: T + lead,
    I: sizeOf(layer.input),
    O: layer.output.C,
  };
}
