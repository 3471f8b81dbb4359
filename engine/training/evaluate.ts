/**
 * Testing a network on samples.
 *
 * @module
 */

import type { Model } from "../model.ts";
import type { PlanOptions } from "../plan/sizes.ts";
import { type PassStatistics, runPass } from "./pass.ts";
import { followPass, type PassObserver } from "./pass_observer.ts";
import type { Samples } from "./samples.ts";

/** How a network is tested. */
export interface EvaluateOptions {
  /** Samples in a batch. */
  readonly batch: number;
  /** The loss of the output spikes. */
  readonly loss: PlanOptions["loss"];
  /** Length of a sample in ms. */
  readonly tSample: number;
  /** Is called after each step; what it throws ends the test. */
  readonly check?: () => void;
  /** Follows the pass. */
  readonly observer?: PassObserver;
}

/** What a network makes of samples. */
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
 * @throws What the samples and the callbacks throw.
 */
export async function evaluate(
  network: Model,
  samples: Samples,
  { batch, loss, tSample, check, observer }: EvaluateOptions,
): Promise<Evaluation> {
  const most = Math.max(1, Math.min(batch, samples.size));
  using stepper = await network.compile({
    tSample,
    batch: most,
    loss,
    train: false,
  });
  const predictions: number[] = [];
  const losses: number[] = [];
  const follow = followPass(observer, stepper, 0);
  const statistics = await runPass(
    stepper,
    follow.timed(samples.batches({
      batch: most,
      bins: stepper.plan.sizes.T,
      Ts: network.description.Ts,
    })),
    {
      layers: network.layers,
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
