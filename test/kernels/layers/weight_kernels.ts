/**
 * The kernels of a synapse's weights, as the engine dispatches them, run on
 * tensors of the oracle.
 *
 * @module
 */

import { deepStrictEqual } from "node:assert/strict";
import type { Layer } from "../../../engine/layers/layer.ts";
import { pack } from "../kernel_orders.ts";
import {
  toKernel,
  weightsFromKernel,
  weightsToKernel,
} from "../kernel_orders.ts";
import { batchOf, room, runDispatches } from "../kernel_runner.ts";
import type { Tensor } from "../../oracle/tensor.ts";
import {
  compile,
  groupsOf,
  type Options,
  runOf,
  settingOf,
} from "./synapse_setting.ts";

/** How weights are updated by a gradient. */
export interface Lesson {
  /** The rule, as optimizer_rules.wgsl numbers them. */
  readonly rule: number;
  /** Rate, root and decay. */
  readonly update: readonly number[];
}

/** Weights and their moments, in the kernels' order. */
export type Learnt = Record<"weights" | "m" | "v" | "vMax", Float32Array>;

/**
 * Runs the kernels of the weights' gradient, micro-batch by micro-batch.
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
  const size = weightsToKernel(w, groupsOf(layer)).length;
  const before = {
    weights: room(size),
    m: room(size),
    v: room(size),
    vMax: room(size),
  };
  const { dw, weights } = await learnFrom(layer, x, dy, before, options);
  // There was no update.
  deepStrictEqual(weights, before.weights);
  return weightsFromKernel(dw, w.shape, groupsOf(layer));
}

/**
 * Runs the kernels of the weights' gradient, micro-batch by micro-batch, and
 * updates weights after the last.
 *
 * @param layer The synapse.
 * @param x Counts of spikes, [N, C, H, W, T].
 * @param dy [N, O, H', W', T].
 * @param before Weights and their moments.
 * @param options How to run them.
 * @param lesson Rule of the update. By default there is none.
 * @returns The gradient, the weights and their moments, in the kernels' order.
 */
export async function learnFrom(
  layer: Layer,
  x: Tensor,
  dy: Tensor,
  before: Learnt,
  options: Options = {},
  lesson?: Lesson,
): Promise<Learnt & { dw: Float32Array }> {
  const { P = 1, cuts = [] } = options;
  const { rule = 0, update = [0, 0, 0] } = lesson ?? {};
  const [N, , , , T] = x.shape;
  const size = before.weights.length;
  const floats = layer.kind.partialFloats?.(layer) ?? 0;
  let learnt = { ...before, dw: room(size) };
  for (const [index, first] of [0, ...cuts].entries()) {
    const samples = (cuts[index] ?? N) - first;
    const part = [
      first,
      samples,
      0,
      first > 0,
      lesson && first + samples === N,
    ];
    learnt = await runDispatches(
      {
        ...learnt,
        batch: batchOf(part.map(Number), update),
        inputs: pack(slice(x, first, samples), 1, P),
        dy: toKernel(slice(dy, first, samples), { run: runOf(layer) }),
        stripSum: room(Math.max(samples * floats, 4)),
      },
      samples,
      (buffers) =>
        Promise.all(compile(
          layer.kind.gradient?.(layer, settingOf(layer, T, options, rule)) ??
            [],
          { ...buffers, stripSums: buffers.stripSum },
          options,
        )),
    );
  }
  return learnt;
}

/** Some samples of a tensor. */
function slice({ shape, data }: Tensor, first: number, samples: number) {
  const size = data.length / shape[0];
  return {
    shape: [samples, ...shape.slice(1)],
    data: data.slice(first * size, (first + samples) * size),
  };
}
