/**
 * The dispatches of one synapse: forward, adjoint, weight gradient.
 *
 * @module
 */

import {
  convAdjoint,
  convForward,
  convGradient,
  convPartial,
  convTiledAdjoint,
} from "../../kernels/conv.ts";
import {
  denseAdjoint,
  denseForward,
  denseGradient,
} from "../../kernels/dense.ts";
import { listForward } from "../../kernels/list.ts";
import { poolAdjoint, poolForward } from "../../kernels/pool.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { type Compiler, type Dispatch, groupsFor } from "./dispatch.ts";
import { type ConvLayer, type Layer, sizeOf } from "../network.ts";
import { weightCount } from "../network.ts";

/** A pool's one weight, in units of theta. */
const POOL_WEIGHT = 1.1;

/** Bins that one invocation of an adjoint owns. */
const ADJOINT_BINS = 8;

/** Outputs that one invocation of a dense gradient owns, at most. */
const GRADIENT_TILE = 4;

/** Bins of a dense adjoint's tile. */
const DENSE_BINS = 64;

/** Rows and columns of inputs, channels and bins of a convolution's tile. */
const TILE = 8;
const TILE_CHANNELS = 8;
const TILE_BINS = 4;

/** Workgroups that a dispatch may have along one dimension. */
const MOST_GROUPS = 65535;

/** Memory that a workgroup has on every adapter. */
const WORKGROUP_BYTES = 16384;

/** Most floats that the partial weight gradients of a sample may take. */
const PARTIAL_FLOATS = 1 << 20;

/** What the dispatches of a synapse have in common. */
export interface SynapseContext {
  readonly compiler: Compiler;
  readonly layer: Layer;
  /** Bins in a sample. */
  readonly T: number;
  /** Bit planes of the incoming spikes. */
  readonly P: number;
  /** Height of an incoming spike. */
  readonly height: number;
  /** Threshold of the neurons. */
  readonly theta: number;
}

/**
 * How many slices of rows the weight gradient of a convolution is summed in,
 * apart from one another; it does not depend on the batch.
 *
 * @param layer The layer.
 * @returns The number of slices.
 */
export function gradientSlices(layer: ConvLayer): number {
  const most = Math.floor(PARTIAL_FLOATS / weightCount(layer));
  return Math.max(1, Math.min(layer.output.H, most));
}

/**
 * Incoming spikes to the drive of each neuron.
 *
 * @param context The layer and its sizes.
 * @param buffers `spikes` [N, P, B, F in], weights `w`, drive `y` [N, T, F out],
 * and for a dense layer room for a `list` [N, T, P·F in] and its `length`s.
 * @returns The dispatches.
 */
export async function synapseForward(
  context: SynapseContext,
  buffers: Readonly<
    Record<"spikes" | "w" | "y" | "list" | "length", GPUBufferBinding>
  >,
): Promise<Dispatch[]> {
  const { compiler, layer, T, P, height, theta } = context;
  const words = Math.ceil(T / BINS_PER_WORD);
  const grid = [groupsFor(sizeOf(layer.output)), words, "samples"] as const;
  switch (layer.kind) {
    case "pool": {
      const scale = POOL_WEIGHT * theta * height;
      const { window } = layer;
      const constants = { T, ...layer.input, P, window, scale };
      return [await compiler.dispatch(poolForward, buffers, constants, grid)];
    }
    case "conv": {
      const constants = { ...convConstants(layer, T), P, height };
      return [await compiler.dispatch(convForward, buffers, constants, grid)];
    }
    case "dense": {
      const constants = { ...denseConstants(layer, T), P, height };
      return await Promise.all([
        compiler.dispatch(
          listForward,
          buffers,
          constants,
          [Math.ceil(T / BINS_PER_WORD), 1, "samples"],
        ),
        compiler.dispatch(
          denseForward,
          buffers,
          constants,
          [groupsFor(T * constants.O), 1, "samples"],
        ),
      ]);
    }
  }
}

/**
 * Gradient of the drive to the gradient of the incoming spikes.
 *
 * @param context The layer and its sizes.
 * @param buffers `dy` [N, T, F out], weights `w`, `dx` [N, T, F in].
 * @returns The dispatch.
 */
