/**
 * Converts the files of a run to the data of the live page.
 *
 * @module
 */

import { counted } from "../../../../dataset/files/counted.ts";
import { duration } from "../../../command_line/duration.ts";
import { timeStepOf } from "../../../configuration/model.ts";
import type { FoldConfusion, RunState } from "../../../run/status.ts";
import { resultsTable, type Table } from "../report/results_table.ts";
import type { EpochMetrics } from "../../../run/files.ts";
import { chartParts } from "./chart_parts.ts";
import type {
  ConfusionPart,
  FiguresPart,
  PageData,
  ProgressPart,
  RunPart,
  SamplesPart,
} from "./page_data.ts";
import type { RunFiles } from "./run_files.ts";

/** Number of epochs in the table. */
const LATEST = 50;

/**
 * Largest number of classes of a confusion matrix; screens cannot show more.
 */
const CLASSES = 200;

/** Number of latest epochs whose mean duration predicts the remaining time. */
const RECENT = 5;

/**
 * Prepares the data of the page.
 *
 * @param files The run.
 * @param chosen Fold to show; without it, loss and accuracy are of all folds
 * and everything else is of the current fold.
 * @returns The data of the page.
 */
export function pageData(
  files: RunFiles,
  chosen?: number,
): Omit<PageData, "live"> {
  const { status, epochs, summary, configuration } = files;
  const fold = chosen ?? status?.pass.fold ?? epochs.at(-1)?.fold ?? 1;
  const own = epochs.filter((row) => row.fold === fold);
  const confusion = status?.confusions.find((it) => it.fold === fold);
  return {
    run: runPart(files),
    progress: status && status.state !== "ended" ? progressPart(status) : null,
    figures: figuresPart(own, status),
    alarms: status?.alarms ?? [],
    charts: chartParts(epochs, {
      fold,
      alone: chosen !== undefined,
      layers: status?.layers ?? [],
      Ts: configuration && timeStepOf(configuration),
    }),
    confusion: confusion && status ? confusionPart(confusion, status) : null,
    samples: samplesPart(files, fold),
    epochs: epochTable(own),
    results: summary ? resultsTable(summary, epochs) : [],
  };
}

function runPart(files: RunFiles): RunPart {
  const { folder, changed, status, summary, epochs, problems } = files;
  const { program, adapter, seconds } = status ?? summary ?? {};
  const folds = [...status?.folds ?? [], ...epochs.map(({ fold }) => fold)];
  const state = stateOf(files);
  return {
    folder,
    changed,
    problems,
    state,
    problem: status?.problem,
    resume: status?.resume,
    facts: [
      ...(program ? [`deno task ${program}`] : []),
      ...(adapter
        ? [`${adapter.name}, ${adapter.software ? "software" : "hardware"}`]
        : []),
      ...(seconds === undefined ? [] : [
        `${duration(seconds)}${state === "training" ? " so far" : ""}`,
      ]),
    ],
    folds: [...new Set(folds)].sort((a, b) => a - b),
  };
}

function stateOf(
  { changed, status, summary, epochs }: RunFiles,
): RunPart["state"] {
  if (changed === 0) return "waiting";
  if (status) return status.state;
  if (summary) return "ended";
  return epochs.length > 0 ? "unknown" : "waiting";
}

function progressPart({ pass, epochs, folds }: RunState): ProgressPart {
  return { ...pass, epochs, folds: folds.length };
}

