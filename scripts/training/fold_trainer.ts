/**
 * A fold while it is trained: epoch by epoch, from checkpoint to checkpoint.
 *
 * @module
 */

import type { EpochPause, EpochStatistics } from "../../engine/epoch.ts";
import type { Model } from "../../engine/model.ts";
import type { Random } from "../../engine/network/random.ts";
import {
  type Checkpoint,
  type FoldPosition,
  formatCheckpoint,
} from "../run/checkpoint.ts";
import { EpochWriter } from "./epoch_writer.ts";
import type { Fold } from "../experiment/folds.ts";
import type { EpochMeasures, FoldLog } from "./fold_log.ts";
import type { LayerNumbers } from "./norms.ts";
import type { Pass } from "./pass.ts";
import { Interruption } from "./interruption.ts";
import type { FoldSummary } from "../run/writer.ts";
import type { RunContext } from "./run_context.ts";
import type { RunIdentity } from "../run/identity.ts";
import { learningRate } from "../configuration/learning_rate.ts";

/** When training stops although epochs are left. */
const STOP = { epoch: 200, patience: 100, trainAccuracy: 0.8 };

/** What a fold is trained with. */
export interface FoldParts {
  readonly model: Model;
  readonly random: Random;
  readonly log: FoldLog;
  readonly pass: Pass;
  readonly identity: RunIdentity;
  readonly context: RunContext;
  /** What its first weights were scaled by, if they were. */
  readonly firstScales?: LayerNumbers;
}

/** An epoch of training, done and measured. */
interface Trained {
  readonly train: EpochStatistics;
  readonly measures: EpochMeasures;
}

/** A fold under way. */
export class FoldRun {
  readonly #fold: Fold;
  readonly #parts: FoldParts;
  readonly #writer: EpochWriter;
  #position: FoldPosition;
  #bestWeights: Checkpoint["best"];

  /**
   * Stands at the first batch of the first epoch.
   *
   * @param fold What to train and test on.
   * @param parts What it is trained with.
   */
  constructor(fold: Fold, parts: FoldParts) {
    this.#fold = fold;
    this.#parts = parts;
    this.#writer = new EpochWriter(parts.log, parts.context.results);
    const { state: random } = parts.random;
    const { firstScales, context: { elapsed } } = parts;
    const start = { epoch: 0, batches: 0, losses: [], random, trained: false };
    this.#position = { ...start, firstScales, seconds: elapsed() };
  }

  /**
   * Takes up where another stopped; network, log and generator are there by
   * now.
   *
   * @param checkpoint What the other has left.
   */
  goOn({ position, best }: Checkpoint): void {
    this.#position = position;
    this.#bestWeights = best;
  }

  /**
   * Trains the epochs that are left, and tests.
   *
   * @returns What the fold came to.
   * @throws {Interruption} If its user wanted to stop; a checkpoint was written.
   */
  async finish(): Promise<FoldSummary> {
    const { results } = this.#parts.context;
    try {
      // Where another stopped they are in the checkpoint, but maybe not beside
      // it.
      if (this.#bestWeights) {
        const { epoch } = this.#position.best!;
        await results.saveWeights(this.#fold.number, this.#bestWeights, {
          epoch: String(epoch),
        });
      }
      while (!this.#position.trained) await this.#epoch();
      const summary = await this.#summarise();
      this.#position = { ...this.#position, summary };
      await this.#save();
      return summary;
    } finally {
      await this.#writer.end();
    }
  }

