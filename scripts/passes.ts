/**
 * Passes over the samples of a fold: to train, and to see how good it is.
 *
 * @module
 */

import { batches, SampleCache } from "../dataset/batches.ts";
import {
  type EpochPause,
  type EpochStatistics,
  type EpochSums,
  runEpoch,
} from "../engine/epoch.ts";
import type { Model } from "../engine/model.ts";
import type { Stepper } from "../engine/plan/stepper.ts";
import type { Random } from "../engine/random.ts";
import type { Configuration } from "./configuration/types.ts";
import { binningOf, type SampleSet } from "./experiment.ts";
import type { FoldLog } from "./logs/fold_log.ts";
import { createProgress } from "./progress.ts";
import { augmentationOf } from "./samples.ts";

/** How a pass is run. It is logged if it trains. */
export interface PassOptions {
  /** What its progress is called. */
  readonly label: string;
  /** When to pause, and what to do then. */
  readonly pause: EpochPause;
  /** Learning rate; without it the network is evaluated, not trained. */
  readonly lr?: number;
  /** Batches at the start that are done. @default 0 */
  readonly skip?: number;
  /** What these came to. */
  readonly from?: EpochSums;
}

/** Runs over a set of samples. */
export type Pass = (
  set: SampleSet,
  options: PassOptions,
) => Promise<EpochStatistics>;

/**
 * Prepares passes through a network.
 *
 * @param model The network.
 * @param parts Its plans to train and to test, what is drawn from in training,
 * what is told of its steps, and what samples are made of.
 * @returns What runs a pass.
 */
export function makePass(
  { layers }: Model,
  { trainer, tester, random, log, configuration, cache }: {
    readonly trainer: Stepper;
    readonly tester: Stepper;
    readonly random: Random;
    readonly log: FoldLog;
    readonly configuration: Configuration;
    readonly cache: SampleCache;
  },
): Pass {
  const { training, simulation } = configuration;
  return async ({ source, indices }, { label, pause, lr, skip, from }) => {
    const stepper = lr === undefined ? tester : trainer;
    const shuffled = lr !== undefined && training.shuffle;
    const crop = lr !== undefined && training.random_crop ? "random" : "fixed";
    const augment = lr !== undefined
      ? augmentationOf(configuration, source)
      : undefined;
    using progress = createProgress({ total: indices.length, label });
    const samples = batches(
      source,
      shuffled ? random.shuffle(indices) : indices,
      {
        batchSize: simulation.nSample,
        bins: stepper.plan.sizes.T,
        binning: binningOf(configuration),
        ...{ crop, cache, augment, skip, random: () => random.uniform() },
      },
    );
    const before = from?.samples ?? 0;
    return await runEpoch(stepper, samples, {
      ...{ layers, lr, from, pause, accumulate: training.accumulate },
      onRecords: (records, { samples, loss, accuracy, seconds }) => {
        if (lr !== undefined) log.addBatches(records);
        const samplesPerSecond = (samples - before) / seconds;
        progress.update(samples, { loss, accuracy, samplesPerSecond });
      },
    });
  };
}

/**
 * Reads samples that training asks for only in its end, so that what is wrong
 * with one shows before it.
 *
 * @param set The samples.
 * @param configuration What they are made of.
 * @param label What its progress is called.
 * @throws {DatasetError} If the store is damaged.
 * @throws {RecordingError} If a sample cannot be read.
 * @throws {RangeError} If a sample cannot be packed.
 */
export async function readThrough(
  { source, indices }: SampleSet,
  configuration: Configuration,
  label: string,
): Promise<void> {
  const binning = binningOf(configuration);
  const cache = new SampleCache(0);
  using progress = createProgress({ total: indices.length, label });
  for (const [done, index] of indices.entries()) {
    await cache.get(source, index, binning);
    progress.update(done + 1);
  }
}
