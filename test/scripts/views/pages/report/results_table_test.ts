import assert from "node:assert/strict";
import type {
  EpochMetrics,
  RunSummary,
} from "../../../../../scripts/run/files.ts";
import { resultsTable } from "../../../../../scripts/views/pages/report/results_table.ts";

/** Metrics of an epoch. */
function epochOf(
  fold: number,
  epoch: number,
  testLoss: number,
): EpochMetrics {
  return {
    fold,
    epoch,
    trainLoss: 9,
    trainAccuracy: 0.5,
    testLoss,
    testAccuracy: 0.5,
    rates: [],
    seconds: 1,
  };
}

const EPOCHS = [
  epochOf(1, 0, 5),
  epochOf(1, 1, 7),
  epochOf(2, 0, 5),
  epochOf(2, 1, 3),
];

/** Results of two folds, with losses of validation or without. */
function summaryOf(valLoss: number | null): RunSummary {
  const spread = { mean: 4, std: 1 };
  const validation = valLoss === null ? null : spread;
  return {
    program: valLoss === null ? "train-test-only" : "train",
    adapter: { name: "a", software: false },
    seconds: 9,
    folds: [1, 2].map((fold) => ({
      fold,
      epochs: 2,
      bestEpoch: 1,
      trainAccuracy: 0.5,
      valLoss,
      valAccuracy: valLoss && 0.5,
      testLoss: fold === 1 ? 5 : 3,
      testAccuracy: 0.75,
    })),
    valLoss: validation,
    valAccuracy: validation,
    testLoss: spread,
    testAccuracy: { mean: 0.75, std: 0 },
    optimistic: valLoss === null,
  };
}

Deno.test("test results that are the best of all epochs have their epochs beside them", () => {
  const [, first, second, mean] = resultsTable(summaryOf(null), EPOCHS);
  assert.deepEqual(first.slice(4), [
    "–",
    "–",
    "5.00, epoch 0",
    "75.00, epoch 1",
  ]);
  assert.deepEqual(second.slice(6), ["3.00, epoch 1", "75.00, epoch 1"]);
  assert.deepEqual(mean.slice(6), ["4.00", "75.00"]);
});

Deno.test("test results of the weights that validation chose have one epoch", () => {
  const [head, first] = resultsTable(summaryOf(2), EPOCHS);
  assert.equal(head[2], "Best epoch");
  assert.deepEqual(first.slice(2), [
    ...["1", "50.00", "2.00", "50.00", "5.00", "75.00"],
  ]);
});
