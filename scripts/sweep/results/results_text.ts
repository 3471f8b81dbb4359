/**
 * Results of a sweep as text: a table for a terminal, and CSV.
 *
 * @module
 */

import papaparse from "npm:papaparse@5.7.1";
import { counted } from "../../../dataset/files/counted.ts";
import type { Spread } from "../../run/files.ts";
import {
  type CombinationResult,
  type Extremes,
  RESULT_STATES,
  type SweepResults,
} from "./merge.ts";

/** Spaces between two columns. */
const GAP = "  ";

/** Mark of the best combination. */
const BEST = "best";

/**
 * Formats the results of a sweep.
 *
 * @param results The results.
 * @param width Characters per line. If the table is wider, each combination's
 * values are put on lines of their own.
 * @returns Lines: states of runs, a table of combinations, and failures.
 */
export function describeResults(
  { keys, states, combinations, runs }: SweepResults,
  width: number,
): string[] {
  const found = RESULT_STATES.filter((state) => states[state] > 0)
    .map((state) => `${states[state]} ${state}`);
  return [
    `${counted(runs.length, "run")}: ${found.join(", ")}`,
    ...runs.filter(({ state }) => state === "running")
      .map(({ name, epochs, alone }) =>
        `running ${name}: ${counted(epochs, "epoch")}` +
        (alone ? ", without a sweep" : "")
      ),
    ...runs.filter(({ problem }) => problem !== undefined)
      .map(({ name, problem }) => `failed ${name}: ${problem}`),
    "",
    ...tableOf(keys, combinations, width),
    "",
    ...describeChoice(combinations),
  ];
}

/**
 * Formats the combinations of a sweep as CSV, with a header line.
 *
 * @param results The results.
 * @returns The text, with fractions and losses in full precision.
 */
export function formatCsv({ keys, combinations }: SweepResults): string {
  const rows = combinations.map((combination) => {
    const { values, done, runs, epochs, bestEpoch, best } = combination;
    return {
      ...values,
      runs,
      done,
      epochs_min: epochs.min,
      epochs_max: epochs.max,
      best_epoch_min: bestEpoch?.min ?? "",
      best_epoch_max: bestEpoch?.max ?? "",
      ...columnsOf("validation_accuracy", combination.valAccuracy),
      ...columnsOf("validation_loss", combination.valLoss),
      ...columnsOf("test_accuracy", combination.testAccuracy),
      ...columnsOf("test_loss", combination.testLoss),
      best,
    };
  });
  const columns = Object.keys(rows[0]).filter((name) => !keys.includes(name));
  return papaparse.unparse(rows, {
    columns: [...keys, ...columns],
    newline: "\n",
  }) + "\n";
}

function columnsOf(name: string, spread: Spread | null) {
  return {
    [`${name}_mean`]: spread?.mean ?? "",
    [`${name}_std`]: spread?.std ?? "",
  };
}

/** Formats the combinations, one per line if the lines fit. */
function tableOf(
  keys: readonly string[],
  combinations: readonly CombinationResult[],
  width: number,
): string[] {
  const names = shortNames(keys);
  const head = [...keys.map((key) => names.get(key)!), ...FIGURES];
  const rows = combinations.map((combination) => [
    ...keys.map((key) => combination.values[key]),
    ...figuresOf(combination),
  ]);
  const wide = align([head, ...rows]);
  if (wide.every((line) => line.length <= width)) return wide;
  const narrow = align([[...FIGURES], ...combinations.map(figuresOf)]);
  return narrow.flatMap((line, n) => [
    line,
    ...(n === 0
      ? []
      : keys.flatMap((key) =>
        breakLine(`${key}=${combinations[n - 1].values[key]}`, width)
      )),
  ]);
}

const FIGURES = [
  "done",
  "epochs (best)",
  "validation %",
  "test %",
  "",
] as const;

function figuresOf(combination: CombinationResult): string[] {
  const { done, runs, epochs, bestEpoch, best } = combination;
  const { valAccuracy, testAccuracy } = combination;
  return [
    `${done}/${runs}`,
    range(epochs) + (bestEpoch === null ? "" : ` (${range(bestEpoch)})`),
    percent(valAccuracy, runs),
    percent(testAccuracy, runs),
    best ? BEST : "",
  ];
}

/** Formats a range; one number if both ends are equal. */
function range({ min, max }: Extremes): string {
  return min === max ? `${min}` : `${min}-${max}`;
}

/** Formats mean and, of several runs, deviation of a fraction in %. */
function percent(spread: Spread | null, runs: number): string {
  if (spread === null) return "-";
  const [mean, std] = [spread.mean, spread.std].map((fraction) =>
    (100 * fraction).toFixed(1)
  );
  return runs > 1 ? `${mean} +- ${std}` : mean;
}

/** Pads the cells of each column to one width. */
function align(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) =>
    Math.max(...rows.map((row) => row[column].length))
  );
  return rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column])).join(GAP).trimEnd()
  );
}

/** Breaks a setting into lines, indented below the figures. */
function breakLine(text: string, width: number): string[] {
  const room = Math.max(1, width - GAP.length);
  return (text.match(new RegExp(`.{1,${room}}`, "gsu")) ?? [])
    .map((part) => GAP + part);
}

/** Shortens keys to their last part if that is unambiguous. */
function shortNames(keys: readonly string[]): Map<string, string> {
  const last = (key: string) => key.split(".").at(-1)!;
  return new Map(keys.map((key) => {
    const same = keys.filter((other) => last(other) === last(key));
    return [key, same.length === 1 ? last(key) : key];
  }));
}

function describeChoice(
  combinations: readonly CombinationResult[],
): string[] {
  const done = combinations.some((one) => one.done === one.runs);
  const several = combinations.some(({ runs }) => runs > 1);
  return [
    ...(several ? ["+- is the standard deviation over seeds and folds."] : []),
    combinations.some(({ best }) => best)
      ? "The best has the highest validation accuracy."
      : done
      ? "Without a validation set none is the best."
      : "None is the best until all runs of one are done.",
  ];
}
