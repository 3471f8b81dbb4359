/**
 * Options of the training loop from a configuration.
 *
 * @module
 */

import type { Ranks } from "../../engine/distributed/ranks.ts";
import type { Division } from "../../engine/distributed/shares.ts";
import type { Random } from "../../engine/network/random.ts";
import type { FitOptions } from "../../engine/training/fit_options.ts";
import { lossOf } from "./model.ts";
import type { StepChanges } from "../../engine/plan/steps/step_runner.ts";
import { isLayerwise } from "./schema/network.ts";
import type { Configuration } from "./schema/types.ts";

/**
 * Returns the options of `fit()` for a network of a configuration.
 *
 * @param configuration The configuration.
 * @param random Generator for order, crops and augmentation of the samples.
 * @param options Names of the classes, number of the fold, and number of its
 * training samples.
 * @returns All options except samples and callbacks.
 */
export function trainingOf(
  configuration: Configuration,
  random: Random,
  options: {
    readonly classes?: readonly string[];
    readonly fold?: number;
    readonly samples?: number;
  } = {},
): FitOptions {
  const { training, simulation } = configuration;
  return {
    epochs: epochsOf(configuration, options.samples),
    batch: simulation.nSample,
    lr: training.lr,
    schedule: training.schedule,
    accumulate: training.accumulate,
    ...lossOf(configuration, "train"),
    testing: training.random_crop ? lossOf(configuration, "test") : undefined,
    shuffle: training.shuffle,
    random,
    changes: {
      seed: training.seed * 16 + (options.fold ?? 0),
      augmentation: isLayerwise(configuration)
        ? augmentationOf(configuration, options.classes)
        : undefined,
    },
  };
}

/**
 * Describes the division of batches among processes.
 *
 * @param configuration The configuration.
 * @param ranks The processes that share them.
 * @returns Number of parts, and the processes that compute them; `undefined` if
 * batches are not divided.
 */
export function divisionOf(
  { training: { parts, local_steps: localSteps } }: Configuration,
  ranks: Ranks,
): Division | undefined {
  return parts === undefined ? undefined : { parts, ranks, localSteps };
}

/**
 * Computes the number of epochs.
 *
 * @param configuration The configuration.
 * @param samples Number of training samples.
 * @returns `training.epochs`, or more if `training.updates` requires it.
 */
export function epochsOf(
  { training, simulation }: Configuration,
  samples?: number,
): number {
  const { epochs, updates, accumulate } = training;
  if (updates === undefined || !samples) return epochs;
  const each = Math.ceil(samples / simulation.nSample / accumulate);
  return Math.max(epochs, Math.ceil(updates / each));
}

/** Augmentations that the device makes while it bins events. */
function augmentationOf(
  { training: { augmentation } }: Configuration,
  classes: readonly string[] = [],
): StepChanges["augmentation"] {
  return augmentation && {
    flip: augmentation.flip_x,
    flipY: augmentation.flip_y,
    flipNot: augmentation.flip_not?.map((name) => classes.indexOf(name)),
    shift: augmentation.shift,
    rotate: augmentation.rotate,
    zoom: augmentation.zoom,
    shiftTime: augmentation.time_shift,
    stretchTime: augmentation.time_stretch,
    erase: augmentation.erase,
    drop: augmentation.drop,
    noise: augmentation.noise,
    mix: augmentation.mix,
  };
}
