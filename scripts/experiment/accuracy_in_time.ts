/**
 * Measures how accuracy grows over the bins of a sample.
 *
 * @module
 */

import type { Model } from "../../engine/model.ts";
import { runningDecisions } from "../../engine/training/running_decisions.ts";
import type { AccuracyInTime } from "../views/charts/decisions/accuracy_in_time.ts";
import { lossOf, timeStepOf } from "../configuration/model.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import type { Fold } from "./fold.ts";

/**
 * Runs a network on the test set of its fold, and counts correct decisions
 * after each bin, by all bins so far or by those of a moving window.
 *
 * @param model The network, with the fold's trained weights.
 * @param fold The fold.
 * @param options The run's configuration, and the length of a moving window in
 * bins.
 * @returns The accuracy after each bin.
 * @throws {ShapeError} If the samples do not fit the network or the device.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 * @throws Every error of reading a sample.
 */
export async function measureInTime(
  model: Model,
  { number, test }: Fold,
  { configuration, window }: {
    readonly configuration: Configuration;
    readonly window?: number;
  },
): Promise<AccuracyInTime> {
  const right: number[] = [];
  const found = runningDecisions(model, test, {
    batch: configuration.simulation.nSample,
    tSample: lossOf(configuration, "test").tSample,
    window,
  });
  for await (const { label, decisions } of found) {
    decisions.forEach((decision, bin) =>
      right[bin] = (right[bin] ?? 0) + Number(decision === label)
    );
  }
  return {
    fold: number,
    accuracy: right.map((count) => count / test.size),
    Ts: timeStepOf(configuration),
  };
}
