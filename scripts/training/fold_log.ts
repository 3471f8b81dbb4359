/**
 * The log of a fold in training: metrics, TensorBoard events and warnings.
 *
 * @module
 */

import { join } from "node:path";
import type { PassStatistics } from "../../engine/training/pass.ts";
import type { Model } from "../../engine/model.ts";
import type { StepRecord } from "../../engine/plan/steps/step_results.ts";
import { warn } from "../command_line/print.ts";
import {
  type Arrays,
  type BatchLoss,
  type EpochMeasures,
  type EpochMetrics,
  LOGS_FOLDER,
} from "../run/files.ts";
import type { Results } from "../run/writer.ts";
import { Alarms, findNonFinite } from "./warnings/alarms.ts";
import { eventsOf, testValues } from "./epoch_scalars.ts";
import { EventFile } from "../run/tensorboard/event_file.ts";
import { normsOf } from "./norms.ts";
import type { RunStatus } from "../run/status.ts";

/** Loss, accuracy and activity of an epoch's training pass. */
type TrainingStatistics = Pick<
  PassStatistics,
  "loss" | "accuracy" | "samples" | "rates" | "silent" | "saturated"
>;

/** An epoch whose last training step has been submitted to the device. */
export interface TrainedEpoch {
  /** Epoch, counted from 0. */
  readonly epoch: number;
  /** Statistics of its training pass, or a promise of them. */
  readonly train: TrainingStatistics | Promise<TrainingStatistics>;
  /** Its learning rate. */
  readonly lr: number;
}

/** Weights and batch losses of an epoch that is not yet written. */
export interface FoldLogState {
  /** Weights at the start of the epoch; after `measure()`, at its end. */
  readonly weights: Arrays;
  /** Loss of each training step that has been done. */
  readonly batches: readonly BatchLoss[];
}

/** Network to log, and destinations of the log. */
interface FoldLogContext {
  readonly model: Model;
  readonly results: Results;
  readonly status: RunStatus;
  /** Accuracy of always predicting the most frequent class. */
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
  readonly #alarms: Alarms;
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
    this.#alarms = new Alarms({
      layerwise: model.isLayerwise,
      layers: Object.fromEntries(
        model.layers.map(({ name, neuron: { kind }, weightStep }) => [name, {
          kind,
          normalised: Object.keys(weights).some((array) =>
            array.startsWith(`${name}.norm.`)
          ),
          quantized: weightStep !== undefined,
        }]),
      ),
    });
    this.#weights = weights;
    this.#batches = [...batches];
  }

  /**
   * Opens the log of a fold, without writing to it.
   *
   * @param fold Fold, counted from 1.
   * @param context Network, run folder, status for warnings, chance accuracy
   * and, in a resumed fold, the state of the log in the checkpoint. Without it,
   * the log starts from the network's current weights.
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

  /** State of the log, for a checkpoint. */
  get state(): FoldLogState {
    return { weights: this.#weights, batches: [...this.#batches] };
  }

  /**
   * Adds the losses of training steps; they are written with their epoch.
   *
   * @param records Results of the steps, in order.
   */
  addBatches(records: readonly StepRecord[]): void {
    const time = Date.now() / 1000;
    for (const { losses } of records) {
      const sum = losses.reduce((sum, loss) => sum + loss, 0);
      this.#batches.push({ time, loss: sum / losses.length });
    }
  }

  /**
   * Measures the norms of gradients and weight changes of an epoch, and warns
   * of silent, saturated and exploding layers.
   *
   * @param trained The epoch.
   * @returns Learning rate and norms, for the epoch's row of `metrics.jsonl`.
   * @throws {Error} If loss, gradients or weights are not finite; nothing of
   * this epoch is written then.
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
      gradientNorms,
      updateNorms,
      weightNorms,
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
   * Ends an epoch that was measured; training steps added after this call
   * belong to the next epoch.
   *
   * @returns Weights and batch losses of the epoch, to be written.
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
   * @param state Its weights and batch losses.
   * @throws {Error} If a file cannot be written.
   */
  async addEpoch(metrics: EpochMetrics, state: FoldLogState): Promise<void> {
    await this.#results.addEpoch(metrics);
    if (!this.#results.writes) return;
    await this.#file.append(eventsOf(metrics, {
      ...state,
      layers: this.#model.layers.map(({ name }) => name),
      time: Date.now() / 1000,
    }));
  }

  /**
   * Writes loss and accuracy of the test of the best weights.
   *
   * @param test Statistics of the test pass.
   * @param epoch Epoch at whose end the network had these weights.
   * @throws {Error} If the file cannot be written.
   */
  async addTest(
    { loss, accuracy }: PassStatistics,
    epoch: number,
  ): Promise<void> {
    if (!this.#results.writes) return;
    const values = testValues({ testLoss: loss, testAccuracy: accuracy });
    const time = Date.now() / 1000;
    await this.#file.append(
      values.map((value) => ({ time, step: epoch, ...value })),
    );
  }
}
