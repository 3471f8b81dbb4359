/**
 * Training, validation and test of one fold.
 *
 * @module
 */

import { counted } from "../../dataset/files/counted.ts";
import { ShapeError } from "../../engine/device/errors.ts";
import { Model } from "../../engine/model.ts";
import { inputOfWeights } from "../configuration/fitting_input.ts";
import { outputsOf } from "../../engine/layers/layer.ts";
import { Random } from "../../engine/network/random.ts";
import { evaluate } from "../../engine/training/evaluate.ts";
import { fit } from "../../engine/training/fit.ts";
import type {
  EarlyStop,
  FitEpoch,
  FitPosition,
} from "../../engine/training/fit_options.ts";
import type { PassStatistics } from "../../engine/training/pass.ts";
import type {
  PassFacts,
  PassObserver,
} from "../../engine/training/pass_observer.ts";
import { print, warn } from "../command_line/print.ts";
import { createProgress } from "../command_line/progress.ts";
import { describeModel, lossOf } from "../configuration/model.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import { divisionOf, trainingOf } from "../configuration/training.ts";
import { epochEnergy } from "../experiment/epoch_energy.ts";
import type { Fold } from "../experiment/fold.ts";
import type { Checkpoint } from "../run/checkpoint.ts";
import type { EpochMetrics, FoldSummary } from "../run/files.ts";
import { EpochWriter } from "./epoch_writer.ts";
import { FoldCheckpoints } from "./fold_checkpoints.ts";
import { chanceOf } from "./warnings/alarms.ts";
import { FoldLog } from "./fold_log.ts";
import type { Pauses } from "./interruption.ts";
import { startLive } from "./live_start.ts";
import { observePasses } from "./observe_passes.ts";
import type { FirstWeights } from "../run/identity.ts";
import type { RunContext } from "./run_context.ts";

/** Early stopping of training with a validation set. */
const STOP: EarlyStop = { epoch: 200, patience: 100, trainAccuracy: 0.8 };

/** Returns the rule of early stopping with a validation set. */
function stopOf({ training: { patience } }: Configuration): EarlyStop {
  return patience === undefined ? STOP : { patience };
}

/**
 * Trains a fold, writing its epochs, its best weights and its checkpoints.
 *
 * With a validation set, the best weights are those of lowest validation
 * loss, and they are tested at the end. Without one, every epoch is tested,
 * and the lowest loss and highest accuracy of all epochs are reported. A fold
 * that is resumed from a checkpoint gives the same bits as one that was never
 * stopped.
 *
 * @param fold Training, validation and test samples.
 * @param context Device, settings and outputs that the folds share.
 * @returns The fold's losses and accuracies.
 * @throws {DatasetError} If a sample cannot be read; for one of the test set,
 * before training.
 * @throws {ShapeError} If the network does not fit the data or the device.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 * @throws {Interruption} If the user stopped the run; a checkpoint was written.
 */
export async function trainFold(
  fold: Fold,
  context: RunContext,
): Promise<FoldSummary> {
  const checkpoint = context.checkpoints.get(fold.number);
  if (checkpoint?.position.summary) return checkpoint.position.summary;
  const { configuration, results } = context;
  const random = new Random(configuration.training.seed, fold.number);
  using model = await Model.create({
    device: context.device,
    ...describeModel(configuration, fold.train.source, random),
  });
  const run = await prepare(fold, { model, checkpoint, context });
  try {
    if (checkpoint?.best) {
      // After a crash the weights file may lag the checkpoint: write it again.
      await results.saveWeights(fold.number, checkpoint.best, {
        epoch: String(checkpoint.position.best!.epoch),
      });
    }
    const position = await trainEpochs(fold, run, { random, context });
    const summary = await summarise(fold, run, { position, context });
    await run.checkpoints.save(position, summary);
    return summary;
  } finally {
    await run.writer.end();
  }
}

/** Network, log and checkpoints of a fold that is ready to be trained. */
interface FoldRun {
  readonly model: Model;
  readonly log: FoldLog;
  readonly writer: EpochWriter;
  readonly checkpoints: FoldCheckpoints;
  /** Position to go on from, if the fold is resumed. */
  readonly from: FitPosition | undefined;
  readonly observe: (pass: PassFacts) => PassObserver;
}

