import assert from "node:assert/strict";
import { type ChartSpec, confusionMatrix } from "../../../../mod.ts";
import * as library from "../../../../mod.ts";
import { CHARTS, CLASSES, epochRows, outputSpikes } from "./chart_examples.ts";

/** Row of a chart's data. */
type Row = Readonly<Record<string, string | number | null>>;

/** The value of a chart under nested keys. */
function part<T>(spec: ChartSpec, ...keys: readonly (string | number)[]): T {
  return keys.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown>)[key],
    spec,
  ) as T;
}

/** Inline data of a chart, or of one of its layers. */
function valuesOf(spec: ChartSpec, layer?: number): Row[] {
  const keys = layer === undefined ? [] : ["layer", layer];
  return part(spec, ...keys, "data", "values");
}

Deno.test("loss is drawn dotted for training, solid for validation", () => {
  const keys = ["layer", 0, "encoding", "strokeDash", "scale"];
  assert.deepEqual(part(CHARTS.loss, ...keys), {
    domain: ["training", "validation"],
    range: [[2, 4], [1, 0]],
  });
});

Deno.test("a fold has the same colour in every chart", () => {
  const rows = epochRows({ folds: 16, epochs: 2 });
  const scaleOf = (spec: ChartSpec, layer: number, channel: string) =>
    part<{ domain: number[]; range: string[] }>(
      spec,
      ...["layer", layer, "encoding", channel, "scale"],
    );
  const all = library.lossCurves(rows);
  const one = library.accuracyCurves(rows.filter(({ fold }) => fold === 11));
  const colours = scaleOf(all, 0, "color");
  assert.deepEqual(scaleOf(one, 0, "color"), {
    domain: [11],
    range: [colours.range[10]],
  });
  assert.equal(one.title.text, "Accuracy, fold 11");
  assert.equal(new Set(colours.range.slice(0, 4)).size, 4);
  // Folds of one colour have points of different shapes.
  const shapes = scaleOf(all, 1, "shape").range;
  const looks = colours.range.map((colour, n) => colour + shapes[n]);
  assert.equal(new Set(looks).size, 16);
});

Deno.test("curves have a point for each epoch, fold and set", () => {
  const rows = epochRows({ folds: 2, epochs: 3 });
  const values = valuesOf(library.accuracyCurves(rows));
  assert.equal(values.length, 12);
  assert.deepEqual(values[1], {
    fold: 1,
    epoch: 0,
    set: "validation",
    value: 100 * rows[0].valAccuracy!,
  });
});

Deno.test("epochs whose loss was not finite are left out", () => {
  const [first, second] = epochRows({ folds: 1, epochs: 2 });
  const lost: library.EpochRow = JSON.parse(
    JSON.stringify({ ...second, trainLoss: NaN, valLoss: Infinity }),
  );
  const values = valuesOf(library.lossCurves([first, lost]));
  assert.deepEqual(values.map(({ epoch }) => epoch), [0, 0]);
});

Deno.test("a raster has a tick for each spike, and names the target", () => {
  const spikes = outputSpikes([2, 0, 1, 4]);
  const spec = library.spikeRaster(spikes);
  assert.equal(spec.title.text, "Output spikes, target cow");
  assert.deepEqual(
    valuesOf(spec).map((value) => [value.class, value.time]),
    spikes.times.flatMap((times, n) => times.map((time) => [CLASSES[n], time])),
  );
  const roles = valuesOf(spec).map((value) => value.role);
  assert.deepEqual(roles.slice(0, 4), [
    ...["other classes", "other classes", "other classes", "target"],
  ]);
});

