/**
 * What is logged of a fold while it trains, and what it is warned of.
 *
 * @module
 */

import { join } from "node:path";
import type { PassStatistics } from "../../engine/training/pass.ts";
import type { Model } from "../../engine/model.ts";
import type { StepRecord } from "../../engine/plan/step_results.ts";
import { warn } from "../command_line/print.ts";
import {
  type Arrays,
  type BatchLoss,
  type EpochMeasures,
  type EpochMetrics,
  LOGS_FOLDER,
} from "../run/files.ts";
import type { Results } from "../run/writer.ts";
import { Alarms, findNonFinite } from "./alarms.ts";
import { eventsOf, testValues } from "./epoch_scalars.ts";
import { EventFile } from "../run/tensorboard/event_file.ts";
import { normsOf } from "./norms.ts";
import type { RunStatus } from "../run/status.ts";

/** What an epoch came to. */
type Came = Pick<
  PassStatistics,
  "loss" | "accuracy" | "samples" | "rates" | "silent" | "saturated"
>;

/** An epoch of training, once its last step is submitted. */
export interface TrainedEpoch {
  /** Epoch, counted from 0. */
  readonly epoch: number;
  /** What it came to, as soon as it is known. */
  readonly train: Came | Promise<Came>;
  /** Its learning rate. */
  readonly lr: number;
}

/** What of an epoch is known before it is written. */
export interface FoldLogState {
  /** Weights when the epoch began, or once it was measured. */
  readonly weights: Arrays;
  /** Its training steps so far. */
  readonly batches: readonly BatchLoss[];
}

/** What a log is of, and where it goes. */
interface FoldLogContext {
  readonly model: Model;
  readonly results: Results;
  readonly status: RunStatus;
  /** Training accuracy that needs no learning. */
  readonly chance: number;
}

/** The log of a fold: `logs/foldN` in the run's folder, and `metrics.jsonl`. */
export class FoldLog {
  readonly #fold: number;
  readonly #model: Model;
  readonly #results: Results;
  readonly #status: RunStatus;
  readonly #chance: number;
  readonly #file: EventFile;
  readonly #alarms = new Alarms();
  #weights: Arrays;
  #batches: BatchLoss[] = [];

  private constructor(
    fold: number,
    { model, results, status, chance }: FoldLogContext,
    { weights, batches }: FoldLogState,
  ) {
    this.#fold = fold;
    this.#model = model;
    this.#results = results;
    this.#status = status;
    this.#chance = chance;
    this.#file = new EventFile(join(results.folder, LOGS_FOLDER), fold);
    this.#weights = weights;
    this.#batches = [...batches];
  }

  /**
   * Begins to log, and writes nothing yet.
   *
   * @param fold Fold, counted from 1.
   * @param context Its network, the run's folder, who is told of warnings, the
   * accuracy of a guess, and where another log stopped; without the last, the
   * network has the weights it starts from.
   * @returns The log.
   * @throws {DeviceError} If the device was lost.
   */
  static async begin(
    fold: number,
    { state, ...context }: FoldLogContext & { readonly state?: FoldLogState },
  ): Promise<FoldLog> {
    const weights = state?.weights ?? await context.model.weights();
    return new FoldLog(fold, context, { batches: [], ...state, weights });
  }

  /** Where it stands, to go on from. */
  get state(): FoldLogState {
    return { weights: this.#weights, batches: [...this.#batches] };
  }

  /**
   * Notes training steps; they are written with their epoch.
   *
   * @param records The steps, in order.
   */
  addBatches(records: readonly StepRecord[]): void {
    const time = Date.now() / 1000;
    for (const { losses } of records) {
      const sum = losses.reduce((sum, loss) => sum + loss, 0);
      this.#batches.push({ time, loss: sum / losses.length });
    }
  }

  /**
   * Measures what training did to the network, and warns of what is wrong.
   *
   * @param trained The epoch.
   * @returns What its row of `metrics.jsonl` says of it.
   * @throws {Error} If loss, gradients or weights are not finite; nothing was
   * written of this epoch then.
   * @throws {DeviceError} If the device was lost.
   */
  async measure(trained: TrainedEpoch): Promise<EpochMeasures> {
    const { epoch, lr } = trained;
    const [train, weights, gradients] = await Promise.all([
      trained.train,
      this.#model.weights(),
      this.#model.gradients(),
    ]);
    const gradientNorms = normsOf(gradients);
    const updateNorms = normsOf(weights, this.#weights);
    const byLayer = (numbers: readonly number[] = []) =>
      Object.fromEntries(
        numbers.map((value, index) => [this.#model.layers[index].name, value]),
      );
    const weightNorms = normsOf(this.#weights);
    const state = {
      loss: train.loss,
      accuracy: train.accuracy,
      samples: train.samples,
      chance: this.#chance,
      rates: byLayer(train.rates),
      silent: byLayer(train.silent),
      saturated: byLayer(train.saturated),
      ...{ gradientNorms, updateNorms, weightNorms },
    };
    const problem = findNonFinite(state);
    if (problem !== undefined) {
      const kept = epoch === 0 ? "" : ", the best weights so far are kept";
      throw new Error(
        `Cannot train fold ${this.#fold} past epoch ${epoch}: ${problem}; ` +
          `lower training.lr, which is ${lr}${kept}`,
      );
    }
    for (const warning of this.#alarms.check(state)) {
      warn(`fold ${this.#fold} epoch ${epoch}, ${warning}`);
      this.#status.addAlarm({ fold: this.#fold, epoch, warning });
    }
    this.#weights = weights;
    return { lr, gradientNorms, updateNorms };
  }

  /**
   * Ends an epoch that was measured; steps noted from now on are of the next.
   *
   * @returns What of it is to be written.
   */
  takeEpoch(): FoldLogState {
    const state = { weights: this.#weights, batches: this.#batches };
    this.#batches = [];
    return state;
  }

  /**
   * Writes an epoch.
   *
   * @param metrics Its row of `metrics.jsonl`.
   * @param state What else is known of it.
   * @throws {Error} If a file cannot be written.
   */
  async addEpoch(metrics: EpochMetrics, state: FoldLogState): Promise<void> {
    await this.#results.addEpoch(metrics);
    await this.#file.append(eventsOf(metrics, {
      ...state,
      layers: this.#model.layers.map(({ name }) => name),
      time: Date.now() / 1000,
    }));
  }

  /**
   * Writes what the test of the best weights came to.
   *
   * @param test The test.
   * @param epoch The epoch that the weights are of.
   * @throws {Error} If the file cannot be written.
   */
  async addTest(
    { loss, accuracy }: PassStatistics,
    epoch: number,
  ): Promise<void> {
    const values = testValues({ testLoss: loss, testAccuracy: accuracy });
    const time = Date.now() / 1000;
    await this.#file.append(
      values.map((value) => ({ time, step: epoch, ...value })),
    );
  }
}
