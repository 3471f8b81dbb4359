/**
 * Reads and checks a run's JSON files: metrics, summary and status.
 *
 * @module
 */

import * as v from "npm:valibot@1.5.0";
import { MOST_FOLDS } from "../configuration/schema/data.ts";
import { isMapping } from "../configuration/schema/values.ts";
import type { RunState } from "./status.ts";
import type { EpochMetrics, RunSummary } from "./files.ts";

/** Largest number of layers of a network. */
const LAYERS = 1000;

const OBJECT = v.custom<object>(isMapping, "no object");

/** Schema of an object with these fields; others are allowed. */
const objectOf = (fields: v.ObjectEntries) =>
  v.pipe(OBJECT, v.looseObject(fields, "missing"));

/** Schema of a list; one wrong value makes the list invalid. */
function listOf(entry: v.GenericSchema, name: string, most = Infinity) {
  const list = v.pipe(v.array(entry), v.maxLength(most));
  const limit = most < Infinity ? `, ${most} at most` : "";
  return v.custom((value) => v.is(list, value), `no list of ${name}${limit}`);
}

const NUMBER = v.pipe(v.number("no number"), v.finite("no number"));

/** A number or `null`, which stands for NaN and infinity in JSON. */
const FIGURE = v.nullable(v.number("no number"));

const WHOLE = v.pipe(
  v.number("no whole number"),
  v.safeInteger("no whole number"),
  v.minValue(0, "no whole number"),
);

const NO_FOLD = `none of 1 to ${MOST_FOLDS}`;

const FOLD = v.pipe(
  WHOLE,
  v.minValue(1, NO_FOLD),
  v.maxValue(MOST_FOLDS, NO_FOLD),
);

const TEXT = v.string("no text");
const FLAG = v.boolean("neither true nor false");

const oneOf = (...texts: readonly string[]) =>
  v.picklist(texts, `none of ${texts.join(", ")}`);

const BY_PLACE = listOf(FIGURE, "numbers", LAYERS);

const figures = v.pipe(OBJECT, v.record(v.string(), FIGURE));
const BY_LAYER = v.custom(
  (value) => v.is(figures, value) && Object.keys(value).length <= LAYERS,
  `no numbers by layer, ${LAYERS} at most`,
);

const PROGRAM = oneOf("train", "train-test-only");
const ADAPTER = objectOf({ name: TEXT, software: FLAG });
const SPREAD = objectOf({ mean: FIGURE, std: FIGURE });

/** Schema of an epoch; fields that are not listed must be numbers. */
const EPOCH = v.pipe(
  OBJECT,
  v.objectWithRest(
    {
      fold: FOLD,
      epoch: WHOLE,
      seconds: NUMBER,
      trainLoss: FIGURE,
      trainAccuracy: FIGURE,
      rates: BY_PLACE,
      silent: v.optional(BY_PLACE),
      saturated: v.optional(BY_PLACE),
      gradientNorms: v.optional(BY_LAYER),
      updateNorms: v.optional(BY_LAYER),
      firstScales: v.optional(BY_LAYER),
    },
    FIGURE,
    "missing",
  ),
);

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
    "folds",
    MOST_FOLDS,
  ),
  valLoss: v.nullable(SPREAD),
  valAccuracy: v.nullable(SPREAD),
  testLoss: SPREAD,
  testAccuracy: SPREAD,
  optimistic: FLAG,
});

/** A cell of a confusion matrix: class, predicted class, number of samples. */
const CELL = v.strictTuple([WHOLE, WHOLE, WHOLE]);

const SET = oneOf("training", "validation", "test");

const STATE = objectOf({
  program: PROGRAM,
  adapter: ADAPTER,
  folds: listOf(FOLD, "folds", MOST_FOLDS),
  epochs: WHOLE,
  resume: TEXT,
  state: oneOf("training", "ended", "stopped", "failed"),
  problem: v.optional(TEXT),
  time: NUMBER,
  seconds: NUMBER,
  begun: FLAG,
  classes: listOf(TEXT, "names"),
  layers: listOf(TEXT, "names", LAYERS),
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
      counts: listOf(CELL, "cells"),
    }),
    "confusions by fold",
    9,
  ),
  alarms: listOf(
    objectOf({ fold: FOLD, epoch: WHOLE, warning: TEXT }),
    "alarms",
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

function parse<T>(text: string, place: string, schema: v.GenericSchema): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`Cannot read ${place}: it is not JSON`, { cause });
  }
  const { success, issues } = v.safeParse(schema, value, { abortEarly: true });
  if (success) return value as T;
  const [issue] = issues;
  const key = v.getDotPath(issue);
  throw new Error(
    `Cannot read ${place}: ${key ? `"${key}"` : "it"} is ${issue.message}`,
  );
}
