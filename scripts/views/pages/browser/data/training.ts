/**
 * Trains a small network in the page.
 *
 * @module
 */

import { SampleCache } from "../../../../../dataset/batches.ts";
import type { Device } from "../../../../../engine/device/device.ts";
import { fit } from "../../../../../engine/training/fit.ts";
import { Model } from "../../../../../engine/model.ts";
import { Random } from "../../../../../engine/network/random.ts";
import type { NamedArray } from "../../../../../engine/network/weights.ts";
import type { EpochRow } from "../../../charts/learning_curves.ts";
import { readYaml } from "../../../../configuration/yaml_text.ts";
import type { Configuration } from "../../../../configuration/schema/types.ts";
import { describeModel } from "../../../../configuration/model.ts";
import { trainingOf } from "../../../../configuration/training.ts";
import { chooseSamples } from "../../../../configuration/transforms.ts";
import demo from "../../../../demo.yaml" with { type: "text" };
import { filmPeople } from "./synthetic_people.ts";

/** The demo, small enough for a browser's software adapter. */
export const CONFIGURATION: Configuration = readYaml(demo, "demo.yaml", {
  resolve: (path) => path,
  set: [
    "simulation.Ts=20",
    "simulation.nSample=4",
    "network=[{pool: 8}, {dense: 64}, {dense: 19}]",
    "training.lr=0.05",
    "training.epochs=10",
    "training.error.tgtSpikeCount={true: 30, false: 5}",
  ],
});

/** An epoch that has ended. */
export interface TrainedEpoch extends EpochRow {
  /** Weights at its end. */
  readonly weights: Readonly<Record<string, NamedArray>>;
}

/** Callbacks of training, and the signal that stops it. */
export interface TrainingOptions {
  /** Stops training at once; the weights of finished epochs remain. */
  readonly signal: AbortSignal;
  /** Called with a text of the progress. */
  readonly onProgress: (words: string) => void;
  /** Called after each epoch. */
  readonly onEpoch: (epoch: TrainedEpoch) => void;
}

/**
 * Records synthetic people, trains on most of them, and tests on the others
 * after each epoch.
 *
 * @param device The device to train on.
 * @param options Callbacks and stop signal.
 * @throws {DeviceError} If the device was lost.
 * @throws The signal's reason, if it was aborted.
 */
export async function trainHere(
  device: Device,
  { signal, onProgress, onEpoch }: TrainingOptions,
): Promise<void> {
  const source = await filmPeople((done, total) => {
    onProgress(`Filming: ${done} of ${total} signs`);
  }, signal);
  onProgress("Compiling kernels …");
  const { training } = CONFIGURATION;
  const random = new Random(training.seed, 1);
  using model = await Model.create({
    device,
    ...describeModel(CONFIGURATION, source, random),
  });
  const cache = new SampleCache();
  const choose = (indices: readonly number[], use: "train" | "test") =>
    chooseSamples(source, CONFIGURATION, { indices, use, cache });
  const epochs = fit(model, choose(source.train, "train"), {
    ...trainingOf(CONFIGURATION, random),
    test: choose(source.test, "test"),
    checkpoints: {
      due: () => signal.aborted,
      save: () => Promise.resolve(signal.throwIfAborted()),
    },
    observe: ({ epoch, use, total }) => ({
      steps: (_, { samples }) =>
        onProgress(
          `Epoch ${epoch} of ${training.epochs}, counted from 0; ` +
            `${use === "training" ? "training" : "testing"}: ${samples} of ` +
            `${total} signs`,
        ),
      [Symbol.dispose]: () => {},
    }),
  });
  for await (const { number, train, test } of epochs) {
    onEpoch({
      fold: 1,
      epoch: number,
      trainLoss: train.loss,
      trainAccuracy: train.accuracy,
      testLoss: test!.loss,
      testAccuracy: test!.accuracy,
      weights: await model.weights(),
    });
  }
}
