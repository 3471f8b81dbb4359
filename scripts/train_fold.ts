/**
 * Training, validation and test of one fold.
 *
 * @module
 */

import { batches, type SampleCache } from "../dataset/batches.ts";
import type { Device } from "../engine/device.ts";
import { type EpochStatistics, runEpoch } from "../engine/epoch.ts";
import { ShapeError } from "../engine/errors.ts";
import { Model } from "../engine/model.ts";
import { sizeOf } from "../engine/network.ts";
import { Random } from "../engine/random.ts";
import type { Stepper } from "../engine/plan/stepper.ts";
import type { NamedArray } from "../engine/weights.ts";
import type { Configuration } from "./configuration/types.ts";
import { binningOf, describeModel, planOf } from "./experiment.ts";
import type { Fold, SampleSet } from "./experiment.ts";
import { FoldLog } from "./logs/fold_log.ts";
import { createProgress } from "./progress.ts";
import { augmentationOf } from "./samples.ts";
import type { FoldSummary, Results } from "./results.ts";

/** What folds of a run share. */
export interface RunContext {
  readonly device: Device;
  readonly configuration: Configuration;
  readonly results: Results;
  /** Packed samples of all sets. */
  readonly cache: SampleCache;
  /** Weights to start from, instead of random ones. */
  readonly weights?: Readonly<Record<string, NamedArray>>;
}

/** When training stops although epochs are left. */
const STOP = { epoch: 200, patience: 100, trainAccuracy: 0.8 };

/** One pass over a set of samples. */
type Pass = (
  set: SampleSet,
  label: string,
  lr?: number,
) => Promise<EpochStatistics>;

/** An epoch worth keeping. */
interface Best {
  readonly epoch: number;
  readonly trainAccuracy: number;
  readonly weights: Record<string, NamedArray>;
  readonly validation?: EpochStatistics;
}

/**
 * Trains a fold, writing its epochs and its best weights.
 *
 * With a validation set, the best weights are those of lowest validation
 * loss, and they are tested in the end. Without one, every epoch is tested,
 * and the best figures of all epochs are reported.
 *
 * @param fold What to train and test on.
 * @param context What all folds of the run share.
 * @returns What it came to.
 * @throws {ShapeError} If the network does not fit the data or the device.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 */
export async function trainFold(
  fold: Fold,
  context: RunContext,
): Promise<FoldSummary> {
  const { device, configuration } = context;
  const { training } = configuration;
  const random = new Random(training.seed, fold.number);
  using model = await Model.create(
    device,
    describeModel(configuration, fold.train.source, random),
  );
  if (context.weights) model.setWeights(context.weights);
  using trainer = await model.compile(planOf(configuration, "train"));
  using tester = training.random_crop
    ? await model.compile(planOf(configuration, "test"))
    : undefined;
  requireOutputs(model, fold);
  const log = await FoldLog.begin(fold.number, { model, ...context });
  const steppers = { trainer, tester: tester ?? trainer };
  const pass = makePass(model, steppers, log, random, context);
  return fold.validation
    ? await withValidation(fold, fold.validation, model, pass, log, context)
    : await withoutValidation(fold, model, pass, log, context);
}

/** Lets every class have an output. */
function requireOutputs({ layers }: Model, { train }: Fold): void {
  const outputs = sizeOf(layers[layers.length - 1].output);
  const classes = train.source.classes.length;
  if (outputs < classes) {
    throw new ShapeError(
      `Cannot train: the last layer has ${outputs} outputs, fewer than the ` +
        `${classes} classes`,
    );
  }
}

