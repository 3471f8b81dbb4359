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
 * Gives the options with which `fit()` trains a network of a configuration.
 *
 * @param configuration The configuration.
 * @param random Draws order, crops and augmentation of the samples.
 * @param options Names of the classes, number of the fold, and number of its
 * training samples.
 * @returns All options but the samples and what follows training.
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
 * Says how the batches of a configuration are cut.
 *
 * @param configuration The configuration.
 * @param ranks The processes that share them.
 * @returns The parts, and who computes them; `undefined` if nothing is cut.
 */
export function divisionOf(
  { training: { parts, local_steps: localSteps } }: Configuration,
  ranks: Ranks,
): Division | undefined {
  return parts === undefined ? undefined : { parts, ranks, localSteps };
}

/**
 * Counts the epochs of a training set.
 *
 * @param configuration The configuration.
 * @param samples Number of training samples.
 * @returns `training.epochs`, or as many as `training.updates` needs.
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

/** Changes of samples that the device makes as it bins their events. */
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
    mix: augmentation.mix,
  };
}
