/**
 * Division of a list for training, validation and test, identical to that of
 * scikit-learn for the same seed.
 *
 * @module
 */

import { mersenne } from "npm:pure-rand@8.4.2/generator/mersenne";

/** Positions in a list, divided into training and test. */
export interface Split {
  /** Training positions. */
  readonly train: number[];
  /** Test positions. */
  readonly test: number[];
}

/**
 * Divides a list into folds, each of which is the test part of one split.
 *
 * Source: scikit-learn's `KFold(folds, shuffle=True, random_state=seed)`, whose
 * positions and ascending order are reproduced.
 *
 * @param length Length of the list.
 * @param folds Number of folds, at least 2; the first ones have one more entry
 *   if the list cannot be divided evenly.
 * @param seed A whole number from 0 to 2³² − 1.
 * @returns One split per fold.
 * @throws {RangeError} If the list has fewer entries than folds, or the folds
 * or the seed are out of range.
 *
 * @example
 * ```ts
 * import { kFold } from "./split.ts";
 * const [first] = kFold(59, 4, 0);
 * if (first.train.length !== 44) throw new Error("expected 44 of 59");
 * ```
 */
export function kFold(length: number, folds: number, seed: number): Split[] {
  if (!Number.isInteger(folds) || folds < 2) {
    throw new RangeError(
      `Cannot divide a list into "${folds}" folds: at least 2 are needed`,
    );
  }
  if (!Number.isInteger(length) || length < folds) {
    throw new RangeError(
      `Cannot divide a list of "${length}" into ${folds} folds: ` +
        `at least ${folds} entries are needed`,
    );
  }
  const order = permutation(length, seed);
  const foldOf = new Uint32Array(length);
  let begin = 0;
  for (let fold = 0; fold < folds; fold++) {
    const size = Math.floor(length / folds) + (fold < length % folds ? 1 : 0);
    for (const position of order.slice(begin, begin + size)) {
      foldOf[position] = fold;
    }
    begin += size;
  }
  const positions = Array.from(foldOf, (_, position) => position);
  return Array.from({ length: folds }, (_, fold) => ({
    train: positions.filter((position) => foldOf[position] !== fold),
    test: positions.filter((position) => foldOf[position] === fold),
  }));
}

/**
 * Divides a list into a training part and a test (or validation) part.
 *
 * Source: scikit-learn's `train_test_split(list, test_size=testFraction,
 * random_state=seed)`, whose positions and shuffled order are reproduced.
 *
 * @param length Length of the list.
 * @param testFraction Fraction of the list for test, above 0 and below 1; the
 *   number of entries is rounded up.
 * @param seed A whole number from 0 to 2³² − 1.
 * @returns The split.
 * @throws {RangeError} If nothing is left for training, or the fraction or the
 * seed is out of range.
 *
 * @example
 * ```ts
 * import { trainTestSplit } from "./split.ts";
 * const { train, test } = trainTestSplit(44, 0.15, 1);
 * if (train.length !== 37 || test.length !== 7) throw new Error("expected 37 and 7");
 * ```
 */
export function trainTestSplit(
  length: number,
  testFraction: number,
  seed: number,
): Split {
  if (!(testFraction > 0 && testFraction < 1)) {
    throw new RangeError(
      `Cannot take a fraction of "${testFraction}" for test: ` +
        "a number above 0 and below 1 is needed",
    );
  }
  const tests = Math.ceil(testFraction * length);
  if (!Number.isInteger(length) || tests >= length) {
    throw new RangeError(
      `Cannot divide a list of "${length}": with ${testFraction} of it for ` +
        "test nothing is left for training",
    );
  }
  const order = permutation(length, seed);
  return { train: order.slice(tests), test: order.slice(0, tests) };
}

/** Computes NumPy's `RandomState(seed).permutation(length)`. */
function permutation(length: number, seed: number): number[] {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new RangeError(
      `Cannot seed with "${seed}": a whole number from 0 to 4294967295 ` +
        "is needed",
    );
  }
  const generator = mersenne(seed);
  const order = Array.from({ length }, (_, position) => position);
  for (let last = length - 1; last > 0; last--) {
    // Rejection sampling as in NumPy: as many bits as the largest index has,
    // drawn again if they exceed it.
    const unused = Math.clz32(last);
    let chosen: number;
    do chosen = (generator.next() << unused) >>> unused; while (chosen > last);
    [order[last], order[chosen]] = [order[chosen], order[last]];
  }
  return order;
}
