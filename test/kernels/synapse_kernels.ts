/**
 * The kernels of a synapse, as the engine dispatches them, run on tensors of
 * the oracle.
 *
 * @module
 */

import type { Dispatch } from "../../engine/plan/dispatch.ts";
import {
  describeLayers,
  type Layer,
  type LayerDescription,
  sizeOf,
} from "../../engine/network.ts";
import {
  synapseAdjoint,
  type SynapseContext,
  synapseForward,
  synapseGradient,
} from "../../engine/plan/synapse.ts";
import { fromKernel, pack, toKernel } from "./kernel_orders.ts";
import { weightsFromKernel, weightsToKernel } from "./kernel_orders.ts";
import { room, runDispatches, sharedCompiler } from "./kernel_runner.ts";
import type { Tensor } from "../oracle/tensor.ts";

/** Threshold of the neurons, as in all reference vectors of synapses. */
export const THETA = 10;

/** How the kernels are run. */
export interface Options {
  /** Bit planes of the spikes. @default 1 */
  readonly P?: number;
  /** Height of a spike. @default 1 */
  readonly height?: number;
  /** Most workgroups along x. @default what the engine dispatches */
  readonly groups?: number;
  /** First samples of the second and later parts of a batch. @default none */
  readonly cuts?: readonly number[];
}

/**
 * Describes a synapse for spikes of a shape.
 *
 * @param description The synapse.
 * @param shape [N, C, H, W, T].
 * @returns The layer.
 */
export function layerFor(
  description: LayerDescription,
  [, C, H, W]: readonly number[],
): Layer {
  return describeLayers({ C, H, W }, [description])[0];
}

/**
 * Runs the forward kernels.
 *
 * @param layer The synapse.
 * @param x Counts of spikes, [N, C, H, W, T].
 * @param w Its weights, [O, C / groups, kh, kw, 1]; a pool's are passed over.
 * @param options How to run them.
 * @returns y [N, O, H', W', T], and the lists of spikes that a dense layer
 * makes, as list.wgsl leaves them.
 */
export async function forwardAndLists(
  layer: Layer,
  x: Tensor,
  w: Tensor,
  options: Options = {},
): Promise<{ y: Tensor; list: Uint32Array; length: Uint32Array }> {
  const { P = 1 } = options;
  const [N, , , , T] = x.shape;
  const { C, H, W } = layer.output;
  const { y, list, length } = await runDispatches(
    {
      spikes: pack(x, 1, P),
      w: weightsToKernel(w),
      y: room(N * T * sizeOf(layer.output)),
      list: new Uint32Array(N * T * P * sizeOf(layer.input)).fill(~0),
      length: new Uint32Array(N * T).fill(~0),
    },
    N,
    (buffers) =>
      cut(synapseForward(context(layer, T, options), buffers), options),
  );
  return { y: fromKernel(y, [N, C, H, W, T]), list, length };
}

/**
 * Runs the forward kernels.
 *
 * @param layer The synapse.
 * @param x Counts of spikes, [N, C, H, W, T].
 * @param w Its weights, [O, C / groups, kh, kw, 1]; a pool's are passed over.
 * @param options How to run them.
 * @returns y [N, O, H', W', T].
 */
export async function forward(
  layer: Layer,
  x: Tensor,
  w: Tensor,
  options: Options = {},
): Promise<Tensor> {
  return (await forwardAndLists(layer, x, w, options)).y;
}

/**
 * Runs the adjoint kernel.
 *
 * @param layer The synapse.
 * @param dy [N, O, H', W', T].
 * @param w Its weights, [O, C / groups, kh, kw, 1]; a pool's are passed over.
 * @param options How to run it.
 * @returns dx [N, C, H, W, T].
 */
export async function adjoint(
  layer: Layer,
  dy: Tensor,
  w: Tensor,
  options: Options = {},
): Promise<Tensor> {
  const [N, , , , T] = dy.shape;
  const { C, H, W } = layer.input;
  const { dx } = await runDispatches(
    {
      dy: toKernel(dy),
      w: weightsToKernel(w),
      dx: room(N * T * sizeOf(layer.input)),
    },
    N,
    (buffers) =>
      cut(synapseAdjoint(context(layer, T, options), buffers), options),
  );
  return fromKernel(dx, [N, C, H, W, T]);
}

/**
 * Runs the kernels of the weights' gradient, part by part of the batch.
 *
 * @param layer The synapse.
 * @param x Counts of spikes, [N, C, H, W, T].
 * @param dy [N, O, H', W', T].
 * @param w Its weights, [O, C / groups, kh, kw, 1]; only their shape counts.
 * @param options How to run them.
 * @returns dw in the shape of the weights.
 */
export async function gradient(
  layer: Layer,
  x: Tensor,
  dy: Tensor,
  w: Tensor,
  options: Options = {},
): Promise<Tensor> {
  const { P = 1, cuts = [] } = options;
  const [N, , , , T] = x.shape;
  const size = w.data.length;
  let dw = room(size);
  for (const [index, first] of [0, ...cuts].entries()) {
    const samples = (cuts[index] ?? N) - first;
    const summed = await runDispatches(
      {
        batch: Uint32Array.of(first, samples, 0, 0),
        spikes: pack(slice(x, first, samples), 1, P),
        dy: toKernel(slice(dy, first, samples)),
        dw,
        part: room(samples * layer.output.H * size),
      },
      samples,
      (buffers) =>
        cut(synapseGradient(context(layer, T, options), buffers), options),
    );
    dw = summed.dw;
  }
  return weightsFromKernel(dw, w.shape);
}

function context(
  layer: Layer,
  T: number,
  { P = 1, height = 1 }: Options,
): SynapseContext {
  const compiler = sharedCompiler();
  return { compiler, layer, T, P, height, theta: THETA };
}

/** Lets no dispatch have more workgroups along x than asked for. */
async function cut(
  dispatches: Promise<Dispatch | readonly Dispatch[]>,
  { groups = Infinity }: Options,
): Promise<Dispatch[]> {
  return [await dispatches].flat().map((dispatch) => {
    const [x, y, z] = dispatch.grid;
    if (x === "samples") return dispatch;
    return { ...dispatch, grid: [Math.min(x, groups), y, z] };
  });
}

/** Some samples of a tensor. */
function slice({ shape, data }: Tensor, first: number, samples: number) {
  const size = data.length / shape[0];
  return {
    shape: [samples, ...shape.slice(1)],
    data: data.slice(first * size, (first + samples) * size),
  };
}
