/**
 * The identity of a run: everything that its results depend on. A run resumes
 * from a checkpoint only if the identities are equal.
 *
 * @module
 */

import type { SampleSource } from "../../dataset/sample_source.ts";
import { sha256 } from "../../dataset/files/sha256.ts";
import { inParallel } from "../../dataset/threads/in_parallel.ts";
import type { Ranks } from "../../engine/distributed/ranks.ts";
import { formatSafetensors } from "../../engine/network/safetensors.ts";
import type { NamedArray } from "../../engine/network/weights.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import type { SampleSet } from "../../dataset/samples/sample_set.ts";
import type { Fold } from "../experiment/fold.ts";

/** Initial weights, read from a file. */
export interface FirstWeights {
  readonly path: string;
  readonly arrays: Readonly<Record<string, NamedArray>>;
}

/** Inputs of a run as text, by name, such as `training.lr`. */
export type RunIdentity = Readonly<Record<string, string>>;

/** Prefix of a digest, and the number of its hexadecimal digits. */
const [DIGEST, DIGITS] = ["sha256:", 16];

/** Name of the digest of a fold's lists of samples. */
const SAMPLES = "list of samples";

/**
 * Collects everything that the results of each fold depend on.
 *
 * Paths and the interval of checkpoints are left out: data may be moved, and
 * are identified by their content, their labels and their places in the folds.
 *
 * @param folds The folds.
 * @param run Name of the program, configuration, ranks and initial weights.
 * @returns The identity of each fold, by fold.
 * @throws {RecordingError} If a recording cannot be read.
 */
export async function identifyFolds(
  folds: readonly Fold[],
  { program, configuration, ranks, weights }: {
    readonly program: string;
    readonly configuration: Configuration;
    readonly ranks: Ranks;
    readonly weights?: FirstWeights;
  },
): Promise<Map<number, RunIdentity>> {
  const settings = settingsOf(configuration);
  // Other runs give the same bits with any number of ranks.
  const apart: RunIdentity = configuration.training.local_steps === undefined
    ? {}
    : { "number of ranks": String(ranks.count) };
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
      ...apart,
      [SAMPLES]: await digestLists(fold),
      ...data,
    };
    return [fold.number, identity] as const;
  }));
  return new Map(identities);
}

/**
 * Lists the settings that the results of a run depend on, without paths and
 * the interval of checkpoints.
 *
 * @param configuration The configuration.
 * @returns The settings as text, by their keys in dots.
 */
export function settingsOf(configuration: Configuration): RunIdentity {
  const { path: _path, checkpoint: _checkpoint, ...training } =
    configuration.training;
  const { data: { path: _folder, ...section } = { path: "" } } = configuration;
  return flat({ ...configuration, training, data: section });
}

/**
 * Checks whether a fold has the samples of a run in the same sets.
 *
 * @param fold The fold.
 * @param identity Identity of the run.
 * @returns Whether the samples are the same.
 */
export async function hasSamplesOf(
  fold: Fold,
  identity: RunIdentity,
): Promise<boolean> {
  return identity[SAMPLES] === await digestLists(fold);
}

/**
 * Describes the first difference between two identities.
 *
 * @param found Identity that the checkpoint has.
 * @param expected Identity of the run to resume.
 * @returns A phrase such as `its training.lr is 0.1, expected 0.01`;
 * `undefined` if the identities are equal.
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

/** Collects the digest of each recording that samples come from. */
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

/** Flattens nested values to texts under dotted keys. */
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
