/**
 * Tests a trained network on the test set of its fold, sample by sample.
 *
 * @module
 */

import type { SampleSource } from "../../dataset/sample_source.ts";
import type { EventStore } from "../../dataset/store/store.ts";
import type { Device } from "../../engine/device/device.ts";
import { ShapeError } from "../../engine/device/errors.ts";
import { Model } from "../../engine/model.ts";
import { Random } from "../../engine/network/random.ts";
import { energyOf, type LayerEnergy } from "../../engine/training/energy.ts";
import { evaluate } from "../../engine/training/evaluate.ts";
import type { NamedArray } from "../../engine/network/weights.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import { inputOfWeights } from "../configuration/fitting_input.ts";
import { describeModel, lossOf } from "../configuration/model.ts";
import type { Fold } from "./fold.ts";

/** The prediction for a sample of the test set. */
export interface SampleOutcome {
  /** Index of the sample in its source. */
  readonly sample: number;
  /** Its true class. */
  readonly label: number;
  /** The class predicted. */
  readonly prediction: number;
  /** Its loss. */
  readonly loss: number;
  /** Its name: recording, and position of the slice in it. */
  readonly name: string;
  /**
   * Group of recordings, such as a person or a day, if the data set has them.
   */
  readonly group?: string;
  /** Name of the person, if the data set records it. */
  readonly person?: string;
  /** Lighting session of the recording, `S1` to `S4`. */
  readonly session?: string;
}

/** The predictions of a fold's network for its test set. */
export interface FoldEvaluation {
  /** Fold, counted from 1. */
  readonly fold: number;
  /** Names of the classes; labels and predictions are indices into them. */
  readonly classes: readonly string[];
  /** One entry per sample, in the order of the test set. */
  readonly outcomes: readonly SampleOutcome[];
  /** Operations, memory traffic and energy of each layer for a sample. */
  readonly energy: readonly LayerEnergy[];
}

/**
 * Creates the trained network of a fold on a device.
 *
 * @param device The device.
 * @param fold The fold, for the size of its samples.
 * @param options Configuration, weights, and the file that they are from; that
 * of the fold in a run folder if left out.
 * @returns The network; its owner destroys it.
 * @throws {ShapeError} If weights, network and data do not match.
 * @throws {DeviceError} If the device has not enough memory.
 */
export async function openModel(
  device: Device,
  fold: Fold,
  { configuration, weights, path }: {
    readonly configuration: Configuration;
    readonly weights: Readonly<Record<string, NamedArray>>;
    readonly path?: string;
  },
): Promise<Model> {
  const random = new Random(configuration.training.seed, fold.number);
  const model = await Model.create({
    device,
    ...describeModel(configuration, fold.test.source, random),
  });
  try {
    model.setWeights(weights);
  } catch (cause) {
    model.destroy();
    if (!(cause instanceof ShapeError)) throw cause;
    const files = path === undefined
      ? `"model_weights_fold${fold.number}.safetensors" with the ` +
        '"config.yaml" beside it'
      : `"${path}" with the configuration`;
    const hint = inputOfWeights(model.description, weights);
    throw new ShapeError(`Cannot use ${files}: ${cause.message}${hint}`, {
      cause,
    });
  }
  return model;
}

/**
 * Tests a network on the test set of its fold.
 *
 * @param model The network, with the fold's trained weights.
 * @param fold The fold.
 * @param configuration The run's configuration.
 * @returns True class, prediction and loss of each sample, and the mean energy
 * of a sample by layer.
 * @throws {ShapeError} If the samples do not fit the network or the device.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 * @throws Every error of reading a sample.
 */
export async function evaluateFold(
  model: Model,
  { number, test }: Fold,
  configuration: Configuration,
): Promise<FoldEvaluation> {
  const evaluation = await evaluate(model, test, {
    batch: configuration.simulation.nSample,
    ...lossOf(configuration, "test"),
    counts: true,
  });
  const { predictions, losses } = evaluation;
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
    energy: energyOf(model, evaluation),
  };
}

/**
 * Names a sample, and its group or its person and lighting session if the data
 * set has them.
 *
 * @param source The data set.
 * @param sample Index of the sample in the data set.
 * @returns Its name, such as `user05_indoor_03`, and group or person and
 * session.
 */
export function describeSample(
  source: SampleSource,
  sample: number,
): Pick<SampleOutcome, "name" | "group" | "person" | "session"> {
  if (source.samples !== undefined) {
    const { name, group } = source.samples[sample];
    return { name, ...(group === undefined ? {} : { group }) };
  }
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
