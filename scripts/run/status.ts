/**
 * Writes `status.json`, the progress of a run for programs that follow it.
 *
 * @module
 */

import type { AdapterDescription } from "../../engine/device/device.ts";
import type { StepRecord } from "../../engine/plan/steps/step_results.ts";
import { type RunSummary, STATUS_FILE } from "./files.ts";
import { saveFiles } from "../files/atomic_write.ts";

/** Facts about a run that do not change while it trains. */
export interface RunFacts {
  /** The program that runs. */
  readonly program: RunSummary["program"];
  readonly adapter: AdapterDescription;
  /** The folds to train, counted from 1. */
  readonly folds: readonly number[];
  /** Largest number of epochs of a fold. */
  readonly epochs: number;
  /** The command that resumes the run once it has stopped. */
  readonly resume: string;
}

/** Identifies a pass over a set of samples. */
export interface PassFacts {
  /** Fold, counted from 1. */
  readonly fold: number;
  /** Epoch, counted from 0. */
  readonly epoch: number;
  /** The set of samples. */
  readonly set: "training" | "validation" | "test";
  /** Number of samples in the set. */
  readonly total: number;
}

/** Progress and speed of a pass. */
export interface PassMeasures {
  /** Number of samples done. */
  readonly samples: number;
  /** Mean loss of those samples. */
  readonly loss: number;
  /** Fraction of those samples that were predicted right. */
  readonly accuracy: number;
  readonly samplesPerSecond: number;
  /** Fraction of the time spent waiting for the device. */
  readonly deviceShare: number;
  /** Fraction of the time spent waiting for samples. */
  readonly dataShare: number;
}

/** Confusion matrix of a fold's last complete validation or test. */
export interface FoldConfusion extends Omit<PassFacts, "total"> {
  /**
   * Class, predicted class and number of samples of each cell that is not 0.
   */
  readonly counts: readonly (readonly [number, number, number])[];
}

/** A warning that training raised. */
export interface RunAlarm {
  /** Fold, counted from 1. */
  readonly fold: number;
  /** Epoch, counted from 0. */
  readonly epoch: number;
  /** The problem and its remedy, such as a setting to change. */
  readonly warning: string;
}

/** Content of `status.json`. */
export interface RunState extends RunFacts {
  readonly state: "training" | "ended" | "stopped" | "failed";
  /** Reason why the run failed, if it did. */
  readonly problem?: string;
  /** Time of writing, in ms since 1970. */
  readonly time: number;
  /** Duration of the run, in s. */
  readonly seconds: number;
  /**
   * Whether all other files in the folder are of this run. Files of an earlier
   * run may remain until the first epoch has ended.
   */
  readonly begun: boolean;
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** Names of the layers. */
  readonly layers: readonly string[];
  /** The current pass, or the last one. */
  readonly pass: PassFacts & PassMeasures;
  /** One entry per fold. */
  readonly confusions: readonly FoldConfusion[];
  readonly alarms: readonly RunAlarm[];
}

/** A run folder that a run writes to. */
interface RunInProgress {
  readonly folder: string;
  /** Whether all other files in it are of this run. */
  readonly begun: boolean;
  /** Whether this process writes to it. */
  readonly writes: boolean;
}

/** Shortest interval between writes, in ms. */
const PACE = 1000;

/**
 * Keeps `status.json` up to date, about once a second, without delaying
 * training.
 *
 * The file is not a result: if it cannot be written, training goes on.
 */
export class RunStatus {
  readonly #results: RunInProgress;
  readonly #facts: RunFacts;
  readonly #elapsed: () => number;
  readonly #alarms: RunAlarm[] = [];
  readonly #confusions = new Map<number, FoldConfusion>();
  #now: Pick<RunState, "classes" | "layers" | "pass"> | undefined;
  #counts = new Map<string, [number, number, number]>();
  #writing: Promise<void> | undefined;
  #written = -Infinity;

  /**
   * Writes nothing yet.
   *
   * @param results The run's folder.
   * @param facts Facts that do not change.
   * @param elapsed Returns the time that the run has taken, in s.
   */
  constructor(results: RunInProgress, facts: RunFacts, elapsed: () => number) {
    this.#results = results;
    this.#facts = facts;
    this.#elapsed = elapsed;
  }

  /**
   * Adds a warning.
   *
   * @param alarm The warning; one that a fold repeats is added once.
   */
  addAlarm(alarm: RunAlarm): void {
    const { fold, warning } = alarm;
    const isKnown = this.#alarms.some((other) =>
      other.fold === fold && other.warning === warning
    );
    if (!isKnown) this.#alarms.push(alarm);
  }

  /** Discards the predictions of a pass that was not completed. */
  beginPass(): void {
    this.#counts.clear();
  }

  /**
   * Adds the batches that a pass has finished since the last call.
   *
   * @param records Results of those batches.
   * @param now The pass, its progress, and the names of classes and layers.
   */
  addRecords(
    records: readonly StepRecord[],
    now: Pick<RunState, "classes" | "layers" | "pass">,
  ): void {
    this.#now = now;
    const { samples, total, ...pass } = now.pass;
    if (pass.set !== "training") {
      this.#count(records);
      if (samples === total) {
        const { fold, epoch, set } = pass;
        const counts = [...this.#counts.values()];
        this.#confusions.set(fold, { fold, epoch, set, counts });
      }
    }
    if (performance.now() - this.#written >= PACE) this.#write("training");
  }

  /**
   * Writes how the run ended, unless it ended before its first batch.
   *
   * @param state How the run ended.
   * @param problem Why it failed.
   */
  async end(
    state: Exclude<RunState["state"], "training">,
    problem?: string,
  ): Promise<void> {
    await this.#writing;
    this.#write(state, problem);
    await this.#writing;
  }

  #count(records: readonly StepRecord[]): void {
    for (const { labels, predictions } of records) {
      labels.forEach((label, n) => {
        const key = `${label} ${predictions[n]}`;
        const cell = this.#counts.get(key) ?? [label, predictions[n], 0];
        cell[2]++;
        this.#counts.set(key, cell);
      });
    }
  }

  #write(state: RunState["state"], problem?: string): void {
    if (this.#writing || !this.#now || !this.#results.writes) return;
    this.#written = performance.now();
    const content: RunState = {
      state,
      problem,
      ...this.#facts,
      time: Date.now(),
      seconds: this.#elapsed(),
      begun: this.#results.begun,
      ...this.#now,
      alarms: this.#alarms,
      confusions: [...this.#confusions.values()],
    };
    const text = `${JSON.stringify(content)}\n`;
    this.#writing = saveFiles(this.#results.folder, { [STATUS_FILE]: text })
      .then(() => {}, () => {})
      .finally(() => this.#writing = undefined);
  }
}
