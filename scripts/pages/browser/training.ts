/**
 * Training a small network in the page.
 *
 * @module
 */

import { batches, SampleCache } from "../../../dataset/batches.ts";
import type { Device } from "../../../engine/device/device.ts";
import { type EpochStatistics, runEpoch } from "../../../engine/epoch.ts";
import { Model } from "../../../engine/model.ts";
import { Random } from "../../../engine/network/random.ts";
import type { NamedArray } from "../../../engine/network/weights.ts";
import type { EpochRow } from "../../charts/learning_curves.ts";
import { readYaml } from "../../configuration/yaml_text.ts";
import type { Configuration } from "../../configuration/types.ts";
import { binningOf, describeModel, planOf } from "../../configuration/model.ts";
import demo from "../../demo.yaml" with { type: "text" };
import { filmPeople } from "./synthetic_people.ts";

/** The demo, small enough for a browser's software adapter. */
export const CONFIGURATION: Configuration = readYaml(demo, "demo.yaml", {
  resolve: (path) => path,
  set: [
    ...["simulation.Ts=20", "simulation.nSample=4"],
    ...["network=[{pool: 8}, {dense: 64}, {dense: 19}]"],
    ...["training.lr=0.05", "training.epochs=10"],
    "training.error.tgtSpikeCount={true: 30, false: 5}",
  ],
});

/** An epoch that has ended. */
export interface TrainedEpoch extends EpochRow {
  /** Weights at its end. */
  readonly weights: Readonly<Record<string, NamedArray>>;
}

/** Whom training tells. */
export interface TrainingOptions {
  /** Ends it: at once, and what was trained in whole epochs stays. */
  readonly signal: AbortSignal;
  /** Is told in words what is being done. */
  readonly onProgress: (words: string) => void;
  /** Is told of each epoch. */
  readonly onEpoch: (epoch: TrainedEpoch) => void;
}

/**
 * Films people, trains on most of them, and tests on the others after each
 * epoch.
 *
 * @param device Where to.
 * @param options Whom to tell, and when to end.
 * @throws {DeviceError} If the device was lost.
 * @throws The signal's reason, if it was aborted.
 */
export async function trainHere(
  device: Device,
  { signal, onProgress, onEpoch }: TrainingOptions,
): Promise<void> {
  const { source, train, test } = await filmPeople((done, total) => {
    onProgress(`Filming: ${done} of ${total} signs`);
  }, signal);
  onProgress("Compiling kernels …");
  const { training, simulation } = CONFIGURATION;
  const random = new Random(training.seed, 1);
  using model = await Model.create(
    device,
    describeModel(CONFIGURATION, source, random),
  );
  using stepper = await model.compile(planOf(CONFIGURATION, "train"));
  const cache = new SampleCache();
  const pass = (
    indices: readonly number[],
    words: string,
    lr?: number,
  ): Promise<EpochStatistics> =>
    runEpoch(
      stepper,
      batches(source, indices, {
        batchSize: simulation.nSample,
        bins: stepper.plan.sizes.T,
        binning: binningOf(CONFIGURATION),
        crop: "fixed",
        cache,
      }),
      {
        ...{ layers: model.layers, lr },
        pause: {
          due: () => signal.aborted,
          keep: () => Promise.reject(signal.reason),
        },
        onRecords: (_, { samples }) =>
          onProgress(`${words}: ${samples} of ${indices.length} signs`),
      },
    );
  for (let epoch = 0; epoch < training.epochs; epoch++) {
    signal.throwIfAborted();
    const name = `Epoch ${epoch} of ${training.epochs}, counted from 0`;
    const trained = await pass(train, `${name}; training`, training.lr);
    const tested = await pass(test, `${name}; testing`);
    onEpoch({
      ...{ fold: 1, epoch, trainLoss: trained.loss, testLoss: tested.loss },
      trainAccuracy: trained.accuracy,
      testAccuracy: tested.accuracy,
      weights: await model.weights(),
    });
  }
}
