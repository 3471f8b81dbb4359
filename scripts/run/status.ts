/**
 * Where a run is, for whoever follows it from outside: `status.json`.
 *
 * @module
 */

import type { AdapterDescription } from "../../engine/device/device.ts";
import type { StepRecord } from "../../engine/plan/step_results.ts";
import { type RunSummary, STATUS_FILE } from "./files.ts";
import { saveFiles } from "../files/atomic_write.ts";

/** What stays the same while a run goes on. */
export interface RunFacts {
  /** The program that runs. */
  readonly program: RunSummary["program"];
  readonly adapter: AdapterDescription;
  /** The folds it runs, counted from 1. */
  readonly folds: readonly number[];
  /** Epochs of each, at most. */
  readonly epochs: number;
  /** The command that goes on with it, once it was stopped. */
  readonly resume: string;
}

/** A pass over some samples: which. */
export interface PassFacts {
  /** Fold, counted from 1. */
  readonly fold: number;
  /** Epoch, counted from 0. */
  readonly epoch: number;
  /** What the samples are for. */
  readonly set: "training" | "validation" | "test";
  /** How many there are. */
  readonly total: number;
}

/** How far a pass is. */
export interface PassMeasures {
  /** Samples done. */
  readonly samples: number;
  /** Loss per sample. */
  readonly loss: number;
  /** Fraction of right predictions. */
  readonly accuracy: number;
  readonly samplesPerSecond: number;
  /** Fraction of the time in which the device was waited for. */
  readonly deviceShare: number;
  /** Fraction of the time in which samples were waited for. */
  readonly dataShare: number;
}

/** Which classes a fold's network took for which in the last whole pass. */
export interface FoldConfusion extends Omit<PassFacts, "total"> {
  /** Class, predicted class, and how many samples; zeros are left out. */
  readonly counts: readonly (readonly [number, number, number])[];
}

/** A warning that training gave. */
export interface RunAlarm {
  /** Fold, counted from 1. */
  readonly fold: number;
  /** Epoch, counted from 0. */
  readonly epoch: number;
  /** What is wrong, and what to change. */
  readonly warning: string;
}

/** What `status.json` holds. */
export interface RunState extends RunFacts {
  readonly state: "training" | "ended" | "stopped" | "failed";
  /** What it failed of. */
  readonly problem?: string;
  /** When this was written, in ms since 1970. */
  readonly time: number;
  /** Time that the run has taken so far, in s. */
  readonly seconds: number;
  /**
   * Whether all else in the folder is of this run; until its first epoch has
   * ended, what an earlier one left stays there.
   */
  readonly begun: boolean;
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** Names of the layers. */
  readonly layers: readonly string[];
  /** The pass under way, or the last one. */
  readonly pass: PassFacts & PassMeasures;
  /** One entry a fold. */
  readonly confusions: readonly FoldConfusion[];
  readonly alarms: readonly RunAlarm[];
}

/** A run folder while a run fills it. */
interface RunInProgress {
  readonly folder: string;
  /** Whether all else in the folder is of this run. */
  readonly begun: boolean;
}

/** Time between two writes, at least, in ms. */
const PACE = 1000;

/**
 * Keeps the file up to date, about once a second, while nobody waits for it.
 *
 * It is no result: where it cannot be written the run goes on without it.
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
   * @param facts What stays the same.
   * @param elapsed Tells the time that the run has taken so far, in s.
   */
  constructor(results: RunInProgress, facts: RunFacts, elapsed: () => number) {
    this.#results = results;
    this.#facts = facts;
    this.#elapsed = elapsed;
  }

  /**
   * Notes a warning.
   *
   * @param alarm The warning; it may be given again by a fold that went back.
   */
  addAlarm(alarm: RunAlarm): void {
    const { fold, warning } = alarm;
    const given = this.#alarms.some((other) =>
      other.fold === fold && other.warning === warning
    );
    if (!given) this.#alarms.push(alarm);
  }

  /** Forgets the samples of a pass that came to no end. */
  beginPass(): void {
    this.#counts.clear();
  }

  /**
   * Notes what a pass has done since it was told of last.
   *
   * @param records Its steps.
   * @param now The pass, how far it is, and what classes and layers are called.
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
   * Writes how the run came to its end, unless it did before its first step.
   *
   * @param state How.
   * @param problem What it failed of.
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
    if (this.#writing || !this.#now) return;
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
