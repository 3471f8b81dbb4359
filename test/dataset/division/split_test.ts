import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mersenne } from "npm:pure-rand@8.4.2/generator/mersenne";
import { kFold, trainTestSplit } from "../../../dataset/division/split.ts";
import { fc } from "../../fixtures/properties.ts";
import vectors from "../../reference/folds.json" with { type: "json" };

const RUN = { seed: 25, numRuns: 200 };
const anySeed = fc.integer({ min: 0, max: 2 ** 32 - 1 });

function ascending(values: number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

function upTo(length: number): number[] {
  return Array.from({ length }, (_, n) => n);
}

Deno.test("the Mersenne Twister draws the words of NumPy's RandomState", () => {
  for (const { seed, words } of vectors.generators) {
    const twister = mersenne(seed);
    const drawn = upTo(Math.max(...vectors.drawn) + 1)
      .map(() => twister.next() >>> 0);
    assert.deepEqual(vectors.drawn.map((n) => drawn[n]), words);
  }
});

Deno.test("trainTestSplit() shuffles in the order of NumPy's permutation", () => {
  for (const { length, seed, order } of vectors.permutations) {
    if (length < 2) continue;
    const { train, test } = trainTestSplit(length, 0.5, seed);
    assert.deepEqual([...test, ...train], order);
  }
});

Deno.test("kFold() gives the folds of scikit-learn", () => {
  for (const { length, folds, seed, tests } of vectors.kFolds) {
    const splits = kFold(length, folds, seed);
    assert.deepEqual(splits.map((split) => split.test), tests);
  }
});

Deno.test("trainTestSplit() gives the order of scikit-learn", () => {
  for (const wanted of vectors.trainTestSplits) {
    const { length, testFraction, seed, train, test } = wanted;
    const split = trainTestSplit(length, testFraction, seed);
    assert.deepEqual(split, { train, test });
  }
});

/** The three parts of each fold, as the training programs make them. */
function partsOf(length: number, seed: number) {
  return kFold(length, 4, seed).map(({ train, test }) => {
    const inner = trainTestSplit(train.length, 0.15, seed + 1);
    return {
      train: inner.train.map((n) => train[n]),
      validation: inner.test.map((n) => train[n]),
      test,
    };
  });
}

Deno.test("kFold() and trainTestSplit() give the three parts of a run", () => {
  for (const { length, seed, folds } of vectors.runs) {
    assert.deepEqual(partsOf(length, seed), folds);
  }
});

Deno.test("kFold() and trainTestSplit() do so for a hundred lengths and seeds", () => {
  const { lengths, seeds, sha256 } = vectors.sweep;
  for (const [n, length] of lengths.entries()) {
    const runs = seeds.map((seed) => partsOf(length, seed));
    const digest = createHash("sha256").update(JSON.stringify(runs));
    assert.equal(digest.digest("hex"), sha256[n], `length ${length}`);
  }
  assert(lengths.length * seeds.length > 9000);
});

Deno.test("kFold() tests every entry once, in folds of nearly equal length", () => {
  const lists = fc.tuple(fc.integer({ min: 2, max: 9 }), fc.nat(80), anySeed);
  fc.assert(
    fc.property(lists, ([folds, more, seed]) => {
      const length = folds + more;
      const splits = kFold(length, folds, seed);
      const tests = splits.map(({ test }) => test);
      assert.deepEqual(ascending(tests.flat()), upTo(length));
      const lengths = tests.map((test) => test.length);
      assert(Math.max(...lengths) - Math.min(...lengths) <= 1);
      for (const { train, test } of splits) {
        assert.deepEqual(ascending([...train, ...test]), upTo(length));
        assert.deepEqual(train, ascending(train));
        assert.deepEqual(test, ascending(test));
      }
    }),
    RUN,
  );
});

Deno.test("trainTestSplit() keeps every entry once", () => {
  const fraction = fc.double({ min: 0.01, max: 0.5, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 80 }), fraction, anySeed, (
      ...[
        length,
        testFraction,
        seed,
      ]
    ) => {
      const { train, test } = trainTestSplit(length, testFraction, seed);
      assert.equal(test.length, Math.ceil(length * testFraction));
      assert.deepEqual(ascending([...train, ...test]), upTo(length));
    }),
    RUN,
  );
});

Deno.test("folds refuse seeds that NumPy refuses", () => {
  for (const seed of [-1, 2 ** 32, 0.5, NaN, Infinity]) {
    assert.throws(() => kFold(59, 4, seed), {
      name: "RangeError",
      message: `Cannot seed with "${seed}": a whole number from 0 to ` +
        "4294967295 is needed",
    });
    assert.throws(() => trainTestSplit(59, 0.15, seed), RangeError);
  }
});

Deno.test("kFold() refuses more folds than entries", () => {
  assert.throws(() => kFold(3, 4, 0), {
    name: "RangeError",
    message: 'Cannot divide a list of "3" into 4 folds: ' +
      "at least 4 entries are needed",
  });
  for (const [length, folds] of [[10, 1], [10, 2.5], [10, NaN], [9.5, 4]]) {
    assert.throws(() => kFold(length, folds, 0), RangeError);
  }
});

Deno.test("trainTestSplit() refuses to leave nothing for training", () => {
  for (const [length, fraction] of [[0, 0.15], [1, 0.15], [2, 0.6]]) {
    assert.throws(() => trainTestSplit(length, fraction, 0), {
      name: "RangeError",
      message: `Cannot divide a list of "${length}": with ${fraction} of it ` +
        "for test nothing is left for training",
    });
  }
  for (const fraction of [0, 1, -0.1, NaN]) {
    assert.throws(() => trainTestSplit(10, fraction, 0), RangeError);
  }
});
