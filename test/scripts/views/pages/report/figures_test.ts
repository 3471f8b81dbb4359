import assert from "node:assert/strict";
import { parseConfiguration } from "../../../../../scripts/configuration/configuration.ts";
import {
  figuresOf,
  type FoldTests,
} from "../../../../../scripts/views/pages/report/figures.ts";
import type { Run } from "../../../../../scripts/run/reader.ts";
import { epochRows, outputSpikes } from "../../charts/chart_examples.ts";

const run: Run = {
  folder: "output",
  configuration: parseConfiguration("training: {lr: 0.1}", "network.yaml"),
  epochs: epochRows({ folds: 2, epochs: 3 }).map((row) => ({
    ...row,
    rates: row.rates!,
    gradientNorms: undefined,
    seconds: 1,
  })),
  summary: undefined,
  weights: new Map(),
};

const tests: FoldTests = {
  layers: ["pool1", "fc1"],
  inTime: { fold: 1, accuracy: [0, 1], Ts: 5 },
  evaluation: {
    fold: 2,
    classes: ["cat", "dog"],
    energy: [],
    outcomes: [
      { sample: 7, label: 0, prediction: 1, loss: 3, name: "sample 7" },
    ],
  },
  traces: [
    { Ts: 5, output: outputSpikes([1, 2, 3, 4]), neurons: [] },
    { Ts: 5, output: outputSpikes([1, 2, 3, 4]), neurons: [] },
  ],
};

const namesOf = (run: Run, tests: readonly FoldTests[]) =>
  figuresOf(run, tests).map(({ name }) => name);

Deno.test("figuresOf() draws people and sessions only where they are known", () => {
  const unknown = namesOf(run, [tests]);
  assert(!unknown.some((name) => /person|session/.test(name)));
  const [outcome] = tests.evaluation.outcomes;
  const outcomes = [{ ...outcome, person: "user05", session: "S3" }];
  const known = { ...tests, evaluation: { ...tests.evaluation, outcomes } };
  assert.deepEqual(
    namesOf(run, [known]).filter((name) => !unknown.includes(name)),
    ["accuracy_by_session", "accuracy_by_person"],
  );
});

Deno.test("figuresOf() draws logits where outputs are no neurons", () => {
  const drawn = (logits?: number[][]) => {
    const output = outputSpikes([0, 0], { logits });
    const traces = [{ Ts: 5, output, neurons: [] }];
    return namesOf(run, [{ ...tests, traces }])
      .filter((name) => name.startsWith("output"));
  };
  assert.deepEqual(drawn(), [
    "output_spike_raster_fold2",
    "output_spike_histogram_fold2",
  ]);
  assert.deepEqual(drawn([[1, 2], [3, 4]]), ["output_logits_fold2"]);
});

Deno.test("figuresOf() draws gradients only where they were recorded", () => {
  const names = namesOf(run, [tests]);
  assert(!names.some((name) => name.startsWith("gradient_norm")));
  const epochs = run.epochs.map((row) => ({
    ...row,
    gradientNorms: { fc1: 0.5 },
  }));
  const recorded = namesOf({ ...run, epochs }, [tests]);
  assert.deepEqual(
    recorded.filter((name) => !names.includes(name)),
    ["gradient_norm_fold1", "gradient_norm_fold2"],
  );
});

Deno.test("figuresOf() names the files of further samples by their number", () => {
  const rasters = namesOf(run, [tests]).filter((name) => /raster/.test(name));
  assert.deepEqual(rasters, [
    ...["output_spike_raster_fold2", "output_spike_raster_fold2_2"],
  ]);
});

Deno.test("figuresOf() draws weights of the network's layers only", () => {
  const array = { shape: [2, 1], data: Float32Array.of(1, -1) };
  const names = ["fc1.weight", "/../../picture.weight", "fc2.weight"];
  const arrays = Object.fromEntries(names.map((name) => [name, array]));
  const weights = new Map([[1, arrays], [2, arrays]]);
  const drawn = namesOf({ ...run, weights }, [tests]);
  assert.deepEqual(
    drawn.filter((name) => !namesOf(run, [tests]).includes(name)),
    ["weights_fc1_fold2"],
  );
  assert(drawn.every((name) => /^\w[\w.-]*$/.test(name)), drawn.join());
});

Deno.test("figuresOf() gives every chart another name", () => {
  const names = namesOf(run, [tests]);
  assert.equal(new Set(names).size, names.length);
  assert(names.includes("loss_fold1") && names.includes("accuracy_fold2"));
});
