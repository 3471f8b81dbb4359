/**
 * The dispatches of a loss.
 *
 * @module
 */

import {
  lossNumSpikes,
  lossProbSpikes,
  lossProbSpikesAdjoint,
  lossSpikeTime,
} from "../../kernels/output/loss.ts";
import { type Compiler, type Dispatch, groupsFor } from "../device/compiler.ts";
import type { Goal } from "./target.ts";

/** What the dispatches of a loss have in common. */
export interface LossContext {
  readonly compiler: Compiler;
  readonly goal: Goal;
  /** Bins in a sample. */
  readonly T: number;
  /** Outputs. */
  readonly O: number;
  /** Taps of the response. */
  readonly K: number;
  /** Time step in ms. */
  readonly Ts: number;
}

/**
 * The output's spikes to their error and the loss.
 *
 * @param context The loss and its sizes.
 * @param buffers What the kernels bind: `batch`, `taps`, `labels`, the output's
 * `spikes` [N, B, O], `desired` ones, its `error` and `silence` [N, T, O] by
 * quads, and `loss` and `counts` [N, O].
 * @returns The dispatch.
 */
export function lossForward(
  { compiler, goal, T, O, K, Ts }: LossContext,
  buffers: Readonly<
    Record<
      | ("batch" | "taps" | "labels" | "spikes" | "desired")
      | ("error" | "silence" | "loss" | "counts"),
      GPUBufferBinding
    >
  >,
): Promise<Dispatch> {
  const constants = { T, O, K, Ts, ...goal };
  const outputs = [groupsFor(O, 1), "samples", 1] as const;
  switch (goal.loss) {
    case "numSpikes":
      return compiler.dispatch(lossNumSpikes, buffers, constants, outputs);
    case "spikeTime":
      return compiler.dispatch(lossSpikeTime, buffers, constants, outputs);
    case "probSpikes":
      return compiler.dispatch(
        lossProbSpikes,
        buffers,
        constants,
        ["samples", 1, 1],
      );
  }
}

/**
 * The output's error to the gradient of its spikes, for the one loss whose path
 * is not the response.
 *
 * @param context The loss, which is probSpikes, and its sizes.
 * @param buffers `error` and `gradient`, [N, T, O] by quads.
 * @returns The dispatch.
 */
export function probSpikesAdjoint(
  { compiler, goal, T, O, Ts }: LossContext,
  buffers: Readonly<Record<"error" | "gradient", GPUBufferBinding>>,
): Promise<Dispatch> {
  return compiler.dispatch(
    lossProbSpikesAdjoint,
    buffers,
    { T, O, Ts, ...goal },
    [groupsFor(T * O), 1, "samples"],
  );
}