Deno.test("a histogram counts in the region only, and labels the predicted class", () => {
  const spec = library.spikeHistogram(outputSpikes([3, 1], {
    label: 0,
    prediction: 1,
    times: [[0, 99, 100, 200], [100, 199]],
    region: { start: 100, stop: 200 },
  }));
  const counts = valuesOf(spec, 0).map(({ count }) => count);
  assert.deepEqual(counts, [1, 2]);
  const [winner] = valuesOf(spec, 3);
  assert.deepEqual(winner, {
    count: 2,
    class: "dog",
    role: "predicted instead",
  });
  const targets = valuesOf(spec, 1).map(({ count }) => count);
  assert.deepEqual(targets, [180, 30]);
});

Deno.test("a histogram has no target counts if the loss has none", () => {
  const spec = library.spikeHistogram(
    outputSpikes([3, 1], { label: 0, prediction: 0, desired: undefined }),
  );
  assert(!JSON.stringify(spec).includes("desired count"));
  const [winner] = valuesOf(spec, 2);
  assert.equal(winner.count, 3);
});

Deno.test("classes keep their order in every chart", () => {
  for (
    const [chart, ...keys] of [
      ["raster", "encoding", "y"],
      ["histogram", "layer", 0, "encoding", "y"],
      ["confusion", "encoding", "x"],
      ["confusion", "encoding", "y"],
      ["classes", "encoding", "y"],
    ]
  ) {
    const domain = part(CHARTS[chart], ...keys, "scale", "domain");
    assert.deepEqual(domain, CLASSES);
  }
});

Deno.test("a confusion matrix counts samples by true and predicted class", () => {
  const outcomes = [[0, 0], [0, 1], [0, 1], [1, 1]]
    .map(([label, prediction]) => ({ label, prediction }));
  const spec = confusionMatrix(outcomes, ["cat", "dog"]);
  assert.deepEqual(
    valuesOf(spec).map((value) => [value.class, value.predicted, value.count]),
    [["cat", "cat", 1], ["cat", "dog", 2], ["dog", "cat", 0], [
      "dog",
      "dog",
      1,
    ]],
  );
  const sums = Map.groupBy(valuesOf(spec), (value) => value.class);
  for (const row of sums.values()) {
    const sum = row.reduce((total, { share }) => total + Number(share), 0);
    assert(Math.abs(sum - 100) < 1e-9);
  }
});

Deno.test("accuracy is shown by class, session and person", () => {
  const outcomes = [
    { label: 0, prediction: 0, person: "user18", session: "S4" },
    { label: 1, prediction: 0, person: "user18", session: "S4" },
    { label: 1, prediction: 1, person: "user00", session: "S3" },
  ];
  const rows = (spec: ChartSpec) =>
    valuesOf(spec).map((value) => [value.group, value.accuracy]);
  assert.deepEqual(rows(library.classAccuracy(outcomes, ["a", "b", "c"])), [
    ...[["a", 100], ["b", 50], ["c", null]],
  ]);
  assert.deepEqual(rows(library.sessionAccuracy(outcomes)), [
    ...[["S3, indoor", 100], ["S4, sunlight", 50]],
  ]);
  assert.deepEqual(rows(library.personAccuracy(outcomes)), [
    ...[["user00", 100], ["user18", 50]],
  ]);
});

Deno.test("firing rates are spikes a second", () => {
  const spec = library.firingRates([{ fold: 1, epoch: 0, rates: [0.05, 0] }], {
    layers: ["conv1", "fc1"],
    Ts: 5,
  });
  assert.deepEqual(
    valuesOf(spec).map(({ layer, value }) => [layer, value]),
    [["conv1", 10], ["fc1", 0]],
  );
});

