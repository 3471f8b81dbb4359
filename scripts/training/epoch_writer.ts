/**
 * Writes metrics, logs and best weights of an epoch while the next one trains.
 *
 * @module
 */

import type { FoldLog, FoldLogState } from "./fold_log.ts";
import { print } from "../command_line/print.ts";
import type { EpochMetrics } from "../run/files.ts";
import type { Results } from "../run/writer.ts";

/** An epoch that has ended and is to be written. */
export interface EndedEpoch {
  /** Its row of `metrics.jsonl`. */
  readonly metrics: EpochMetrics;
  /** Weights and batch losses of the epoch, for TensorBoard. */
  readonly logged: FoldLogState;
  /** Whether its weights are the best of all epochs until then. */
  readonly best: boolean;
  /** Line to print once the epoch is written. */
  readonly line: string;
}

/** Writes the epochs of a fold, one after another. */
export class EpochWriter {
  readonly #log: FoldLog;
  readonly #results: Results;
  #writing: Promise<void> = Promise.resolve();

  /**
   * Makes a writer; no file is written before the first epoch.
   *
   * @param log The fold's log.
   * @param results The run's folder.
   */
  constructor(log: FoldLog, results: Results) {
    this.#log = log;
    this.#results = results;
  }

  /**
   * Starts to write an epoch once all earlier epochs are written.
   *
   * @param ended The epoch.
   * @throws {Error} If an earlier epoch could not be written.
   */
  async begin(ended: EndedEpoch): Promise<void> {
    await this.#writing;
    this.#writing = this.#write(ended);
    // The next begin() or end() reports a failure; without this handler the
    // rejection would end the process at once.
    this.#writing.catch(() => {});
  }

  /**
   * Waits until all epochs are written.
   *
   * @throws {Error} If an epoch could not be written.
   */
  async end(): Promise<void> {
    await this.#writing;
  }

  async #write({ metrics, logged, best, line }: EndedEpoch): Promise<void> {
    const { fold, epoch } = metrics;
    if (best) {
      // First change of the run folder, unless a checkpoint was due earlier.
      // All samples of an epoch have been read by this point.
      await this.#results.begin();
      await this.#results.saveWeights(fold, logged.weights, {
        epoch: String(epoch),
      });
    }
    await this.#log.addEpoch(metrics, logged);
    print(line);
  }
}
