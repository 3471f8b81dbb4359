/**
 * What two runs must have in common for one to go on where the other stopped.
 *
 * @module
 */

import type { SampleSource } from "../../dataset/sample_source.ts";
import { sha256 } from "../../dataset/files/sha256.ts";
import { inParallel } from "../../dataset/threads/in_parallel.ts";
import { formatSafetensors } from "../../engine/network/safetensors.ts";
import type { NamedArray } from "../../engine/network/weights.ts";
import type { Configuration } from "../configuration/types.ts";
import type { SampleSet } from "../../dataset/sample_set.ts";
import type { Fold } from "../experiment/folds.ts";

/** Weights that training starts from. */
export interface FirstWeights {
  readonly path: string;
  readonly arrays: Readonly<Record<string, NamedArray>>;
}

/** Values by what they are called, such as `training.lr`. */
export type RunIdentity = Readonly<Record<string, string>>;

/** How the value of what is digested begins, and characters that follow. */
const [DIGEST, DIGITS] = ["sha256:", 16];

/** What the lists of samples are called. */
const SAMPLES = "list of samples";

/**
 * Gathers what the outcome of each fold follows from.
 *
 * Paths and the spacing of checkpoints are left out: data may be moved, and are
 * told by their labels and places in the folds, and by their content.
 *
 * @param folds The folds.
 * @param run Name of the program, configuration and weights to start from.
 * @returns Every value, in words, by fold.
 * @throws {RecordingError} If a recording cannot be read.
 */
export async function identifyFolds(
  folds: readonly Fold[],
  { program, configuration, weights }: {
    readonly program: string;
    readonly configuration: Configuration;
    readonly weights?: FirstWeights;
  },
): Promise<Map<number, RunIdentity>> {
  const { path: _path, checkpoint: _checkpoint, ...training } =
    configuration.training;
  const settings = flat({ ...configuration, training });
  const data = {
    "file of first weights": weights
      ? await digestArrays(weights.arrays)
      : "none",
    ...await digestRecordings(folds),
  };
  const identities = await Promise.all(folds.map(async (fold) => {
    const identity = {
      program,
      fold: String(fold.number),
      ...settings,
      [SAMPLES]: await digestLists(fold),
      ...data,
    };
    return [fold.number, identity] as const;
  }));
  return new Map(identities);
}

/**
 * Says whether a fold has the samples of a run, each in the set that it was in.
 *
 * @param fold The fold.
 * @param identity The run's.
 * @returns Whether it has.
 */
export async function hasSamplesOf(
  fold: Fold,
  identity: RunIdentity,
): Promise<boolean> {
  return identity[SAMPLES] === await digestLists(fold);
}

/**
 * Says in what a fold is not of the run that is to go on.
 *
 * @param found What it is of.
 * @param expected What it should be of.
 * @returns A phrase about it; `undefined` if both are the same.
 */
export function differenceOf(
  found: RunIdentity,
  expected: RunIdentity,
): string | undefined {
  const [has, wants] = [found, expected].map((identity) =>
    new Map(Object.entries(identity))
  );
  const key = [...wants.keys(), ...has.keys()]
    .find((key) => has.get(key) !== wants.get(key));
  if (key === undefined) return undefined;
  const was = String(has.get(key) ?? "missing");
  const is = wants.get(key) ?? "none";
  return was.startsWith(DIGEST) && is.startsWith(DIGEST)
    ? `its ${key} has changed since`
    : `its ${key} is ${was}, expected ${is}`;
}

function setsOf({ train, validation, test }: Fold): SampleSet[] {
  return [train, ...(validation ? [validation] : []), test];
}

/** Digests each recording that a sample is read from. */
async function digestRecordings(
  folds: readonly Fold[],
): Promise<Record<string, string>> {
  const samples = new Map<SampleSource, Set<number>>();
  for (const { source, indices } of folds.flatMap(setsOf)) {
    samples.set(
      source,
      new Set(indices).union(samples.get(source) ?? new Set()),
    );
  }
  const digests: Record<string, string> = {};
  for (const [source, indices] of samples) {
    const origins = await inParallel(
      [...indices],
      async (index) => await source.origin?.(index),
    );
    for (const origin of origins) {
      if (origin === undefined) continue;
      digests[`recording ${origin.recording}`] = shortened(origin.digest);
    }
  }
  return digests;
}

function digestLists(fold: Fold): Promise<string> {
  return digest(JSON.stringify(setsOf(fold).map(listOf)));
}

function listOf({ source, indices }: SampleSet) {
  const { sensor, classes, labels } = source;
  return {
    sensor,
    classes,
    samples: indices.map((index) => [index, labels[index]]),
  };
}

/** Values in a tree, by their keys in dots. */
function flat(tree: object, prefix = ""): Record<string, string> {
  return Object.assign(
    {},
    ...Object.entries(tree).map(([key, value]) =>
      typeof value === "object" && value !== null
        ? flat(value, `${prefix}${key}.`)
        : { [prefix + key]: String(value) }
    ),
  );
}

function digestArrays(
  arrays: Readonly<Record<string, NamedArray>>,
): Promise<string> {
  const tensors = Object.entries(arrays).map(([name, { shape, data }]) => [
    name,
    { dtype: "F32", shape, data: data as Float32Array<ArrayBuffer> },
  ]);
  return digest(formatSafetensors(Object.fromEntries(tensors)));
}

async function digest(
  content: Parameters<typeof sha256>[0],
): Promise<string> {
  return shortened(await sha256(content));
}

function shortened(digest: string): string {
  return DIGEST + digest.slice(0, DIGITS);
}
