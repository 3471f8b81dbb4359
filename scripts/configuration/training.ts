/**
 * Options of the training loop from a configuration.
 *
 * @module
 */

import type { Random } from "../../engine/network/random.ts";
import type { FitOptions } from "../../engine/training/fit_options.ts";
import { lossOf } from "./model.ts";
import type { Configuration } from "./types.ts";

/**
 * Gives the options with which `fit()` trains a network of a configuration.
 *
 * @param configuration The configuration.
 * @param random Draws order, crops and augmentation of the samples.
 * @returns All options but the samples and what follows training.
 */
export function trainingOf(
  configuration: Configuration,
  random: Random,
): FitOptions {
  const { training, simulation } = configuration;
  return {
    epochs: training.epochs,
    batch: simulation.nSample,
    lr: training.lr,
    schedule: training.schedule,
    accumulate: training.accumulate,
    ...lossOf(configuration, "train"),
    testing: training.random_crop ? lossOf(configuration, "test") : undefined,
    shuffle: training.shuffle,
    random,
  };
}
