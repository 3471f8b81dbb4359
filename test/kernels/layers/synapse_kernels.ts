/**
 * The kernels of a synapse, as the engine dispatches them, run on tensors of
 * the oracle.
 *
 * @module
 */

import { deepStrictEqual } from "node:assert/strict";
import type { Layer } from "../../../engine/layers/layer.ts";
import { sizeOf } from "../../../engine/network/network.ts";
import { launchNeurons } from "../../../engine/neurons/neuron_launches.ts";
import { leadOf } from "../../../engine/network/layout.ts";
import { fromKernel, pack, quads, turn } from "../kernel_orders.ts";
import { toKernel, weightsToKernel } from "../kernel_orders.ts";
import { batchOf, room, runDispatches } from "../kernel_runner.ts";
import { extended, fireBack, RELAY, rowsOf, stale } from "./neuron_kernels.ts";
import { type Tensor, zeros } from "../../oracle/tensor.ts";
import {
  compile,
  groupsOf,
  launchPack,
  type Options,
  runOf,
  settingOf,
} from "./synapse_setting.ts";

/**
 * Runs the forward kernels, and reads the drive that they leave in memory; that
 * of a pool, which leaves none, through neurons that relay it.
 *
 * @param layer The synapse.
 * @param x Counts of spikes, [N, C, H, W, T].
 * @param w Its weights, [O, C / groups, kh, kw, 1]; a pool's are passed over.
 * @param options How to run them.
 * @returns The drive [N, O, H', W', T].
 * @throws {AssertionError} If a pool does not turn its spikes.
 */
export function forward(
  layer: Layer,
  x: Tensor,
  w: Tensor,
  options: Options = {},
): Promise<Tensor> {
  return layer.kind.integrates
    ? relayed(layer, x, w, options)
    : fired(layer, x, w, { ...options, keep: false });
}

/**
 * Runs the forward kernels, one bin longer, with neurons that relay their drive.
 *
 * @param layer The synapse.
 * @param x Counts of spikes, [N, C, H, W, T].
 * @param w Its weights, [O, C / groups, kh, kw, 1]; a pool's are passed over.
 * @param options How to run them.
 * @returns The drive, times the height of a spike, [N, O, H', W', T].
 * @throws {AssertionError} If a pool does not turn its spikes.
 */
export async function relayed(
  layer: Layer,
  x: Tensor,
  w: Tensor,
  options: Options = {},
): Promise<Tensor> {
  const u = await fired(layer, extended(x, 0, 1), w, options);
  return extended(u, -1, 0);
}

/**
 * Runs the forward kernels.
 *
 * @param layer The synapse.
 * @param x Counts of spikes, [N, C, H, W, T].
 * @param w Its weights, [O, C / groups, kh, kw, 1]; a pool's are passed over.
 * @param options How to run them, and whether to keep potentials.
 * @returns Potentials [N, O, H', W', T], or else the drive.
 * @throws {AssertionError} If a pool does not turn its spikes.
 */
export async function fired(
  layer: Layer,
  x: Tensor,
  w: Tensor,
  options: Options & { readonly keep?: boolean } = {},
): Promise<Tensor> {
  const { P = 1, neuron = RELAY, keep = true } = options;
  const [N, , , , T] = x.shape;
  const lead = leadOf(neuron.K);
  const B = Math.ceil(T / 32);
  const { C, H, W } = layer.output;
  const run = runOf(layer);
  const row = quads(sizeOf(layer.output), run);
  const turned = layer.kind.integrates === true;
  const across = turned ? sizeOf(layer.output) : sizeOf(layer.input);
  const { u, spikes, neuronPacked } = await runDispatches(
    {
      batch: batchOf([0, N]),
      largest: new Uint32Array(N),
      inputs: pack(x, 1, P),
      neuronPacked: new Uint32Array(
        N * (turned ? 1 : P) * B * 32 * Math.ceil(across / 32),
      ).fill(~0),
      w: weightsToKernel(w, groupsOf(layer)),
      u: stale([N, C, H, W, T + lead], run),
      spikes: new Uint32Array(N * B * sizeOf(layer.output)).fill(~0),
      tally: new Uint32Array(1),
      fired: new Uint32Array(sizeOf(layer.output)),
    },
    N,
    (buffers) => {
      const { kind } = layer;
      const set = settingOf(layer, T, { ...options, neuron, lead, keep });
      const bound = { ...buffers, x: { ...buffers.u, offset: 4 * lead * row } };
      const pack = compile(
        kind.reads === "neuron-packed" ? [launchPack(layer, T, P)] : [],
        { spikes: buffers.inputs, neuronPacked: buffers.neuronPacked },
        options,
      );
      const dispatches = compile(
        [
          ...kind.forward(layer, set),
          ...(turned ? [] : [launchNeurons(set.neurons, set.forwardConstants)]),
        ],
        bound,
        options,
      );
      return Promise.all([...pack, ...dispatches]);
    },
  );
  if (turned) deepStrictEqual(neuronPacked, turn(spikes, N * B, across));
  const first = keep ? 0 : lead;
  const rows = rowsOf(u, N, { first, count: T, all: T + lead });
  return fromKernel(rows, [N, C, H, W, T], { run });
}

/**
 * Runs the adjoint kernel; a pool's is the neurons' below it.
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
  const { groups, below: runSize } = options;
  const [N, , , , T] = dy.shape;
  const { C, H, W } = layer.input;
  const shape = [N, C, H, W, T];
  const { kind } = layer;
  if (!kind.adjoint) {
    // Gradients of potentials reach the drive of the bin before.
    const u = zeros([N, C, H, W, T + 1]);
    const { window, poolGain } = kind.readBelow!(layer);
    const pool = { window, poolGain };
    const later = extended(dy, 1, 0);
    const dx = await fireBack(later, RELAY, { u, pool, groups, runSize });
    return extended(dx, 0, -1);
  }
  const { dx } = await runDispatches(
    {
      dy: toKernel(dy, { run: runOf(layer) }),
      w: weightsToKernel(w, groupsOf(layer)),
      dx: room(N * T * quads(sizeOf(layer.input), runSize)),
    },
    N,
    (buffers) =>
      Promise.all(compile(
        kind.adjoint!(layer, settingOf(layer, T, options)),
        buffers,
        options,
      )),
  );
  return fromKernel(dx, shape, { run: runSize, over: NaN });
}
