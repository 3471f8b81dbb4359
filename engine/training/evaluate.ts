/**
 * Evaluation of a network on samples.
 *
 * @module
 */

import type { Division } from "../distributed/shares.ts";
import type { Model } from "../model.ts";
import type { PlanOptions } from "../plan/sizes.ts";
import { type PassStatistics, runPass } from "./pass.ts";
import { followPass, type PassObserver } from "./pass_observer.ts";
import { requireExtent, type Samples } from "./samples.ts";

/** Options of an evaluation. */
export interface EvaluateOptions {
  /** Samples in a batch. */
  readonly batch: number;
  /** The loss of the output spikes. */
  readonly loss: PlanOptions["loss"];
  /** Length of a sample in ms. */
  readonly tSample: number;
  /** Division of batches among ranks. @default not divided */
  readonly division?: Division;
  /**
   * Whether to count the incoming spikes of each layer, by input.
   *
   * @default false
   */
  readonly counts?: boolean;
  /** Called after each step; an error that it throws ends the evaluation. */
  readonly check?: () => void;
  /** Observer of the pass. */
  readonly observer?: PassObserver;
}

/** Predictions, losses and statistics of an evaluation. */
export interface Evaluation extends PassStatistics {
  /** Predicted class of each sample, in order. */
  readonly predictions: readonly number[];
  /** Loss of each sample. */
  readonly losses: readonly number[];
}

/**
 * Runs samples through a network.
 *
 * @param network The network.
 * @param samples The samples.
 * @param options Loss and sizes.
 * @returns Loss and accuracy, and the prediction for each sample.
 * @throws {ShapeError} If the samples do not fit the network or the device.
 * @throws {RangeError} If there are no samples.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 * @throws {Error} If the samples or a callback throw, with their error.
 *
 * @example
 * ```ts
 * import { numSpikes } from "../losses/num_spikes.ts";
 * import { Model } from "../model.ts";
 * import { evaluate } from "./evaluate.ts";
 * using network = await Model.create({
 *   input: { C: 1, H: 1, W: 2 },
 *   layers: [{ dense: 2 }],
 *   Ts: 5,
 *   random: 0,
 * });
 * const samples = {
 *   size: 1,
 *   async *batches() {
 *     yield { samples: [Uint32Array.of()], labels: Uint32Array.of(1) };
 *   },
 * };
 * const { predictions } = await evaluate(network, samples, {
 *   batch: 1,
 *   tSample: 100,
 *   loss: numSpikes({ true: 5, false: 1 }),
 * });
 * // Without output spikes all counts are equal: the first class is predicted.
 * if (predictions.join() !== "0") throw new Error("expected class 0");
 * ```
 */
export async function evaluate(
  network: Model,
  samples: Samples,
  { batch, loss, tSample, division, counts, check, observer }: EvaluateOptions,
): Promise<Evaluation> {
  requireExtent(network.description, samples);
  const most = Math.max(1, Math.min(batch, samples.size));
  using stepper = await network.prepare({
    tSample,
    batch: most,
    loss,
    division,
    train: false,
    counts,
  });
  const predictions: number[] = [];
  const losses: number[] = [];
  const follow = followPass(observer, stepper, 0);
  const statistics = await runPass(
    stepper,
    follow.timed(samples.batches({
      batch: most,
      ...stepper.eventBinning,
      reads: (N) => stepper.reads(N, "evaluation"),
    })),
    {
      layers: network.spikingLayers,
      pause: check && {
        due: () => {
          check();
          return false;
        },
        keep: () => Promise.resolve(),
      },
      onRecords: (records, statistics) => {
        for (const record of records) {
          predictions.push(...record.predictions);
          losses.push(...record.losses);
        }
        follow.steps(records, statistics);
      },
    },
  );
  return { ...statistics, predictions, losses };
}