function figuresPart(
  rows: readonly EpochMetrics[],
  status: RunState | undefined,
): FiguresPart | null {
  const last = rows.at(-1);
  if (last === undefined) return null;
  const set = last.valLoss === undefined ? "test" : "val";
  const name = set === "val" ? "Validation" : "Test";
  const losses = rows.map((row) => row[`${set}Loss`] ?? NaN);
  const accuracies = rows.map((row) => row[`${set}Accuracy`] ?? NaN);
  const trained = rows.map(({ trainAccuracy }) => trainAccuracy);
  const recent = rows.slice(-RECENT).map(({ seconds }) => seconds);
  const seconds = recent.reduce((sum, time) => sum + time, 0) / recent.length;
  const left = status?.state === "training" && status.pass.fold === last.fold
    ? status.epochs - 1 - last.epoch
    : 0;
  const figures = [
    {
      name: "Training loss",
      value: loss(last.trainLoss),
      note: best(rows, rows.map((row) => row.trainLoss), "lowest", loss),
    },
    {
      name: "Training accuracy",
      value: percent(last.trainAccuracy),
      note: best(rows, trained, "highest", percent),
    },
    {
      name: `${name} loss`,
      value: loss(losses[losses.length - 1]),
      note: best(rows, losses, "lowest", loss),
    },
    {
      name: `${name} accuracy`,
      value: percent(accuracies[accuracies.length - 1]),
      note: best(rows, accuracies, "highest", percent),
    },
    {
      name: "An epoch takes",
      value: duration(seconds),
      note: left > 0
        ? `at most ${duration(left * seconds)} left in this fold`
        : counted(rows.length, "epoch"),
    },
  ];
  return { title: `Epoch ${last.epoch}, fold ${last.fold}`, figures };
}

/** Names the best epoch and its value. */
function best(
  rows: readonly EpochMetrics[],
  values: readonly number[],
  what: "lowest" | "highest",
  words: (value: number) => string,
): string {
  const better = (a: number, b: number) => what === "lowest" ? a < b : a > b;
  const at = values.reduce(
    (best, value, index) =>
      Number.isFinite(value) && (best < 0 || better(value, values[best]))
        ? index
        : best,
    -1,
  );
  if (at < 0) return "";
  return `${what} ${words(values[at])}, epoch ${rows[at].epoch}`;
}

function confusionPart(
  { fold, epoch, set, counts }: FoldConfusion,
  { classes }: RunState,
): ConfusionPart | null {
  if (classes.length > CLASSES) return null;
  // A network may have more outputs than there are classes.
  const last = classes.length;
  const more = counts.some((cell) => cell[0] >= last || cell[1] >= last);
  const names = more ? [...classes, "no class"] : classes;
  const table = names.map(() => names.map(() => 0));
  for (const [label, prediction, count] of counts) {
    table[Math.min(label, last)][Math.min(prediction, last)] += count;
  }
  const total = counts.reduce((sum, [_l, _p, count]) => sum + count, 0);
  const right = table.reduce((sum, row, index) => sum + row[index], 0);
  return {
    title: `Fold ${fold}, ${set} samples, weights of epoch ${epoch}`,
    summary: `${right} of ${total} right, ${percent(right / total)}`,
    names,
    counts: table,
  };
}

function samplesPart(
  { weights, epochs, status }: RunFiles,
  fold: number,
): SamplesPart | null {
  const own = epochs.filter((row) => row.fold === fold);
  // Weights of a fold that has not begun belong to an earlier run.
  if (own.length === 0 || !weights.includes(fold)) return null;
  return {
    fold,
    weights: String(bestEpoch(own)),
    free: status?.state !== "training",
  };
}

/** Finds the epoch whose weights are kept. */
function bestEpoch(rows: readonly EpochMetrics[]): number {
  const better = (a: EpochMetrics, b: EpochMetrics) =>
    a.valLoss === undefined
      ? (a.testAccuracy ?? 0) > (b.testAccuracy ?? 0)
      : a.valLoss < (b.valLoss ?? Infinity);
  return rows.reduce((best, row) => better(row, best) ? row : best).epoch;
}

function epochTable(rows: readonly EpochMetrics[]): Table {
  if (rows.length === 0) return [];
  const set = rows[0].valLoss === undefined ? "test" : "val";
  const name = set === "val" ? "Validation" : "Test";
  return [
    [
      "Epoch",
      "Training loss",
      "Training accuracy",
      `${name} loss`,
      `${name} accuracy`,
      "Learning rate",
      "Time",
    ],
    ...rows.slice(-LATEST).reverse().map((row) => [
      String(row.epoch),
      loss(row.trainLoss),
      percent(row.trainAccuracy),
      loss(row[`${set}Loss`]),
      percent(row[`${set}Accuracy`]),
      loss(row.lr),
      duration(row.seconds),
    ]),
  ];
}

function loss(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value)
    ? "–"
    : String(Number(value.toPrecision(4)));
}

function percent(fraction: number | undefined): string {
  return fraction === undefined || !Number.isFinite(fraction)
    ? "–"
    : `${(100 * fraction).toFixed(1)} %`;
}
