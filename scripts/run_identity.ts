/**
 * What two runs must have in common for one to go on where the other stopped.
 *
 * @module
 */

import { formatSafetensors } from "../engine/safetensors.ts";
import type { NamedArray } from "../engine/weights.ts";
import type { FirstWeights } from "./fold_run.ts";
import type { Configuration } from "./configuration/types.ts";
import type { Fold, SampleSet } from "./experiment.ts";

/** Values by what they are called, such as `training.lr`. */
export type RunIdentity = Readonly<Record<string, string>>;

/** Characters of a digest that are kept. */
const DIGITS = 16;

/**
 * Gathers what the outcome of a fold follows from.
 *
 * Paths and the spacing of checkpoints are left out: data may be moved, and are
 * told by their labels and places in the folds.
 *
 * @param fold The fold.
 * @param run Name of the program, configuration and weights to start from.
 * @returns Every value, in words.
 */
export async function identifyRun(
  fold: Fold,
  { program, configuration, weights }: {
    readonly program: string;
    readonly configuration: Configuration;
    readonly weights?: FirstWeights;
  },
): Promise<RunIdentity> {
  const { path: _path, checkpoint: _checkpoint, ...training } =
    configuration.training;
  const { train, validation, test } = fold;
  const samples = [train, validation, test].map((set) => set && listOf(set));
  return {
    program,
    fold: String(fold.number),
    ...flat({ ...configuration, training }),
    "list of samples": await digest(
      new TextEncoder().encode(JSON.stringify(samples)),
    ),
    "first weights": weights === undefined
      ? "random"
      : await digestArrays(weights.arrays),
  };
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

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).toHex().slice(0, DIGITS);
}
