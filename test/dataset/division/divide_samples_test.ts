import assert from "node:assert/strict";
import { divideSamples } from "../../../dataset/division/divide_samples.ts";
import { splitByGroup } from "../../../dataset/division/group_split.ts";
import type { LabelledSample } from "../../../dataset/samples/labelled_samples.ts";
import { fc } from "../../fixtures/properties.ts";

/** Makes samples, each of a recording of its own unless it names one. */
function samplesOf(
  facts: readonly Partial<LabelledSample>[],
): LabelledSample[] {
  return facts.map((fact, n) => ({
    name: `${n}`,
    recording: `${n}.csv`,
    label: 0,
    place: n,
    ...fact,
  }));
}

/** Windows of 100 µs of recordings, which start every `strideUs`. */
function windowsOf(
  recordings: readonly { readonly label: number; readonly count: number }[],
  strideUs: number,
): LabelledSample[] {
  return samplesOf(
    recordings.flatMap(({ label, count }, r) =>
      Array.from({ length: count }, (_, n) => ({
        recording: `${r}.csv`,
        label,
        startUs: n * strideUs,
        durationUs: 100,
      }))
    ),
  );
}

const seed = fc.integer({ min: 0, max: 2 ** 32 - 2 });

Deno.test("no group is on two sides, and every sample is on one", () => {
  const facts = fc.array(
    fc.record({
      label: fc.integer({ min: 0, max: 3 }),
      group: fc.integer({ min: 0, max: 9 }).map((n) => `person ${n}`),
    }),
    { minLength: 30, maxLength: 80 },
  );
  fc.assert(
    fc.property(facts, seed, fc.boolean(), (facts, seed, validation) => {
      const samples = samplesOf(facts);
      const groups = new Set(facts.map(({ group }) => group));
      fc.pre(groups.size > 3);
      const { divisions, how } = divideSamples(samples, { validation, seed });
      assert.equal(how, "4 folds by group");
      const tested = divisions.flatMap(({ test }) => test);
      assert.deepEqual(tested.toSorted((a, b) => a - b), [...samples.keys()]);
      for (const { train, validation: chosen = [], test } of divisions) {
        assert.equal(chosen.length > 0, validation);
        const all = [...train, ...chosen, ...test];
        assert.deepEqual(all.sort((a, b) => a - b), [...samples.keys()]);
        const sides = [train, chosen, test].map((side) =>
          new Set(side.map((n) => samples[n].group))
        );
        const [a, b, c] = sides;
        assert.equal(a.intersection(b).size, 0);
        assert.equal(a.intersection(c).size, 0);
        assert.equal(b.intersection(c).size, 0);
      }
    }),
  );
});

Deno.test("each side has its share of every class", () => {
  // 12 recordings of each of 5 classes; a fifth is 2.4.
  const samples = samplesOf(
    Array.from({ length: 60 }, (_, n) => ({ label: n % 5 })),
  );
  for (let seed = 0; seed < 20; seed++) {
    const { divisions: [{ train, validation, test }], how } = divideSamples(
      samples,
      { validation: true, seed },
    );
    assert.equal(how, "20 % for test, by recording");
    const counts = [train, validation!, test].map((side) =>
      Array.from(
        { length: 5 },
        (_, label) => side.filter((n) => samples[n].label === label).length,
      )
    );
    assert.deepEqual(counts, [
      Array(5).fill(9),
      Array(5).fill(1),
      Array(5).fill(2),
    ]);
  }
});

Deno.test("few recordings of a class are on both sides all the same", () => {
  const samples = samplesOf([{ label: 0 }, { label: 0 }, { label: 1 }, {
    label: 1,
  }, { label: 1 }]);
  const { divisions: [{ train, test }] } = divideSamples(samples, {
    validation: false,
    seed: 3,
  });
  const labels = (side: readonly number[]) =>
    [...new Set(side.map((n) => samples[n].label))].sort();
  assert.deepEqual([labels(train), labels(test)], [[0, 1], [0, 1]]);
});

