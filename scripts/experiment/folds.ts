/**
 * Opens the data of a configuration and splits them into folds.
 *
 * @module
 */

import { dirname } from "node:path";
import { SampleCache } from "../../dataset/batches.ts";
import { counted } from "../../dataset/files/counted.ts";
import { DatasetError } from "../../dataset/files/errors.ts";
import { openNmnist } from "../../dataset/formats/nmnist.ts";
import type { SampleSource } from "../../dataset/sample_source.ts";
import { readFileList } from "../../dataset/formats/sl_animals.ts";
import { kFold, trainTestSplit } from "../../dataset/division/split.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import { checkClasses } from "../configuration/rules/class_rules.ts";
import { chooseSamples } from "../configuration/transforms.ts";
import { openDataFolds } from "./data_folds.ts";
import type { Fold, FoldsOptions } from "./fold.ts";
import { leaveSparseOut } from "./leave_sparse_out.ts";
import { openFiltered, openSlices } from "./samples.ts";

/** Number of folds of the cross-validation. */
const FOLDS = 4;

/** Fraction of a fold's training recordings that are used for validation. */
const VALIDATION = 0.15;

/**
 * Opens the data of a configuration and splits them into folds.
 *
 * With a section `data`, recordings of any layout become samples. Otherwise
 * recordings are split by person as scikit-learn's `KFold` and
 * `train_test_split` do it, seeded with `training.fold_seed`. A list of
 * training samples and one of test samples make a single fold without a
 * validation set.
 *
 * @param configuration The configuration.
 * @param options Whether each fold has a validation set, and how slices are
 * read.
 * @returns The folds.
 * @throws {DatasetError} If the store or a list cannot be used, or the list
 * names too few recordings or some that the store does not have.
 * @throws {RecordingError} If a listed sample is missing.
 * @throws {RangeError} If the configuration names other classes than the data
 * have, or no sample has `training.filter.least_events`.
 */
export async function openFolds(
  configuration: Configuration,
  options: FoldsOptions,
): Promise<Fold[]> {
  const folds = configuration.data
    ? await openDataFolds(configuration, options)
    : await openListedFolds(configuration, options);
  checkClasses(configuration, folds[0].train.classes);
  const least = configuration.training.filter?.least_events;
  return least === undefined
    ? folds
    : await leaveSparseOut(folds, least, options.onFound);
}

/** Opens the lists of samples, or the list of recordings. */
async function openListedFolds(
  configuration: Configuration,
  options: FoldsOptions,
): Promise<Fold[]> {
  const { path, fold_seed } = configuration.training;
  const seed = fold_seed ?? configuration.training.seed;
  const cache = new SampleCache();
  if (path.train !== undefined && path.test !== undefined) {
    const folder = path.in ?? dirname(path.train);
    const [train, test] = await Promise.all([
      openNmnist(path.train, folder),
      openNmnist(path.test, folder),
    ]);
    const choose = async (source: SampleSource, use: "train" | "test") =>
      chooseSamples(
        await openFiltered(source, configuration, options),
        configuration,
        { use, cache },
      );
    return [{
      number: 1,
      train: await choose(train, "train"),
      test: await choose(test, "test"),
    }];
  }
  const recorded = await openSlices(configuration, options);
  const source = await openFiltered(recorded, configuration, options);
  const names = await readFileList(path.file_list);
  if (names.length < FOLDS) {
    throw new DatasetError(
      path.file_list,
      `it names ${counted(names.length, "recording")}, ${FOLDS} folds need ` +
        FOLDS,
    );
  }
  const samplesOf = Map.groupBy(
    recorded.slices.keys(),
    (index) => recorded.slices[index].source,
  );
  const missing = names.find((name) => !samplesOf.has(name));
  if (missing !== undefined) {
    throw new DatasetError(
      path.file_list,
      `recording "${missing}" is not in the store "${path.store}"`,
    );
  }
  const setOf = (recordings: readonly number[], use: "train" | "test") =>
    chooseSamples(source, configuration, {
      indices: recordings.flatMap((index) => samplesOf.get(names[index])!),
      use,
      cache,
    });
  return kFold(names.length, FOLDS, seed).map(({ train, test }, index) => {
    const fold = { number: index + 1, test: setOf(test, "test") };
    if (!options.validation) return { ...fold, train: setOf(train, "train") };
    const inner = trainTestSplit(train.length, VALIDATION, seed + 1);
    const choose = (places: readonly number[], use: "train" | "test") =>
      setOf(places.map((place) => train[place]), use);
    return {
      ...fold,
      train: choose(inner.train, "train"),
      validation: choose(inner.test, "test"),
    };
  });
}