/** Sets the initial weights and opens the log. */
async function prepare(
  fold: Fold,
  { model, checkpoint, context }: {
    readonly model: Model;
    readonly checkpoint: Checkpoint | undefined;
    readonly context: RunContext;
  },
): Promise<FoldRun> {
  const { configuration, results, status, weights, pauses, until } = context;
  const { training } = configuration;
  if (checkpoint?.state) model.setState(checkpoint.state);
  else if (weights) setFirstWeights(model, weights);
  if (checkpoint && checkpoint.position.epoch >= (until ?? Infinity)) {
    pauses.pause();
  }
  if (fold.validation) {
    await readTestSet(
      fold,
      model.eventBinning(lossOf(configuration, "test")),
      pauses,
    );
  }
  pauses.throwIfInterrupted();
  requireTask(model, fold);
  const warning = context.isFirst && !checkpoint
    ? warnOfOutputs(model, fold)
    : undefined;
  if (warning !== undefined) {
    warn(warning);
    status.addAlarm({ fold: fold.number, epoch: 0, warning });
  }
  const firstScales = training.init === "live" && !checkpoint
    ? await startLive(fold, { model, configuration })
    : checkpoint?.position.firstScales;
  const log = await FoldLog.begin(fold.number, {
    model,
    results,
    status,
    chance: chanceOf(fold.train.labels),
    state: checkpoint?.logged && {
      weights: checkpoint.logged,
      batches: checkpoint.position.losses,
    },
  });
  const writer = new EpochWriter(log, results);
  const checkpoints = new FoldCheckpoints({
    fold: fold.number,
    model,
    log,
    writer,
    identity: context.identities.get(fold.number)!,
    context,
  });
  checkpoints.best = checkpoint?.best;
  checkpoints.measures = checkpoint?.position.measures;
  checkpoints.firstScales = firstScales;
  const observe = observePasses(fold.number, {
    layers: model.layers,
    classes: fold.train.classes,
    log,
    status,
  });
  const from = checkpoint?.position;
  return { model, log, writer, checkpoints, from, observe };
}

/** Trains the remaining epochs, and returns the last position. */
async function trainEpochs(
  { number, train, validation, test }: Fold,
  { model, log, writer, checkpoints, from, observe }: FoldRun,
  { random, context: { configuration, ranks, pauses, until } }: {
    readonly random: Random;
    readonly context: RunContext;
  },
): Promise<FitPosition> {
  let position = from;
  const epochs = fit(model, train, {
    ...trainingOf(configuration, random, {
      classes: train.classes,
      fold: number,
      samples: train.size,
    }),
    division: divisionOf(configuration, ranks),
    counts: true,
    validation,
    test: validation ? undefined : test,
    stop: validation && stopOf(configuration),
    from,
    checkpoints: {
      due: (point) => checkpoints.due(point),
      save: async (reached) => {
        position = reached;
        await checkpoints.save(reached);
      },
    },
    observe,
    afterTraining: async (trained) => {
      // A fold resumed in the validation or test of an epoch has its measures
      // from the checkpoint.
      checkpoints.measures ??= await log.measure(trained);
    },
  });
  for await (const epoch of epochs) {
    const metrics = metricsOf(number, epoch, { model, checkpoints });
    if (epoch.best) checkpoints.best = log.state.weights;
    checkpoints.beginEpoch();
    await writer.begin({
      metrics,
      best: epoch.best,
      logged: log.takeEpoch(),
      line: lineOf(number, epoch),
    });
    if (epoch.number + 1 === until) pauses.pause();
  }
  // fit() always saves the last position, so this one is defined.
  return position!;
}

