/**
 * Passes over the samples of a fold: to train, and to see how good it is.
 *
 * @module
 */

import { batches, SampleCache } from "../../dataset/batches.ts";
import { inParallel } from "../../dataset/threads/in_parallel.ts";
import {
  type EpochPause,
  type EpochStatistics,
  type EpochSums,
  submitEpoch,
} from "../../engine/epoch.ts";
import type { Model } from "../../engine/model.ts";
import type { Stepper } from "../../engine/plan/stepper.ts";
import type { Random } from "../../engine/network/random.ts";
import type { Configuration } from "../configuration/types.ts";
import { binningOf } from "../configuration/model.ts";
import type { SampleSet } from "../experiment/folds.ts";
import type { FoldLog } from "./fold_log.ts";
import type { PassFacts, RunStatus } from "../run/status.ts";
import { createProgress } from "../command_line/progress.ts";
import { augmentationOf } from "../configuration/transforms.ts";

/** Samples that are read at once to look for errors. */
const AT_ONCE = 32;

/** How a pass is run. It is logged if it trains. */
export interface PassOptions {
  /** What its progress is called. */
  readonly label: string;
  /** Epoch, counted from 0. */
  readonly epoch: number;
  /** What its samples are for. */
  readonly use: PassFacts["set"];
  /** When to pause, and what to do then. */
  readonly pause: EpochPause;
  /** Learning rate; without it the network is evaluated, not trained. */
  readonly lr?: number;
  /** Batches at the start that are done. @default 0 */
  readonly skip?: number;
  /** What these came to. */
  readonly from?: EpochSums;
}

/** Submits the steps over a set of samples; tells what they come to. */
export type Pass = (
  set: SampleSet,
  options: PassOptions,
) => Promise<{ readonly settled: Promise<EpochStatistics> }>;

/**
 * Prepares passes through a network.
 *
 * @param model The network.
 * @param parts Its fold, its plans to train and to test, what is drawn from in
 * training, who is told of its steps, and what samples are made of.
 * @returns What runs a pass.
 */
export function makePass(
  { layers }: Model,
  { fold, trainer, tester, random, log, configuration, cache, status }: {
    readonly fold: number;
    readonly trainer: Stepper;
    readonly tester: Stepper;
    readonly random: Random;
    readonly log: FoldLog;
    readonly configuration: Configuration;
    readonly cache: SampleCache;
    readonly status: RunStatus;
  },
): Pass {
  const { training, simulation } = configuration;
  const names = layers.map(({ name }) => name);
  return async (
    { source, indices },
    { label, epoch, use, pause, lr, skip, from },
  ) => {
    const stepper = lr === undefined ? tester : trainer;
    const shuffled = lr !== undefined && training.shuffle;
    const crop = lr !== undefined && training.random_crop ? "random" : "fixed";
    const augment = lr !== undefined
      ? augmentationOf(configuration, source)
      : undefined;
    using shown = new DisposableStack();
    const progress = shown.use(
      createProgress({ total: indices.length, label }),
    );
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
    status.beginPass();
    const waits = { data: 0, device: stepper.waited };
    const { settled } = await submitEpoch(stepper, waited(samples, waits), {
      ...{ layers, lr, from, pause, accumulate: training.accumulate },
      onRecords: (records, { samples, loss, accuracy, seconds }) => {
        if (lr !== undefined) log.addBatches(records);
        const samplesPerSecond = (samples - before) / seconds;
        const measures = { loss, accuracy, samplesPerSecond };
        progress.update(samples, measures);
        const pass = {
          ...{ fold, epoch, set: use, total: indices.length, samples },
          ...measures,
          dataShare: waits.data / seconds / 1000,
          deviceShare: (stepper.waited - waits.device) / seconds / 1000,
        };
        const { classes } = source;
        status.addRecords(records, { classes, layers: names, pass });
      },
    });
    const showing = shown.move();
    settled.catch(() => {}).finally(() => showing.dispose());
    return { settled };
  };
}

/**
 * Reads samples that training asks for only in its end, so that what is wrong
 * with one shows before it. Those that are not kept already are not kept now:
 * room is for what every epoch asks for.
 *
 * @param set The samples.
 * @param context What they are made of, and where they may be.
 * @param label What its progress is called.
 * @throws {DatasetError} If the store is damaged.
 * @throws {RecordingError} If a sample cannot be read.
 * @throws {RangeError} If a sample cannot be packed.
 */
export async function readThrough(
  { source, indices }: SampleSet,
  { configuration, cache }: {
    readonly configuration: Configuration;
    readonly cache: SampleCache;
  },
  label: string,
): Promise<void> {
  const binning = binningOf(configuration);
  const beside = new SampleCache(0);
  using progress = createProgress({ total: indices.length, label });
  let done = 0;
  await inParallel(indices, async (index) => {
    await (cache.find(source, index, binning) ??
      beside.get(source, index, binning));
    progress.update(++done);
  }, AT_ONCE);
}

/** Hands batches on, and adds up the time that they were waited for, in ms. */
async function* waited<T>(
  batches: AsyncIterable<T>,
  waits: { data: number },
): AsyncGenerator<T, void, void> {
  let asked = performance.now();
  for await (const batch of batches) {
    waits.data += performance.now() - asked;
    yield batch;
    asked = performance.now();
  }
}
