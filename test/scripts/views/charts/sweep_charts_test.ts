import assert from "node:assert/strict";
import type { ChartSpec } from "../../../../scripts/views/charts/spec.ts";
import { keyAccuracy } from "../../../../scripts/views/charts/sweeps/key_accuracy.ts";
import { parallelCoordinates } from "../../../../scripts/views/charts/sweeps/parallel_coordinates.ts";
import { GRID, gridPoints, SEARCH, searchPoints } from "./sweep_examples.ts";

/** Row of a chart's data. */
type Row = Readonly<Record<string, string | number>>;

/** Data of a layer of a chart, or of all layers. */
function rowsOf(spec: ChartSpec, layer?: number): Row[] {
  const { data, layer: layers } = spec as unknown as {
    data?: { values: Row[] };
    layer: { data?: { values: Row[] } }[];
  };
  return (layer === undefined ? data : layers[layer].data)!.values;
}

Deno.test("accuracy against a key has a mean and a deviation a combination", () => {
  const rows = rowsOf(keyAccuracy(gridPoints, GRID[0]));
  assert.equal(rows.length, gridPoints.length);
  for (const { values, accuracy, deviation, best } of gridPoints) {
    const row = rows.find(({ accuracy: mean, low, high, value, role }) =>
      mean === 100 * accuracy && low === 100 * accuracy - 100 * deviation &&
      high === 100 * accuracy + 100 * deviation &&
      value === values["training.lr"] && role === (best ? "best" : "others")
    );
    assert(row, JSON.stringify(values));
  }
  // Combinations with one value lie side by side.
  const places = Map.groupBy(rows, ({ value }) => value).values();
  for (const same of places) {
    assert.deepEqual(same.map(({ place }) => place), [0, 1, 2, 3]);
  }
});

Deno.test("values of a range are numbers on the axis", () => {
  const rows = rowsOf(keyAccuracy(searchPoints, SEARCH[0]));
  assert.deepEqual(
    rows.map(({ value }) => value).sort(),
    searchPoints.map(({ values }) => Number(values["training.lr"])).sort(),
  );
});

Deno.test("a combination is one line from its values to its accuracy", () => {
  const spec = parallelCoordinates(searchPoints, SEARCH);
  const lines = Map.groupBy(rowsOf(spec, 1), ({ combination }) => combination);
  assert.equal(lines.size, searchPoints.length);
  const heights = [...lines.values()].map((line) =>
    line.toSorted((a, b) => Number(a.place) - Number(b.place))
      .map(({ height }) => Number(height))
  );
  for (const height of heights.flat()) assert(height >= 0 && height <= 1);
  const names = ["training.lr", "training.augmentation.drop"];
  for (const [axis, key] of names.entries()) {
    const column = heights.map((line) => line[axis]);
    assert.deepEqual([Math.min(...column), Math.max(...column)], [0, 1], key);
  }
  // The best is drawn last, above the others.
  const last = [...lines.values()].at(-1)!;
  assert(last.every(({ role }) => role === "best"));
  const best = searchPoints.find(({ best }) => best)!;
  assert.equal(last[0].accuracy, 100 * best.accuracy);
  // On a logarithmic axis equal ratios are equal distances.
  const [low, high] = [Math.min, Math.max].map((extreme) =>
    Math.log(
      extreme(...searchPoints.map((point) => +point.values["training.lr"])),
    )
  );
  const expected = (Math.log(+best.values["training.lr"]) - low) /
    (high - low);
  assert(Math.abs(heights.at(-1)![0] - expected) < 1e-12);
});

Deno.test("labels of accuracies are round numbers", () => {
  const points = gridPoints.map((point) => ({
    ...point,
    accuracy: 0.0526,
    deviation: 0,
  }));
  const labels = rowsOf(parallelCoordinates(points, GRID), 2)
    .filter(({ axis }) => axis === "validation accuracy (%)");
  assert.deepEqual(
    labels.map(({ label, height }) => [label, Number(height)]),
    [["5", 0], ["6", 0.2], ["7", 0.4], ["8", 0.6], ["9", 0.8], ["10", 1]],
  );
});
