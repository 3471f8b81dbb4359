/**
 * Reads and checks a run's JSON files: metrics, summary and status.
 *
 * @module
 */

import {
  type Check,
  FIGURE,
  FLAG,
  listOf,
  nullable,
  NUMBER,
  objectOf,
  oneOf,
  optional,
  tableOf,
  TEXT,
  WHOLE,
} from "../files/json_checks.ts";
import type { RunState } from "./status.ts";
import type { EpochMetrics, RunSummary } from "./files.ts";

/** Largest number of layers of a network. */
const LAYERS = 1000;

const FOLD: Check = (value, key) =>
  WHOLE(value, key) ??
    (Number(value) >= 1 && Number(value) <= 9
      ? undefined
      : `"${key}" is none of 1 to 9`);

const BY_PLACE = listOf(FIGURE, { name: "numbers", most: LAYERS });
const BY_LAYER = tableOf(FIGURE, { name: "numbers by layer", most: LAYERS });

const PROGRAM = oneOf("train", "train-test-only");
const ADAPTER = objectOf({ name: TEXT, software: FLAG });
const SPREAD = objectOf({ mean: FIGURE, std: FIGURE });

/** An epoch; all fields that are not listed are numbers. */
const EPOCH = objectOf({
  fold: FOLD,
  epoch: WHOLE,
  seconds: NUMBER,
  trainLoss: FIGURE,
  trainAccuracy: FIGURE,
  rates: BY_PLACE,
  silent: optional(BY_PLACE),
  saturated: optional(BY_PLACE),
  gradientNorms: optional(BY_LAYER),
  updateNorms: optional(BY_LAYER),
  firstScales: optional(BY_LAYER),
}, FIGURE);

const SUMMARY = objectOf({
  program: PROGRAM,
  adapter: ADAPTER,
  seconds: NUMBER,
  folds: listOf(
    objectOf({
      fold: FOLD,
      epochs: WHOLE,
      bestEpoch: WHOLE,
      trainAccuracy: FIGURE,
      valLoss: FIGURE,
      valAccuracy: FIGURE,
      testLoss: FIGURE,
      testAccuracy: FIGURE,
    }),
    { name: "folds", most: 9 },
  ),
  valLoss: nullable(SPREAD),
  valAccuracy: nullable(SPREAD),
  testLoss: SPREAD,
  testAccuracy: SPREAD,
  optimistic: FLAG,
});

/** A cell of a confusion matrix: class, predicted class, number of samples. */
const CELL: Check = (value, key) =>
  listOf(WHOLE, { name: "whole numbers", most: 3 })(value, key) ??
    WHOLE((value as unknown[])[2], key);

const SET = oneOf("training", "validation", "test");

const STATE = objectOf({
  program: PROGRAM,
  adapter: ADAPTER,
  folds: listOf(FOLD, { name: "folds", most: 9 }),
  epochs: WHOLE,
  resume: TEXT,
  state: oneOf("training", "ended", "stopped", "failed"),
  problem: optional(TEXT),
  time: NUMBER,
  seconds: NUMBER,
  begun: FLAG,
  classes: listOf(TEXT, { name: "names" }),
  layers: listOf(TEXT, { name: "names", most: LAYERS }),
  pass: objectOf({
    fold: FOLD,
    epoch: WHOLE,
    set: SET,
    total: WHOLE,
    samples: WHOLE,
    loss: FIGURE,
    accuracy: FIGURE,
    samplesPerSecond: FIGURE,
    deviceShare: FIGURE,
    dataShare: FIGURE,
  }),
  confusions: listOf(
    objectOf({
      fold: FOLD,
      epoch: WHOLE,
      set: SET,
      counts: listOf(CELL, { name: "cells" }),
    }),
    { name: "confusions by fold", most: 9 },
  ),
  alarms: listOf(
    objectOf({ fold: FOLD, epoch: WHOLE, warning: TEXT }),
    { name: "alarms" },
  ),
});

/**
 * Reads `metrics.jsonl`.
 *
 * @param text Content of the file; a last line without a line break is ignored.
 * @param path The file, for messages.
 * @returns The epochs.
 * @throws {Error} If a line is not an epoch.
 */
export function parseMetrics(text: string, path: string): EpochMetrics[] {
  return text.split("\n").slice(0, -1).flatMap((line, index) =>
    line === ""
      ? []
      : [parse<EpochMetrics>(line, `"${path}" line ${index + 1}`, EPOCH)]
  );
}

/**
 * Reads `summary.json`.
 *
 * @param text Content of the file.
 * @param path The file, for messages.
 * @returns The summary.
 * @throws {Error} If it is not a summary.
 */
export function parseSummary(text: string, path: string): RunSummary {
  return parse<RunSummary>(text, `"${path}"`, SUMMARY);
}

/**
 * Reads `status.json`.
 *
 * @param text Content of the file.
 * @param path The file, for messages.
 * @returns The status.
 * @throws {Error} If it is not a status.
 */
export function parseStatus(text: string, path: string): RunState {
  return parse<RunState>(text, `"${path}"`, STATE);
}

function parse<T>(text: string, place: string, check: Check): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`Cannot read ${place}: it is not JSON`, { cause });
  }
  const problem = check(value, "");
  if (problem !== undefined) {
    throw new Error(`Cannot read ${place}: ${problem}`);
  }
  return value as T;
}
