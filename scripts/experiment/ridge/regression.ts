/**
 * Linear classification by ridge regression.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { maxIndex } from "npm:d3-array@3.2.4";
import { EigenvalueDecomposition, Matrix } from "npm:ml-matrix@6.15.1";

/** Samples with their classes. */
export interface Labelled {
  /** One feature vector per sample, all of the same length. */
  readonly features: readonly Float64Array[];
  /** Class of each sample, from 0. */
  readonly labels: readonly number[];
}

/** A fitted classifier. */
export interface Ridge {
  /** The strength of the penalty, relative to the number of features. */
  readonly strength: number;
  /** Leave-one-out accuracy on the training samples, 0 to 1. */
  readonly leaveOneOut: number;
  /**
   * Classifies samples.
   *
   * @param features One feature vector per sample.
   * @returns A class per sample.
   */
  readonly predict: (features: readonly Float64Array[]) => number[];
}

/** Strengths to choose from, relative to the number of features. */
const STRENGTHS = Array.from({ length: 16 }, (_, n) => 10 ** (n / 3 - 3));

/**
 * Largest number of samples: time grows with its third power, to about ten
 * minutes.
 */
const MOST = 4000;

/**
 * Fits a linear classifier by ridge regression, with one target per class.
 *
 * Features are standardised. The strength is the one with the smallest
 * leave-one-out squared error, for which the eigendecomposition of the Gram
 * matrix gives a closed form at every strength.
 *
 * Source: Rifkin and Lippert, "Notes on regularized least squares" (2007).
 *
 * @param samples Samples to fit.
 * @param classes Number of classes.
 * @returns The classifier.
 * @throws {RangeError} If there are more samples than can be fitted, or fewer
 * than two.
 *
 * @example
 * ```ts
 * import { fitRidge } from "./regression.ts";
 * const features = [[0, 1], [1, 0], [0, 2], [2, 0]]
 *   .map((sample) => Float64Array.from(sample));
 * const { predict } = fitRidge({ features, labels: [0, 1, 0, 1] }, 2);
 * if (predict([Float64Array.of(0, 3)])[0] !== 0) throw new Error("expected 0");
 * ```
 */
export function fitRidge(
  { features, labels }: Labelled,
  classes: number,
): Ridge {
  const samples = features.length;
  if (samples < 2 || samples > MOST) {
    throw new RangeError(
      `Cannot fit a ridge to "${samples}" samples: 2 to ${MOST} are needed`,
    );
  }
  const scale = standardisation(features);
  const x = scale(features);
  const targets = Matrix.zeros(samples, classes);
  labels.forEach((label, sample) => targets.set(sample, label, 1));
  const shares = targets.mean("column");
  targets.subRowVector(shares);
  const { eigenvectorMatrix: vectors, realEigenvalues: values } =
    new EigenvalueDecomposition(x.mmul(x.transpose()), {
      assumeSymmetric: true,
    });
  const turned = vectors.transpose().mmul(targets);
  const fits = STRENGTHS.map((strength) => {
    const penalty = strength * x.columns;
    const weights = values.map((value) => 1 / (Math.max(0, value) + penalty));
    const dual = vectors.mmul(turned.clone().mulColumnVector(weights));
    let error = 0;
    let right = 0;
    for (let sample = 0; sample < samples; sample++) {
      let inverse = 0;
      weights.forEach((weight, n) => {
        inverse += weight * vectors.get(sample, n) ** 2;
      });
      // Leaving a sample out also changes the means.
      const factor = penalty / (penalty * inverse - 1 / samples);
      const missed = dual.getRow(sample).map((value) => factor * value);
      error += missed.reduce((sum, value) => sum + value * value, 0);
      const outputs = missed.map((value, n) =>
        targets.get(sample, n) - value + shares[n]
      );
      if (maxIndex(outputs) === labels[sample]) right++;
    }
    return { strength, dual, error, leaveOneOut: right / samples };
  });
  const best = fits.reduce((a, b) => b.error < a.error ? b : a);
  const slopes = x.transpose().mmul(best.dual);
  return {
    strength: best.strength,
    leaveOneOut: best.leaveOneOut,
    predict: (unseen) =>
      scale(unseen).mmul(slopes).addRowVector(shares).to2DArray()
        .map((outputs) => maxIndex(outputs)),
  };
}

/** Prepares the scaling of each feature to mean 0 and standard deviation 1. */
function standardisation(features: readonly Float64Array[]) {
  const x = new Matrix(features.map((row) => [...row]));
  const means = x.mean("column");
  // Constant features are left at 0.
  const deviations = x.standardDeviation("column", { unbiased: false })
    .map((deviation) => deviation || Infinity);
  return (rows: readonly Float64Array[]) =>
    new Matrix(rows.map((row) => [...row]))
      .subRowVector(means).divRowVector(deviations);
}
