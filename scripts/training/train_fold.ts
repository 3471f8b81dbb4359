/**
 * Training, validation and test of one fold.
 *
 * @module
 */

import { counted } from "../../dataset/files/counted.ts";
import { ShapeError } from "../../engine/device/errors.ts";
import { Model } from "../../engine/model.ts";
import { sizeOf } from "../../engine/network/network.ts";
import { Random } from "../../engine/network/random.ts";
import { describeModel } from "../configuration/model.ts";
import { type Fold, planOfFold, type SampleSet } from "../experiment/folds.ts";
import { FoldRun } from "./fold_trainer.ts";
import { startLive } from "./live_start.ts";
import { chanceOf } from "./alarms.ts";
import { FoldLog } from "./fold_log.ts";
import { makePass, readThrough } from "./pass.ts";
import type { FoldSummary } from "../run/writer.ts";
import type { FirstWeights, RunContext } from "./run_context.ts";

/**
 * Trains a fold, writing its epochs, its best weights and its checkpoints.
 *
 * With a validation set, the best weights are those of lowest validation
 * loss, and they are tested in the end. Without one, every epoch is tested,
 * and the best figures of all epochs are reported. A fold that goes on from a
 * checkpoint ends in the same bits as one that was never stopped.
 *
 * @param fold What to train and test on.
 * @param context What all folds of the run share.
 * @returns What it came to.
 * @throws {DatasetError} If a sample cannot be read; one of the test set is
 * found before training.
 * @throws {ShapeError} If the network does not fit the data or the device.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 * @throws {Interruption} If its user wanted to stop; a checkpoint was written.
 */
export async function trainFold(
  fold: Fold,
  context: RunContext,
): Promise<FoldSummary> {
  const { device, configuration } = context;
  const { training } = configuration;
  const checkpoint = context.checkpoints.get(fold.number);
  if (checkpoint?.position.summary) return checkpoint.position.summary;
  // Meanwhile kernels are compiled; an error is shown before training.
  const reading = fold.validation &&
    readThrough(fold.test, context, `fold ${fold.number} read test`);
  reading?.catch(() => {});
  const first = new Random(training.seed, fold.number);
  using model = await Model.create(
    device,
    describeModel(configuration, fold.train.source, first),
  );
  if (checkpoint?.state) model.setState(checkpoint.state);
  else if (context.weights) setFirstWeights(model, context.weights);
  const random = checkpoint ? new Random(checkpoint.position.random) : first;
  using trainer = await model.compile(planOfFold(fold, configuration, "train"));
  using tester = training.random_crop
    ? await model.compile(planOfFold(fold, configuration, "test"))
    : undefined;
  await reading;
  requireTask(model, fold);
  const firstScales = training.init === "live" && !checkpoint
    ? await startLive(fold, { ...context, model, trainer })
    : undefined;
  const log = await FoldLog.begin(fold.number, {
    ...{ model, ...context },
    chance: chanceOf(labelsOf(fold.train)),
    state: checkpoint?.logged && {
      ...{ weights: checkpoint.logged, batches: checkpoint.position.losses },
    },
  });
  const run = new FoldRun(fold, {
    ...{ model, random, log, context, firstScales },
    pass: makePass(model, {
      ...{ trainer, tester: tester ?? trainer, random, log, ...context },
      fold: fold.number,
    }),
    identity: context.identities.get(fold.number)!,
  });
  if (checkpoint) run.goOn(checkpoint);
  return await run.finish();
}

function labelsOf({ source, indices }: SampleSet): number[] {
  return indices.map((index) => source.labels[index]);
}

function setFirstWeights(model: Model, { path, arrays }: FirstWeights): void {
  try {
    model.setWeights(arrays);
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    throw new Error(`Cannot start from "${path}": ${cause.message}`, { cause });
  }
}

/** Lets there be something to learn, and an output for every class. */
function requireTask({ layers }: Model, { train }: Fold): void {
  if (layers.every(({ kind }) => kind === "pool")) {
    throw new ShapeError("Cannot train: no layer of the network has weights");
  }
  const outputs = sizeOf(layers[layers.length - 1].output);
  const classes = train.source.classes.length;
  if (outputs < classes) {
    throw new ShapeError(
      `Cannot train: the last layer has ${counted(outputs, "output")}, fewer ` +
        "than the " +
        `${classes} classes`,
    );
  }
}