async function withValidation(
  fold: Fold,
  validationSet: SampleSet,
  model: Model,
  pass: Pass,
  log: FoldLog,
  context: RunContext,
): Promise<FoldSummary> {
  const { lr, epochs } = context.configuration.training;
  let best: Best | undefined;
  let epoch = 0;
  for (; epoch < epochs; epoch++) {
    const start = performance.now();
    const name = nameOf(fold, epoch);
    const train = await pass(fold.train, `${name} train`, lr);
    const measures = await log.measure({ epoch, train, lr });
    const validation = await pass(validationSet, `${name} validate`);
    if (!best?.validation || validation.loss < best.validation.loss) {
      const weights = await model.weights();
      best = { epoch, trainAccuracy: train.accuracy, weights, validation };
      await saveBest(fold, best, context);
    }
    await log.addEpoch({
      ...trainMetrics(fold, epoch, train),
      ...measures,
      valLoss: validation.loss,
      valAccuracy: validation.accuracy,
      seconds: (performance.now() - start) / 1000,
    });
    report(`${name}  ${words("train", train)}  ${words("val", validation)}`);
    if (
      epoch >= STOP.epoch && epoch - best.epoch >= STOP.patience &&
      train.accuracy >= STOP.trainAccuracy
    ) {
      epoch++;
      break;
    }
  }
  model.setWeights(best!.weights);
  const test = await pass(fold.test, `fold ${fold.number} test`);
  await log.addTest(test, best!.epoch);
  report(
    `fold ${fold.number}, weights of epoch ${best!.epoch}  ${
      words("test", test)
    }`,
  );
  return {
    fold: fold.number,
    epochs: epoch,
    bestEpoch: best!.epoch,
    trainAccuracy: best!.trainAccuracy,
    valLoss: best!.validation!.loss,
    valAccuracy: best!.validation!.accuracy,
    testLoss: test.loss,
    testAccuracy: test.accuracy,
  };
}

async function withoutValidation(
  fold: Fold,
  model: Model,
  pass: Pass,
  log: FoldLog,
  context: RunContext,
): Promise<FoldSummary> {
  const { lr, epochs } = context.configuration.training;
  let best: Best | undefined;
  let testLoss = Infinity;
  let testAccuracy = -1;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const start = performance.now();
    const name = nameOf(fold, epoch);
    const train = await pass(fold.train, `${name} train`, lr);
    const measures = await log.measure({ epoch, train, lr });
    const test = await pass(fold.test, `${name} test`);
    testLoss = Math.min(testLoss, test.loss);
    if (test.accuracy > testAccuracy) {
      testAccuracy = test.accuracy;
      const weights = await model.weights();
      best = { epoch, trainAccuracy: train.accuracy, weights };
      await saveBest(fold, best, context);
    }
    await log.addEpoch({
      ...trainMetrics(fold, epoch, train),
      ...measures,
      testLoss: test.loss,
      testAccuracy: test.accuracy,
      seconds: (performance.now() - start) / 1000,
    });
    report(`${name}  ${words("train", train)}  ${words("test", test)}`);
  }
  return {
    fold: fold.number,
    epochs,
    bestEpoch: best!.epoch,
    trainAccuracy: best!.trainAccuracy,
    ...{ valLoss: null, valAccuracy: null, testLoss, testAccuracy },
  };
}

function makePass(
  model: Model,
  { trainer, tester }: { readonly trainer: Stepper; readonly tester: Stepper },
  log: FoldLog,
  random: Random,
  { configuration, cache }: RunContext,
): Pass {
  const { training, simulation } = configuration;
  return async ({ source, indices }, label, lr) => {
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
        ...{ crop, cache, augment, random: () => random.uniform() },
      },
    );
    return await runEpoch(stepper, samples, {
      layers: model.layers,
      lr,
      onRecords: (records, { samples, loss, accuracy, seconds }) => {
        if (lr !== undefined) log.addBatches(records);
        const samplesPerSecond = samples / seconds;
        progress.update(samples, { loss, accuracy, samplesPerSecond });
      },
    });
  };
}

async function saveBest(
  fold: Fold,
  { epoch, weights }: Best,
  { results }: RunContext,
): Promise<void> {
  // The first to write, once every sample of an epoch could be read: otherwise
  // what an earlier run left stays.
  await results.begin();
  await results.saveWeights(fold.number, weights, { epoch: String(epoch) });
}

function trainMetrics(fold: Fold, epoch: number, train: EpochStatistics) {
  return {
    fold: fold.number,
    epoch,
    trainLoss: train.loss,
    trainAccuracy: train.accuracy,
    rates: train.rates,
  };
}

function nameOf(fold: Fold, epoch: number): string {
  return `fold ${fold.number} epoch ${epoch}`;
}

function words(set: string, { loss, accuracy }: EpochStatistics): string {
  return `${set} loss ${loss.toFixed(3)} accuracy ${
    (accuracy * 100).toFixed(1)
  } %`;
}

function report(line: string): void {
  console.log(line);
}