export function synapseAdjoint(
  context: SynapseContext,
  buffers: Readonly<Record<"dy" | "w" | "dx", GPUBufferBinding>>,
): Promise<Dispatch> {
  const { compiler, layer, T, theta } = context;
  const inputs = sizeOf(layer.input);
  const blocks = Math.ceil(T / ADJOINT_BINS);
  switch (layer.kind) {
    case "pool": {
      const { window } = layer;
      const constants = {
        T,
        ...layer.input,
        window,
        gain: POOL_WEIGHT * theta,
      };
      const grid = [groupsFor(inputs), blocks, "samples"] as const;
      return compiler.dispatch(poolAdjoint, buffers, constants, grid);
    }
    case "conv": {
      const constants = convConstants(layer, T);
      const reach = reachOf(layer);
      if (reach) {
        const { groups, ...sizes } = reach;
        return compiler.dispatch(
          convTiledAdjoint,
          buffers,
          { ...constants, ...sizes },
          [
            groups,
            Math.ceil(T / TILE_BINS),
            "samples",
          ],
        );
      }
      const quads = Math.ceil(layer.input.C / layer.groups / 4);
      const owners = inputs / layer.input.C * layer.groups * quads;
      const grid = [groupsFor(owners), blocks, "samples"] as const;
      return compiler.dispatch(convAdjoint, buffers, constants, grid);
    }
    case "dense": {
      const constants = denseConstants(layer, T);
      const grid = [
        groupsFor(inputs),
        Math.ceil(T / DENSE_BINS),
        "samples",
      ] as const;
      return compiler.dispatch(denseAdjoint, buffers, constants, grid);
    }
  }
}

/**
 * Incoming spikes and the gradient of the drive to the gradient of the
 * weights.
 *
 * @param context The layer and its sizes.
 * @param buffers The `batch` in hand, `spikes`, `dy`, weight gradient `dw`,
 * and `part` for partial sums of a convolution.
 * @returns The dispatches, none for a pool.
 */
export async function synapseGradient(
  context: SynapseContext,
  buffers: Readonly<
    Record<"batch" | "spikes" | "dy" | "dw" | "part", GPUBufferBinding>
  >,
): Promise<Dispatch[]> {
  const { compiler, layer, T, P, height } = context;
  switch (layer.kind) {
    case "pool":
      return [];
    case "conv": {
      const R = gradientSlices(layer);
      const constants = { ...convConstants(layer, T), P, R, height };
      const columns = groupsFor(weightCount(layer));
      return await Promise.all([
        compiler.dispatch(
          convPartial,
          buffers,
          constants,
          [columns, R, "samples"],
        ),
        compiler.dispatch(
          convGradient,
          { ...buffers, parts: buffers.part },
          constants,
          [columns, 1, 1],
        ),
      ]);
    }
    case "dense": {
      const constants = { ...denseConstants(layer, T), P, height };
      const rows = Math.min(constants.I, 65535);
      const grid = [rows, groupsFor(constants.O / GRADIENT_TILE), 1] as const;
      return [
        await compiler.dispatch(denseGradient, buffers, constants, grid),
      ];
    }
  }
}

/**
 * How many workgroups own the tiles of a layer's inputs, and the rows and
 * columns of outputs that reach a tile; `undefined` if they do not fit a
 * workgroup's memory, or a dispatch.
 */
function reachOf(layer: ConvLayer) {
  const { input, kernel, stride, dilation } = layer;
  const along = (axis: 0 | 1) =>
    Math.floor(
      (TILE - 1 + (kernel[axis] - 1) * dilation[axis] + stride[axis] - 1) /
        stride[axis],
    ) + 1;
  const [RH, RW] = [along(0), along(1)];
  const blocks = layer.groups *
    Math.ceil(input.C / layer.groups / TILE_CHANNELS);
  const groups = Math.ceil(input.H / TILE) * Math.ceil(input.W / TILE) * blocks;
  const floats = TILE_BINS * 4 * RH * RW + 4 * 8 * kernel[0] * kernel[1];
  return 4 * floats <= WORKGROUP_BYTES && groups <= MOST_GROUPS
    ? { RH, RW, groups }
    : undefined;
}

function denseConstants(layer: Layer, T: number) {
  return { T, I: sizeOf(layer.input), O: layer.output.C };
}

function convConstants(layer: ConvLayer, T: number) {
  const { input, output, kernel, stride, padding, dilation, groups } = layer;
  return {
    T,
    ...input,
    OH: output.H,
    OW: output.W,
    K: output.C,
    KH: kernel[0],
    KW: kernel[1],
    strideY: stride[0],
    strideX: stride[1],
    padY: padding[0],
    padX: padding[1],
    dilationY: dilation[0],
    dilationX: dilation[1],
    sets: groups,
  };
}
