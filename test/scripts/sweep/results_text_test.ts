import assert from "node:assert/strict";
import papaparse from "npm:papaparse@5.7.1";
import type {
  CombinationResult,
  SweepResults,
} from "../../../scripts/sweep/results/merge.ts";
import {
  describeResults,
  formatCsv,
} from "../../../scripts/sweep/results/results_text.ts";

/** A combination of learning rate and network that is done. */
const combination = (
  changes: Partial<CombinationResult> = {},
): CombinationResult => ({
  combination: 0,
  values: { "training.lr": "0.001", network: "16-lif-2" },
  runs: 4,
  done: 4,
  epochs: { min: 20, max: 20 },
  bestEpoch: { min: 7, max: 12 },
  valLoss: { mean: 0.5, std: 0.1 },
  valAccuracy: { mean: 0.75, std: 0.025 },
  testLoss: { mean: 0.6, std: 0.1 },
  testAccuracy: { mean: 0.7, std: 0.05 },
  best: false,
  ...changes,
});

const results = (...combinations: CombinationResult[]): SweepResults => ({
  keys: ["training.lr", "network"],
  states: {
    done: 8,
    running: 0,
    failed: 0,
    paused: 0,
    waiting: 4,
    eliminated: 0,
  },
  combinations,
  runs: [],
});

const UNTESTED = {
  done: 0,
  epochs: { min: 0, max: 3 },
  bestEpoch: null,
  testLoss: null,
  testAccuracy: null,
  values: { "training.lr": "0.1", network: "[{dense: 2}]" },
};

Deno.test("a table has a line for each combination if it fits", () => {
  const lines = describeResults(
    results(combination({ best: true }), combination(UNTESTED)),
    80,
  );
  assert.deepEqual(lines.slice(2, 5), [
    "lr     network       done  epochs (best)  validation %  test %",
    "0.001  16-lif-2      4/4   20 (7-12)      75.0 +- 2.5   70.0 +- 5.0  best",
    "0.1    [{dense: 2}]  0/4   0-3            75.0 +- 2.5   -",
  ]);
  assert.equal(lines.at(-1), "The best has the highest validation accuracy.");
});

Deno.test("states of runs are counted, also those that halving left behind", () => {
  const states = {
    done: 1,
    running: 0,
    failed: 0,
    paused: 0,
    waiting: 0,
    eliminated: 3,
  };
  const [first] = describeResults({ ...results(combination()), states }, 80);
  assert.equal(first, "0 runs: 1 done, 3 eliminated");
});

Deno.test("a table of many or long values fits 60 columns", () => {
  const network = "[{conv: {out: 16, kernel: 5}}, {dense: 512}, {dense: 10}]";
  const many = results(
    combination({ values: { "training.lr": "0.001", network }, best: true }),
  );
  for (const width of [60, 52]) {
    const lines = describeResults(many, width);
    assert.deepEqual(lines.filter((line) => line.length > width), []);
    assert(lines.includes("  training.lr=0.001"));
    const said = lines.filter((line) => line.startsWith("  "))
      .map((line) => line.slice(2)).join("");
    assert(said.includes(network), said);
  }
});

Deno.test("a single run has no standard deviation", () => {
  const once = combination({ runs: 1, done: 1, best: true });
  const lines = describeResults(results(once), 80);
  assert.match(lines[3], /20 \(7-12\) +75\.0 +70\.0 +best$/);
  assert(!lines.join("\n").includes("+-"), lines.join("\n"));
});

Deno.test("keys that end alike are told apart", () => {
  const values = { "a.lr": "1", "b.lr": "2" };
  const [, , head] = describeResults({
    ...results(combination({ values })),
    keys: ["a.lr", "b.lr"],
  }, 80);
  assert.match(head, /^a\.lr +b\.lr +done/);
});

Deno.test("no combination is the best without validation, or before its end", () => {
  const last = (changes: Partial<CombinationResult>) =>
    describeResults(results(combination(changes)), 80).at(-1);
  assert.equal(
    last({ valAccuracy: null, valLoss: null }),
    "Without a validation set none is the best.",
  );
  assert.equal(
    last({ done: 3 }),
    "None is the best until all runs of one are done.",
  );
});

Deno.test("CSV has every digit, and quotes what needs it", () => {
  const text = formatCsv(results(combination(), combination(UNTESTED)));
  const { data }: { readonly data: readonly Record<string, string>[] } =
    papaparse.parse(text.trimEnd(), { header: true });
  assert.deepEqual(data.map((row) => row.network), [
    "16-lif-2",
    "[{dense: 2}]",
  ]);
  assert.deepEqual([data[0].best_epoch_min, data[0].epochs_max], ["7", "20"]);
  assert.equal(data[1].best_epoch_max, "");
  assert.equal(data[0].validation_accuracy_std, "0.025");
  assert.equal(data[1].test_accuracy_mean, "");
  assert.equal(data[0].best, "false");
});