  async #epoch(): Promise<void> {
    const { log, context: { pauses } } = this.#parts;
    const { validation, ...fold } = this.#fold;
    const { epoch, firstScales } = this.#position;
    const start = performance.now();
    const name = `fold ${fold.number} epoch ${epoch}`;
    const { measured } = await this.#train(name);
    if (pauses.due) {
      await measured;
      await this.#save();
    }
    // It changes nothing of what is measured, so neither waits for the other.
    const validated = this.#validate(name, measured);
    await Promise.allSettled([measured, validated]);
    const [{ train, measures }, other] = [await measured, await validated];
    const set = validation ? "val" : "test";
    await this.#writer.begin({
      best: this.#keepBest(train, other),
      logged: log.takeEpoch(),
      line: `${name}  ${words("train", train)}  ${words(set, other)}`,
      metrics: {
        ...{ fold: fold.number, epoch },
        trainLoss: train.loss,
        trainAccuracy: train.accuracy,
        ...{ rates: train.rates, silent: train.silent },
        ...{ saturated: train.saturated, ...measures, firstScales },
        ...(validation
          ? { valLoss: other.loss, valAccuracy: other.accuracy }
          : { testLoss: other.loss, testAccuracy: other.accuracy }),
        seconds: (performance.now() - start) / 1000,
      },
    });
    this.#advance(train);
    if (this.#position.trained || pauses.afterEpoch()) await this.#save();
  }

  /** Trains on the batches of an epoch that are left. */
  async #train(name: string): Promise<{ readonly measured: Promise<Trained> }> {
    const { log, pass, context: { configuration } } = this.#parts;
    const { training, simulation } = configuration;
    const { epoch, batches, sums } = this.#position;
    const lr = learningRate(epoch, training);
    const { indices } = this.#fold.train;
    const all = Math.ceil(indices.length / simulation.nSample);
    const { settled } = await pass(this.#fold.train, {
      ...{ label: `${name} train`, lr, skip: batches, from: sums },
      ...{ epoch, use: "training" },
      pause: this.#whileTraining(all),
    });
    const measure = async (): Promise<Trained> => {
      const measures = this.#position.measures ??
        await log.measure({ epoch, train: settled, lr });
      const train = await settled;
      this.#position = {
        ...{ ...this.#position, batches: all, sums: train.sums, measures },
      };
      return { train, measures };
    };
    return { measured: measure() };
  }

  /** Runs over the samples that weights are chosen by. */
  async #validate(
    name: string,
    measured: Promise<Trained>,
  ): Promise<EpochStatistics> {
    const { validation, test } = this.#fold;
    const { settled } = await this.#parts.pass(validation ?? test, {
      label: `${name} ${validation ? "validate" : "test"}`,
      epoch: this.#position.epoch,
      use: validation ? "validation" : "test",
      pause: this.#onInterruption(async () => {
        await measured;
        await this.#save();
      }),
    });
    return await settled;
  }

  /**
   * Keeps the weights in mind if they are better than those of earlier epochs.
   *
   * @returns Whether they are.
   */
  #keepBest(
    train: EpochStatistics,
    { loss, accuracy }: EpochStatistics,
  ): boolean {
    const { validation } = this.#fold;
    const { epoch, best, lowestLoss = Infinity } = this.#position;
    this.#position = {
      ...this.#position,
      lowestLoss: Math.min(lowestLoss, loss),
    };
    if (best && !(validation ? loss < best.loss : accuracy > best.accuracy)) {
      return false;
    }
    this.#bestWeights = this.#parts.log.state.weights;
    const trainAccuracy = train.accuracy;
    this.#position = {
      ...this.#position,
      best: { epoch, trainAccuracy, loss, accuracy },
    };
    return true;
  }

  /** Goes to the start of the next epoch, if there is one. */
  #advance({ accuracy }: EpochStatistics): void {
    const { random, context: { configuration } } = this.#parts;
    const {
      epoch,
      sums: _sums,
      measures: _measures,
      firstScales: _scales,
      ...position
    } = this.#position;
    const enough = this.#fold.validation !== undefined &&
      epoch >= STOP.epoch && epoch - position.best!.epoch >= STOP.patience &&
      accuracy >= STOP.trainAccuracy;
    this.#position = {
      ...{ ...position, epoch: epoch + 1, batches: 0, random: random.state },
      trained: enough || epoch + 1 >= configuration.training.epochs,
    };
  }

  async #summarise(): Promise<FoldSummary> {
    const { model, log, pass } = this.#parts;
    const { number, validation, test } = this.#fold;
    const { epoch: epochs, best, lowestLoss } = this.#position;
    const { epoch, trainAccuracy, loss, accuracy } = best!;
    const fold = { fold: number, epochs, bestEpoch: epoch, trainAccuracy };
    if (!validation) {
      return {
        ...{ ...fold, valLoss: null, valAccuracy: null },
        ...{ testLoss: lowestLoss!, testAccuracy: accuracy },
      };
    }
    model.setWeights(this.#bestWeights!);
    const { settled } = await pass(test, {
      label: `fold ${number} test`,
      ...{ epoch, use: "test" },
      // All but this test is in the checkpoint already.
      pause: this.#onInterruption(() => Promise.resolve()),
    });
    const tested = await settled;
    await log.addTest(tested, epoch);
    console.log(
      `fold ${number}, weights of epoch ${epoch}  ${words("test", tested)}`,
    );
    return {
      ...{ ...fold, valLoss: loss, valAccuracy: accuracy },
      ...{ testLoss: tested.loss, testAccuracy: tested.accuracy },
    };
  }

  #whileTraining(all: number): EpochPause {
    const { pauses } = this.#parts.context;
    let { batches } = this.#position;
    return {
      due: () => {
        batches++;
        pauses.addBatch();
        // Behind the last batch, its gradients are measured first.
        return pauses.due && batches < all;
      },
      keep: async ({ sums }) => {
        this.#position = { ...this.#position, batches, sums };
        await this.#save();
      },
    };
  }

  #onInterruption(save: () => Promise<void>): EpochPause {
    const { pauses } = this.#parts.context;
    return {
      due: () => pauses.interrupted,
      async keep() {
        await save();
        throw new Interruption("Stopped");
      },
    };
  }

  /** Writes a checkpoint, and stops if that was what it was for. */
  async #save(): Promise<void> {
    const { model, log, identity, context } = this.#parts;
    const { results, pauses, elapsed } = context;
    const start = performance.now();
    const done = this.#position.summary !== undefined;
    const { weights: logged, batches: losses } = log.state;
    const moved = { losses, seconds: elapsed() };
    const position = { ...this.#position, ...moved };
    const { name: adapter } = context.device.adapter;
    const [state] = await Promise.all([
      done ? undefined : model.state(),
      this.#writer.end(),
    ]);
    const checkpoint = state === undefined ? { adapter, position } : {
      ...{ adapter, position, best: this.#bestWeights, logged, state },
    };
    await results.saveCheckpoint(
      this.#fold.number,
      formatCheckpoint(checkpoint, identity),
    );
    pauses.saved(start);
    if (pauses.interrupted) throw new Interruption("Stopped");
  }
}

function words(set: string, { loss, accuracy }: EpochStatistics): string {
  return `${set} loss ${loss.toFixed(3)} accuracy ${
    (accuracy * 100).toFixed(1)
  } %`;
}