Deno.test("windows of one recording never share time with another side's", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 20, max: 150 }),
      fc.array(
        fc.record({
          label: fc.integer({ min: 0, max: 2 }),
          count: fc.integer({ min: 10, max: 40 }),
        }),
        { minLength: 3, maxLength: 8 },
      ),
      fc.option(fc.integer({ min: 2, max: 4 }), { nil: undefined }),
      seed,
      (strideUs, recordings, folds, seed) => {
        const samples = windowsOf(recordings, strideUs);
        const { divisions } = divideSamples(samples, {
          folds,
          validation: true,
          inTime: true,
          seed,
        });
        assert.equal(divisions.length, folds ?? 1);
        for (const { train, validation, test } of divisions) {
          assert(train.length > 0 && test.length > 0);
          const sides = [train, validation ?? [], test];
          for (const [one, other] of [[0, 1], [0, 2], [1, 2]]) {
            for (const a of sides[one]) {
              for (const b of sides[other]) {
                const [p, q] = [samples[a], samples[b]];
                if (p.recording !== q.recording) continue;
                assert(Math.abs(p.startUs! - q.startUs!) >= 100);
              }
            }
          }
        }
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("a recording of several classes has all of them on each side", () => {
  // Two people who sign class after class, and once one more.
  const samples = ["ann", "bob"].flatMap((person, r) =>
    samplesOf(
      [0, 1, 2].flatMap((label) =>
        Array.from({ length: label === 2 ? 1 : 10 }, (_, n) => ({
          recording: `${person}.csv`,
          label,
          startUs: 100 * (10 * label + n),
          durationUs: 100,
          place: 21 * r + 10 * label + n,
        }))
      ),
    )
  );
  const { divisions: [{ train, validation = [], test }] } = divideSamples(
    samples,
    { validation: true, seed: 0, inTime: true },
  );
  const countsOf = (side: readonly number[]) =>
    [0, 1, 2].map((label) =>
      side.filter((n) => samples[n].label === label).length
    );
  assert.deepEqual(countsOf(test), [4, 4, 1]);
  assert.deepEqual(countsOf(validation), [2, 2, 0]);
  assert.deepEqual(countsOf(train), [14, 14, 1]);
  for (const n of test.filter((n) => samples[n].label < 2)) {
    assert(samples[n].startUs! % 1000 >= 800, `${n}`);
  }
});

Deno.test("a class of one recording is divided in time, if it has windows", () => {
  const samples = windowsOf(
    [{ label: 0, count: 10 }, { label: 1, count: 10 }, { label: 1, count: 10 }],
    100,
  );
  const { divisions: [{ train, validation, test }], how } = divideSamples(
    samples,
    { validation: true, seed: 0 },
  );
  assert.equal(how, "20 % for test, in time");
  assert.deepEqual(test, [8, 9, 18, 19, 28, 29]);
  assert.deepEqual(validation, [7, 17, 27]);
  assert.equal(train.length, 21);
  assert.throws(
    () =>
      divideSamples(samplesOf([{ label: 0 }, { label: 1 }, { label: 1 }]), {
        validation: false,
        seed: 0,
      }),
    {
      message: 'Cannot train and test with recording "0.csv": it is the only ' +
        "one of its class, and was not cut into windows",
    },
  );
});

Deno.test("a split that the data set has is kept, unless another is asked", () => {
  const sets = ["train", "test", "validation", "train", undefined] as const;
  const samples = samplesOf(sets.map((set) => ({ set })));
  const divide = (options: Partial<Parameters<typeof divideSamples>[1]>) =>
    divideSamples(samples, { validation: true, seed: 0, ...options });
  const { divisions, how } = divide({});
  assert.equal(how, "its own split");
  assert.deepEqual(divisions, [
    { train: [0, 3, 4], validation: [2], test: [1] },
  ]);
  assert.deepEqual(divide({ validation: false }).divisions, [
    { train: [0, 2, 3, 4], test: [1] },
  ]);
  assert.equal(divide({ folds: 5 }).divisions.length, 5);
  assert.equal(divide({ test: 0.4 }).how, "40 % for test, by recording");
});

Deno.test("windows that overlap those of the data set's test set are left out", () => {
  const samples = windowsOf([{ label: 0, count: 4 }], 50).map((sample, n) => ({
    ...sample,
    set: n < 2 ? "train" as const : "test" as const,
  }));
  const { divisions: [{ train, test }] } = divideSamples(samples, {
    validation: false,
    seed: 0,
  });
  assert.deepEqual([train, test], [[0], [2, 3]]);
});

Deno.test("samples that cannot be divided in time are refused with the reason", () => {
  const refuses = (samples: LabelledSample[], problem: string) =>
    assert.throws(
      () => divideSamples(samples, { validation: true, seed: 0, inTime: true }),
      { name: "RangeError", message: `Cannot divide ${problem}` },
    );
  refuses(
    samplesOf([{}, {}]),
    "recordings in time: they were not cut into windows",
  );
  refuses(
    windowsOf([{ label: 0, count: 3 }, { label: 0, count: 1 }], 100),
    'recordings in time: "1.csv" has a single window; choose shorter windows',
  );
  refuses(
    windowsOf([{ label: 0, count: 9 }], 10),
    "the samples: every window for training would overlap one for test; " +
      "shorter windows, or a shorter overlap, leave some",
  );
});

Deno.test("fewer groups than four are as many folds", () => {
  const samples = samplesOf(
    Array.from({ length: 9 }, (_, n) => ({ group: `day ${n % 3}` })),
  );
  const { divisions, how } = divideSamples(samples, {
    validation: false,
    seed: 0,
  });
  assert.equal(how, "3 folds by group");
  assert(divisions.every(({ test }) => test.length === 3));
  assert.throws(
    () => divideSamples(samples, { folds: 4, validation: false, seed: 0 }),
    { message: "Cannot make 4 folds: there are 3 groups" },
  );
});

Deno.test("each group is a fold, in the order of their names, if asked", () => {
  // Every class is of one group alone, whose folds could be joined otherwise.
  const samples = samplesOf(
    Array.from(
      { length: 24 },
      (_, n) => ({ label: n % 12, group: `p${12 - n % 12}` }),
    ),
  );
  const { divisions, how } = divideSamples(samples, {
    folds: "groups",
    validation: false,
    seed: 0,
  });
  assert.equal(how, "12 folds, one a group");
  for (const [n, { train, test }] of divisions.entries()) {
    assert(test.every((at) => samples[at].group === `p${n + 1}`));
    assert.deepEqual([train.length, test.length], [22, 2]);
  }
  const refuses = (samples: LabelledSample[], problem: string) =>
    assert.throws(
      () =>
        divideSamples(samples, { folds: "groups", validation: true, seed: 0 }),
      { message: `Cannot make a fold of each group: ${problem}` },
    );
  refuses(samplesOf([{}, {}]), "the samples have no groups");
  refuses(
    samplesOf([{ group: "ann" }, { group: "ann" }]),
    '"ann" is the only one',
  );
});

Deno.test("the division depends on the seed alone", () => {
  const samples = Array.from(
    { length: 40 },
    (_, n) => ({ label: n % 2, group: `${n}` }),
  );
  const split = (seed: number) => splitByGroup(samples, [0.5, 0.5], seed);
  assert.deepEqual(split(1), split(1));
  assert.notDeepEqual(split(1), split(2));
});

Deno.test("no fold is empty where each class has fewer recordings than there are folds", () => {
  const samples = Array.from({ length: 12 }, (_, n): LabelledSample => ({
    name: `${n}`,
    recording: `${n}.csv`,
    group: `${n}.csv`,
    label: n % 4,
    place: n,
  }));
  for (let seed = 0; seed < 5; seed++) {
    const { divisions } = divideSamples(samples, { validation: true, seed });
    assert.equal(divisions.length, 4);
    assert(divisions.every(({ test }) => test.length > 0));
  }
});
