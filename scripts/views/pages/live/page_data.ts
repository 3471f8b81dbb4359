/**
 * Data of the live page, in parts that are sent when they change.
 *
 * @module
 */

import type { ChartSpec } from "../../charts/spec.ts";
import type { Table } from "../report/results_table.ts";
import type { PassFacts, PassMeasures, RunAlarm } from "../../../run/status.ts";

/** State of the run. */
export interface RunPart {
  /** The run folder. */
  readonly folder: string;
  readonly state:
    | "waiting"
    | "training"
    | "ended"
    | "stopped"
    | "failed"
    | "unknown";
  /** Time of the latest change of its files, in ms since 1970. */
  readonly changed: number;
  /** Reason why it failed. */
  readonly problem?: string;
  /** The command that resumes it. */
  readonly resume?: string;
  /** Program, adapter and duration, as texts. */
  readonly facts: readonly string[];
  /** Its folds. */
  readonly folds: readonly number[];
  /** Files of the folder that cannot be read, and why. */
  readonly problems: readonly string[];
}

/** Progress of the run. */
export interface ProgressPart extends PassFacts, PassMeasures {
  /** Largest number of epochs of the fold. */
  readonly epochs: number;
  /** Number of folds. */
  readonly folds: number;
}

/** A result, as texts. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  /** A value to compare it with. */
  readonly note: string;
}

/** Results of the last epoch. */
export interface FiguresPart {
  /** Epoch and fold. */
  readonly title: string;
  readonly figures: readonly Figure[];
}

/** A chart and its description. */
export interface ChartPart {
  /** Name of the chart in the page. */
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  readonly summary: string;
  /**
   * The chart without title, theme and data; its data set has the name `rows`.
   */
  readonly spec: Omit<ChartSpec, "title" | "config">;
  /** Its data, unless its layers include them. */
  readonly values: readonly unknown[];
}

/** A confusion matrix. */
export interface ConfusionPart {
  /** Fold, set of samples and epoch of the weights. */
  readonly title: string;
  /** Number and share of correct predictions. */
  readonly summary: string;
  /** Names of the classes. */
  readonly names: readonly string[];
  /** Number of samples by true class (row) and predicted class (column). */
  readonly counts: readonly (readonly number[])[];
}

/** Test samples that can be shown. */
export interface SamplesPart {
  /** Fold of the network and of the test samples. */
  readonly fold: number;
  /** Version of the weights: their epoch. */
  readonly weights: string;
  /** Whether no training is running, so that the device is free. */
  readonly free: boolean;
}

/** A live recording that the network of the run classifies. */
export interface LivePart {
  /** Its source. */
  readonly source: string;
  /** Time since its first event, and whether it has ended, as text. */
  readonly time: string;
  /** ON minus OFF events of the latest interval, as a data URL. */
  readonly picture?: string;
  /** Length of that interval, as text. */
  readonly stretch: string;
  /** Start and event count of the current window, as text. */
  readonly window: string;
  /** Fraction of the window that has arrived, 0 to 1. */
  readonly progress: number;
  /** The leading class, if there is a decision. */
  readonly leads?: number;
  /** Names and shares of the classes. */
  readonly classes: readonly {
    readonly name: string;
    readonly share: number;
  }[];
  /** The latest complete windows, newest first. */
  readonly past: Table;
}

/** All data of the page. */
export interface PageData {
  /** Present only with a live recording. */
  readonly live: LivePart | null;
  readonly run: RunPart;
  readonly progress: ProgressPart | null;
  readonly figures: FiguresPart | null;
  readonly alarms: readonly RunAlarm[];
  readonly charts: readonly ChartPart[];
  readonly confusion: ConfusionPart | null;
  readonly samples: SamplesPart | null;
  /** The latest epochs, newest first. */
  readonly epochs: Table;
  readonly results: Table;
}

/** A test sample, and the network's outputs for it. */
export interface SampleView {
  /** Its position in the test set, counted from 0, and the size of the set. */
  readonly place: number;
  readonly total: number;
  readonly name: string;
  /** True and predicted class. */
  readonly label: string;
  readonly prediction: string;
  /** ON minus OFF events of each pixel in eight time windows. */
  readonly events: readonly {
    /** The time window, as text. */
    readonly time: string;
    /** The picture, as a data URL. */
    readonly url: string;
  }[];
  readonly charts: readonly ChartPart[];
}
