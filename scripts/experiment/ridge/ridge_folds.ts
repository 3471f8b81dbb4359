/**
 * Ridge regression on the folds of an experiment.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { max, mean, rollup } from "npm:d3-array@3.2.4";
import type { SampleSet } from "../../../dataset/samples/sample_set.ts";
import type { SampleSource } from "../../../dataset/sample_source.ts";
import { inParallel } from "../../../dataset/threads/in_parallel.ts";
import type { Fold } from "../fold.ts";
import { countFeatures } from "./features.ts";
import { fitRidge } from "./regression.ts";

/** Results of a ridge regression on a fold. */
export interface RidgeFold {
  /** Fold, counted from 1. */
  readonly fold: number;
  /** Number of training samples. */
  readonly trainSamples: number;
  /** Number of test samples. */
  readonly testSamples: number;
  /** Strength of the penalty, relative to the number of features. */
  readonly strength: number;
  /** Leave-one-out accuracy on the training samples, 0 to 1. */
  readonly leaveOneOut: number;
  /** Accuracy on the test samples, 0 to 1. */
  readonly testAccuracy: number;
  /** Accuracy of always predicting the test set's most frequent class. */
  readonly chance: number;
}

/** Computes and caches the features of samples. */
export class FeatureCache {
  readonly #found = new Map<SampleSource, Map<number, Float64Array>>();

  /**
   * Computes the features of samples.
   *
   * @param set The samples.
   * @param onSample Called after each sample is read.
   * @returns One feature vector per sample.
   * @throws {Error} If a sample cannot be read.
   */
  read(set: SampleSet, onSample: () => void): Promise<Float64Array[]> {
    const { source } = set;
    const found = this.#found.get(source) ?? new Map<number, Float64Array>();
    this.#found.set(source, found);
    return inParallel(set.indices, async (index) => {
      const there = found.get(index);
      if (there !== undefined) return there;
      const counts = countFeatures(await source.events(index), source.sensor);
      found.set(index, counts);
      onSample();
      return counts;
    });
  }
}

/**
 * Fits a ridge regression to the training samples of a fold, and tests it.
 *
 * @param fold The fold.
 * @param options Cache of features, and a callback for each sample read.
 * @returns Accuracies and sample counts.
 * @throws {RangeError} If there are too many or too few training samples.
 * @throws {Error} If a sample cannot be read.
 */
export async function ridgeOf(
  fold: Fold,
  { cache, onSample }: {
    readonly cache: FeatureCache;
    readonly onSample: () => void;
  },
): Promise<RidgeFold> {
  const { train, test } = fold;
  const known = await cache.read(train, onSample);
  const unseen = await cache.read(test, onSample);
  const ridge = fitRidge(
    { features: known, labels: train.labels },
    train.classes.length,
  );
  const predictions = ridge.predict(unseen);
  const labels = test.labels;
  const ofClass = rollup(labels, (members) => members.length, (label) => label);
  return {
    fold: fold.number,
    trainSamples: train.size,
    testSamples: test.size,
    strength: ridge.strength,
    leaveOneOut: ridge.leaveOneOut,
    testAccuracy: mean(
      predictions,
      (prediction, n) => Number(prediction === labels[n]),
    )!,
    chance: max(ofClass.values())! / test.size,
  };
}
