/**
 * What a trained network makes of a fold's test set, sample by sample.
 *
 * @module
 */

import type { SampleSource } from "../../dataset/sample_source.ts";
import type { EventStore } from "../../dataset/store/store.ts";
import type { Device } from "../../engine/device/device.ts";
import { ShapeError } from "../../engine/device/errors.ts";
import { Model } from "../../engine/model.ts";
import { Random } from "../../engine/network/random.ts";
import { evaluate } from "../../engine/training/evaluate.ts";
import type { NamedArray } from "../../engine/network/weights.ts";
import type { Configuration } from "../configuration/types.ts";
import { describeModel, lossOf } from "../configuration/model.ts";
import type { Fold } from "./folds.ts";

/** What became of a sample of the test set. */
export interface SampleOutcome {
  /** Number of the sample in its source. */
  readonly sample: number;
  /** Its class. */
  readonly label: number;
  /** The class predicted. */
  readonly prediction: number;
  /** Its loss. */
  readonly loss: number;
  /** What it is called: recording and place in it, as slices are. */
  readonly name: string;
  /** Name of the person who signs; not all data sets tell. */
  readonly person?: string;
  /** Session of the recording, `S1` to `S4`. */
  readonly session?: string;
}

/** What a fold's network makes of its test set. */
export interface FoldEvaluation {
  /** Fold, counted from 1. */
  readonly fold: number;
  /** Names of the classes; labels and predictions are indices into them. */
  readonly classes: readonly string[];
  /** One entry a sample, in the order of the test set. */
  readonly outcomes: readonly SampleOutcome[];
}

/**
 * Puts a fold's trained network on a device.
 *
 * @param device Where to.
 * @param fold The fold, for the size of its samples.
 * @param options Configuration of the run, and the weights.
 * @returns The network; its owner destroys it.
 * @throws {ShapeError} If weights, network and data do not fit one another.
 * @throws {DeviceError} If the device has not enough memory.
 */
export async function openModel(
  device: Device,
  fold: Fold,
  { configuration, weights }: {
    readonly configuration: Configuration;
    readonly weights: Readonly<Record<string, NamedArray>>;
  },
): Promise<Model> {
  const random = new Random(configuration.training.seed, fold.number);
  const model = await Model.create(
    device,
    describeModel(configuration, fold.test.source, random),
  );
  try {
    model.setWeights(weights);
  } catch (cause) {
    model.destroy();
    if (!(cause instanceof ShapeError)) throw cause;
    throw new ShapeError(
      `Cannot use "model_weights_fold${fold.number}.safetensors" with the ` +
        `"config.yaml" beside it: ${cause.message}`,
      { cause },
    );
  }
  return model;
}

/**
 * Tests a network on the test set of its fold.
 *
 * @param model The network, with the weights that the fold left.
 * @param fold The fold.
 * @param configuration The run's configuration.
 * @returns The class, prediction and loss of each sample.
 * @throws {ShapeError} If the samples do not fit the network or the device.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 * @throws What reading a sample throws.
 */
export async function evaluateFold(
  model: Model,
  { number, test }: Fold,
  configuration: Configuration,
): Promise<FoldEvaluation> {
  const { predictions, losses } = await evaluate(model, test, {
    batch: configuration.simulation.nSample,
    ...lossOf(configuration, "test"),
  });
  return {
    fold: number,
    classes: test.classes,
    outcomes: test.indices.map((sample, n) => ({
      sample,
      label: test.source.labels[sample],
      prediction: predictions[n],
      loss: losses[n],
      ...describeSample(test.source, sample),
    })),
  };
}

/**
 * Tells whose a sample is, as far as its source knows.
 *
 * @param source The data set.
 * @param sample Number of the sample in it.
 * @returns Its name, such as `user05_indoor_03`, person and session.
 */
export function describeSample(
  source: SampleSource,
  sample: number,
): Pick<SampleOutcome, "name" | "person" | "session"> {
  const slices = (source as Partial<EventStore>).slices;
  if (slices === undefined) return { name: `sample ${sample}` };
  const { source: recording, session } = slices[sample];
  let place = 0;
  while (slices[sample - place - 1]?.source === recording) place++;
  return {
    name: `${recording}_${String(place).padStart(2, "0")}`,
    person: recording.split("_")[0],
    session,
  };
}
