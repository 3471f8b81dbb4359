/**
 * Runs the kernels of losses on tensors.
 *
 * @module
 */

import {
  lossNumSpikes,
  lossProbSpikes,
  lossProbSpikesAdjoint,
  lossSpikeTime,
} from "../../../kernels/output/loss.ts";
import type { ProbabilityTarget, Target } from "../../oracle/loss.ts";
import { pspAdjoint } from "../../oracle/neurons/srm.ts";
import { type Tensor, tensorOf } from "../../oracle/tensor.ts";
import { fromKernel, pack, quads, tapTable } from "../kernel_orders.ts";
import { batchOf, room, run } from "../kernel_runner.ts";

/** Where a loss is computed. */
export interface Place {
  /** First sample of the micro-batch. */
  readonly first?: number;
  /** Most workgroups along outputs. */
  readonly groups?: number;
  /** Neurons that vote for each output. */
  readonly voters?: number;
}

/**
 * Runs the numSpikes loss and the response's adjoint.
 *
 * @param out Output spikes, [N, classes, 1, 1, T].
 * @param labels Class of each sample of the batch.
 * @param target Region and counts.
 * @param epsilon Taps of the response.
 * @param Ts Time step in ms.
 * @param place Where it is computed.
 * @returns Loss, dL/d out, and spikes of each output.
 */
export async function loss(
  out: Tensor,
  labels: ArrayLike<number>,
  { tgtSpikeRegion: { start, stop }, tgtSpikeCount }: Target,
  epsilon: Float64Array,
  Ts: number,
  { first = 0, groups = Infinity, voters = 1 }: Place = {},
) {
  const [N, F, , , T] = out.shape;
  const O = F / voters;
  const { error, ...found } = await run(
    lossNumSpikes,
    {
      ...arraysOf(out, labels, { Ts, first, voters }),
      taps: tapTable(epsilon.map((tap) => Ts * tap)),
    },
    {
      ...{ T, O, K: epsilon.length, Ts, start: Math.round(start / Ts) },
      stop: Math.round(stop / Ts),
      trueCount: tgtSpikeCount.true,
      falseCount: tgtSpikeCount.false,
      voters,
    },
    [Math.min(O, groups), N, 1],
  );
  const gradient = fromKernel(error, out.shape, { over: NaN });
  return {
    loss: totalOf(found.loss),
    gradient: pspAdjoint(gradient, epsilon, Ts),
    counts: found.counts,
  };
}

/**
 * Runs the spikeTime loss and the response's adjoint.
 *
 * @param out Output spikes, [N, classes, 1, 1, T].
 * @param labels Class of each sample of the batch.
 * @param desired A train a row, [rows, 1, 1, 1, T].
 * @param epsilon Taps of the response.
 * @param Ts Time step in ms.
 * @param place Where it is computed, and whether the rows are of classes and
 * outputs, or of the right and the wrong classes.
 * @returns Loss, dL/d out, and spikes of each output.
 */
export async function timeLoss(
  out: Tensor,
  labels: ArrayLike<number>,
  desired: Tensor,
  epsilon: Float64Array,
  Ts: number,
  { first = 0, groups = Infinity, voters = 1, trains = 1 }: Place & {
    trains?: number;
  } = {},
) {
  const [N, F, , , T] = out.shape;
  const O = F / voters;
  const [rows] = desired.shape;
  const { error, ...found } = await run(
    lossSpikeTime,
    {
      ...arraysOf(out, labels, { Ts, first, voters }),
      taps: tapTable(epsilon.map((tap) => Ts * tap)),
      // Each train a sample of its own.
      desired: pack({ ...desired, shape: [rows, 1, 1, 1, T] }, 1 / Ts),
    },
    { T, O, K: epsilon.length, Ts, trains, voters },
    [Math.min(O, groups), N, 1],
  );
  const gradient = fromKernel(error, out.shape, { over: NaN });
  return {
    loss: totalOf(found.loss),
    gradient: pspAdjoint(gradient, epsilon, Ts),
    counts: found.counts,
  };
}

/**
 * Runs the probSpikes loss and its own adjoint.
 *
 * @param out Output spikes, [N, classes, 1, 1, T].
 * @param labels Class of each sample of the batch.
 * @param target Region and window.
 * @param Ts Time step in ms.
 * @param place Where it is computed.
 * @returns Loss, losses [N, classes], dL/d out, the gradient of silence, and
 * spikes of each output.
 */
export async function probLoss(
  out: Tensor,
  labels: ArrayLike<number>,
  { tgtSpikeRegion: { start, stop }, probSlidingWin }: ProbabilityTarget,
  Ts: number,
  { first = 0, groups = Infinity, voters = 1 }: Place = {},
) {
  const [N, F, , , T] = out.shape;
  const O = F / voters;
  const window = Math.round(probSlidingWin / Ts);
  const { error, silence, ...found } = await run(
    lossProbSpikes,
    {
      ...arraysOf(out, labels, { Ts, first, voters }),
      silence: room(N * T * quads(F)),
    },
    {
      T,
      O,
      Ts,
      start: Math.round(start / Ts),
      stop: Math.round(stop / Ts),
      window,
      voters,
    },
    [N, 1, 1],
  );
  const { gradient } = await run(
    lossProbSpikesAdjoint,
    { error, gradient: room(N * T * quads(F)) },
    { T, O, Ts, window, voters },
    [Math.min(Math.ceil(T * F / 64), groups), 1, N],
  );
  return {
    losses: found.loss,
    loss: totalOf(found.loss),
    gradient: fromKernel(gradient, out.shape, { over: NaN }),
    silence: fromKernel(silence, out.shape, { over: NaN }),
    counts: found.counts,
  };
}

/** Buffers that every loss binds. */
function arraysOf(
  out: Tensor,
  labels: ArrayLike<number>,
  { Ts, first, voters }: { Ts: number; first: number; voters: number },
) {
  const [N, F, , , T] = out.shape;
  const O = F / voters;
  return {
    batch: batchOf([first, N]),
    labels: Uint32Array.from(labels),
    spikes: pack(out, 1 / Ts),
    error: room(N * T * quads(F)),
    loss: room(N * O),
    counts: new Uint32Array(N * O).fill(~0),
  };
}

function totalOf(losses: Float32Array): Tensor {
  return tensorOf([1], [losses.reduce((sum, value) => sum + value, 0)]);
}
