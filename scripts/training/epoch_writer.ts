/**
 * Writing what epochs came to, while the next ones train.
 *
 * @module
 */

import type { FoldLog, FoldLogState } from "./fold_log.ts";
import { print } from "../command_line/print.ts";
import type { EpochMetrics } from "../run/files.ts";
import type { Results } from "../run/writer.ts";

/** An epoch that has ended. */
export interface EndedEpoch {
  /** Its row of `metrics.jsonl`. */
  readonly metrics: EpochMetrics;
  /** What else is logged of it. */
  readonly logged: FoldLogState;
  /** Whether its weights are the best so far. */
  readonly best: boolean;
  /** What is said of it once it is written. */
  readonly line: string;
}

/** Writes the epochs of a fold, one after another. */
export class EpochWriter {
  readonly #log: FoldLog;
  readonly #results: Results;
  #writing: Promise<void> = Promise.resolve();

  /**
   * Has nothing to write yet.
   *
   * @param log The fold's log.
   * @param results The run's folder.
   */
  constructor(log: FoldLog, results: Results) {
    this.#log = log;
    this.#results = results;
  }

  /**
   * Begins to write an epoch once all earlier ones are written.
   *
   * @param ended The epoch.
   * @throws {Error} If an earlier one could not be written.
   */
  async begin(ended: EndedEpoch): Promise<void> {
    await this.#writing;
    this.#writing = this.#write(ended);
    // A failure surfaces where the end is waited for.
    this.#writing.catch(() => {});
  }

  /**
   * Waits until all epochs are written.
   *
   * @throws {Error} If one could not be.
   */
  async end(): Promise<void> {
    await this.#writing;
  }

  async #write({ metrics, logged, best, line }: EndedEpoch): Promise<void> {
    const { fold, epoch } = metrics;
    if (best) {
      // The first to write, unless a checkpoint was due before: once every
      // sample of an epoch could be read.
      await this.#results.begin();
      await this.#results.saveWeights(fold, logged.weights, {
        epoch: String(epoch),
      });
    }
    await this.#log.addEpoch(metrics, logged);
    print(line);
  }
}
