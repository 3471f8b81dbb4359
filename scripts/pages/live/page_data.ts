/**
 * What the page is told, in parts that change on their own.
 *
 * @module
 */

import type { ChartSpec } from "../../charts/spec.ts";
import type { Table } from "../report/results_table.ts";
import type { PassFacts, PassMeasures, RunAlarm } from "../../run/status.ts";

/** How a run is doing. */
export interface RunPart {
  /** Its folder. */
  readonly folder: string;
  readonly state:
    | "waiting"
    | "training"
    | "ended"
    | "stopped"
    | "failed"
    | "unknown";
  /** When its files changed last, in ms since 1970. */
  readonly changed: number;
  /** What it failed of. */
  readonly problem?: string;
  /** The command that goes on with it. */
  readonly resume?: string;
  /** What ran, on what, for how long; one entry each. */
  readonly facts: readonly string[];
  /** Its folds. */
  readonly folds: readonly number[];
  /** What of the folder cannot be read. */
  readonly problems: readonly string[];
}

/** How far it is. */
export interface ProgressPart extends PassFacts, PassMeasures {
  /** Epochs of the fold, at most. */
  readonly epochs: number;
  /** How many folds there are. */
  readonly folds: number;
}

/** A number that matters. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  /** What it is to be compared with. */
  readonly note: string;
}

/** What the last epoch came to. */
export interface FiguresPart {
  /** Which epoch it is. */
  readonly title: string;
  readonly figures: readonly Figure[];
}

/** A chart, and what it shows in words. */
export interface ChartPart {
  /** What it is called in the page. */
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  readonly summary: string;
  /** The chart without title, theme and data; these are called `rows` in it. */
  readonly spec: Omit<ChartSpec, "title" | "config">;
  /** Its data, unless they are in its layers. */
  readonly values: readonly unknown[];
}

/** Which classes were taken for which. */
export interface ConfusionPart {
  /** Of which samples and weights. */
  readonly title: string;
  /** How many were right. */
  readonly summary: string;
  /** Names of the classes. */
  readonly names: readonly string[];
  /** Samples of a class, a row, taken for another, a column. */
  readonly counts: readonly (readonly number[])[];
}

/** Samples that can be looked at. */
export interface SamplesPart {
  /** Whose network and test samples. */
  readonly fold: number;
  /** What tells these weights from earlier ones. */
  readonly weights: string;
  /** Whether nobody trains, so that the device is free. */
  readonly free: boolean;
}

/** All of it. */
export interface PageData {
  readonly run: RunPart;
  readonly progress: ProgressPart | null;
  readonly figures: FiguresPart | null;
  readonly alarms: readonly RunAlarm[];
  readonly charts: readonly ChartPart[];
  readonly confusion: ConfusionPart | null;
  readonly samples: SamplesPart | null;
  /** The latest epochs, the last one first. */
  readonly epochs: Table;
  readonly results: Table;
}

/** A sample, as a network saw it. */
export interface SampleView {
  /** Its place in the test set, counted from 0, and how many there are. */
  readonly place: number;
  readonly total: number;
  readonly name: string;
  /** Its class, and the class predicted. */
  readonly label: string;
  readonly prediction: string;
  /** What changed where, in eight stretches of time. */
  readonly events: readonly {
    /** When, in words. */
    readonly time: string;
    /** Pixels, as the address of an image. */
    readonly url: string;
  }[];
  readonly charts: readonly ChartPart[];
}