Deno.test("a layer has the same line in every chart, and no other layer has it", () => {
  const layers = Array.from({ length: 12 }, (_, n) => `fc${n + 1}`);
  const rates = layers.map((_, n) => n / 100);
  const row = { fold: 1, epoch: 0, rates, gradientNorms: { fc3: 2, fc7: 1 } };
  const looks = (spec: ChartSpec) => {
    const channels = ["color", "strokeDash"].map((channel) =>
      part<{ domain: string[]; range: unknown[] }>(
        spec,
        ...["encoding", channel, "scale"],
      )
    );
    return channels[0].domain.map((layer, n) =>
      JSON.stringify([layer, ...channels.map(({ range }) => range[n])])
    );
  };
  const spec = library.gradientNorms([row], { layers });
  assert.deepEqual(
    looks(spec),
    looks(library.firingRates([row], { layers, Ts: 1 })),
  );
  const named = looks(spec).map((look) => JSON.parse(look).slice(1).join());
  assert.equal(new Set(named).size, 12);
  assert.deepEqual(
    part(spec, "encoding", "color", "legend", "values"),
    ["fc3", "fc7"],
  );
});

Deno.test("curves leave room for points at their ends", () => {
  const rows = epochRows({ folds: 1, epochs: 3 });
  const layers = ["fc1"];
  const cases: [ChartSpec, string[]][] = [
    [library.lossCurves(rows), ["layer", "0"]],
    [library.firingRates(rows, { layers, Ts: 5 }), []],
    [
      library.firingRates([{ fold: 1, epoch: 0, rates: [0] }], {
        layers,
        Ts: 5,
      }),
      [],
    ],
  ];
  for (const [spec, keys] of cases) {
    const [low, high] = part<number[]>(
      spec,
      ...[...keys, "encoding", "y", "scale", "domain"],
    );
    const values = valuesOf(spec).map(({ value }) => Number(value));
    assert(low < 0 && high > Math.max(...values));
  }
});

Deno.test("filters are the weights, large ones averaged in blocks", () => {
  const small = library.weightFilters("conv1", {
    shape: [2, 1, 1, 3, 1],
    data: [1, 2, 3, 4, 5, 6],
  });
  assert.deepEqual(valuesOf(small, 0)[4], {
    n: 1,
    row: 0,
    column: 1,
    weight: 5,
  });
  const data = Float32Array.from({ length: 34 * 34 }, (_, n) => n % 34);
  const large = library.weightFilters("fc1", { shape: [1, 1, 34, 34], data });
  const cells = valuesOf(large, 0);
  assert.equal(cells.length, 12 * 12);
  assert.deepEqual(cells.slice(10, 12).map(({ weight }) => weight), [31, 33]);
});

Deno.test("a table of weights names the classes of its outputs", () => {
  const weights = { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] };
  const classes = ["dog", "cat"];
  const named = library.weightFilters("fc2", weights, { classes });
  assert.deepEqual(valuesOf(named)[4], { class: "cat", input: 1, weight: 5 });
  assert.deepEqual(part(named, "encoding", "y", "scale", "domain"), classes);
  const plain = library.weightFilters("fc1", weights);
  assert.deepEqual(valuesOf(plain)[4], { neuron: 1, input: 1, weight: 5 });
});

Deno.test("no more filters are drawn than asked for", () => {
  const weights = { shape: [100, 1, 1, 2], data: new Float32Array(200) };
  const spec = library.weightFilters("conv1", weights, { most: 3 });
  assert.equal(valuesOf(spec, 0).length, 6);
  assert.match(spec.title.subtitle![0], /3 of 100$/);
});

Deno.test("potentials are drawn in thresholds, above their spikes", () => {
  const spec = library.membranePotentials([
    {
      name: "fc1, neuron 0",
      theta: 10,
      potentials: [0, 25, -10],
      spikes: [5],
    },
  ], { sample: "a", Ts: 5 });
  const layer = (...keys: (string | number)[]) =>
    part<number[]>(spec, "vconcat", 0, "layer", ...keys);
  assert.deepEqual(layer(0, "data", "values"), [
    { time: 0, potential: 0 },
    { time: 5, potential: 2.5 },
    { time: 10, potential: -1 },
  ]);
  assert.deepEqual(layer(2, "data", "values"), [{ time: 5 }]);
  const [low, high] = layer(0, "encoding", "y", "scale", "domain");
  assert(low < -1 && high > 2.5);
});