/** Tests the best weights or, without validation, reports the best epoch. */
async function summarise(
  { number, validation, test }: Fold,
  { model, log, checkpoints, observe }: FoldRun,
  { position, context: { configuration, ranks, pauses } }: {
    readonly position: FitPosition;
    readonly context: RunContext;
  },
): Promise<FoldSummary> {
  const best = position.best!;
  const summary = {
    fold: number,
    epochs: position.epoch,
    bestEpoch: best.epoch,
    trainAccuracy: best.trainAccuracy,
  };
  if (!validation) {
    return {
      ...summary,
      valLoss: null,
      valAccuracy: null,
      testLoss: position.lowestLoss!,
      testAccuracy: best.accuracy,
    };
  }
  model.setWeights(checkpoints.best!);
  const tested = await evaluate(model, test, {
    batch: configuration.simulation.nSample,
    ...lossOf(configuration, "test"),
    division: divisionOf(configuration, ranks),
    // Stopping at once is safe: the checkpoint holds all but this test.
    check: () => pauses.throwIfInterrupted(),
    observer: observe({ epoch: best.epoch, use: "test", total: test.size }),
  });
  await log.addTest(tested, best.epoch);
  print(
    `fold ${number}, weights of epoch ${best.epoch}  ${
      inWords("test", tested)
    }`,
  );
  return {
    ...summary,
    valLoss: best.loss,
    valAccuracy: best.accuracy,
    testLoss: tested.loss,
    testAccuracy: tested.accuracy,
  };
}

/** Makes an epoch's row of `metrics.jsonl`. */
function metricsOf(
  fold: number,
  { number, train, validation, test, seconds }: FitEpoch,
  { model, checkpoints: { measures, firstScales } }: Pick<
    FoldRun,
    "model" | "checkpoints"
  >,
): EpochMetrics {
  return {
    fold,
    epoch: number,
    trainLoss: train.loss,
    trainAccuracy: train.accuracy,
    rates: train.rates,
    silent: train.silent,
    saturated: train.saturated,
    ...measures,
    firstScales,
    ...(validation && {
      valLoss: validation.loss,
      valAccuracy: validation.accuracy,
    }),
    ...(test && { testLoss: test.loss, testAccuracy: test.accuracy }),
    seconds,
    ...epochEnergy(model, { validation, test }),
  };
}

function lineOf(
  fold: number,
  { number, train, validation, test }: FitEpoch,
): string {
  return [
    `fold ${fold} epoch ${number}`,
    inWords("train", train),
    ...(validation ? [inWords("val", validation)] : []),
    ...(test ? [inWords("test", test)] : []),
  ].join("  ");
}

function inWords(
  set: string,
  { loss, accuracy }: Pick<PassStatistics, "loss" | "accuracy">,
): string {
  return `${set} loss ${loss.toFixed(3)} accuracy ${
    (accuracy * 100).toFixed(1)
  } %`;
}

/** Reads the test set once, to find unreadable samples early. */
async function readTestSet(
  { number, test }: Fold,
  binning: ReturnType<Model["eventBinning"]>,
  pauses: Pauses,
): Promise<void> {
  using progress = createProgress({
    total: test.size,
    label: `fold ${number} read test`,
  });
  await test.readThrough(binning, (done) => {
    progress.update(done);
    pauses.throwIfInterrupted();
  });
}

function setFirstWeights(model: Model, { path, arrays }: FirstWeights): void {
  try {
    model.setWeights(arrays);
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    const hint = inputOfWeights(model.description, arrays);
    throw new Error(`Cannot start from "${path}": ${cause.message}${hint}`, {
      cause,
    });
  }
}

/** Requires a layer with weights, and an output neuron for every class. */
function requireTask({ layers }: Model, { train }: Fold): void {
  if (layers.every(({ weights }) => weights === undefined)) {
    throw new ShapeError("Cannot train: no layer of the network has weights");
  }
  const { outputs, classes } = taskOf(layers, train);
  if (outputs < classes) {
    throw new ShapeError(
      `Cannot train: the last layer has ${counted(outputs, "output")}, fewer ` +
        `than the ${classes} classes`,
    );
  }
}

/** Warns of output neurons without a class. */
function warnOfOutputs(
  { layers }: Model,
  { train }: Fold,
): string | undefined {
  const { outputs, classes } = taskOf(layers, train);
  const key = layers[layers.length - 1].voters ? "average" : "dense";
  return outputs > classes
    ? `the last layer has ${counted(outputs, "output")}, more than the ` +
      `${classes} classes: no sample is of the others; ${key}: classes has one ` +
      "for each class"
    : undefined;
}

function taskOf(layers: Model["layers"], train: Fold["train"]) {
  return {
    outputs: outputsOf(layers),
    classes: train.classes.length,
  };
}
