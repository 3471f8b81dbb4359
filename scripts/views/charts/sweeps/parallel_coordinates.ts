/**
 * Parallel coordinates: a line per combination, across an axis for each key and
 * one for the validation accuracy.
 *
 * @module
 */

import { chart, type ChartSpec, emptyChart } from "../spec.ts";
import {
  ACCURACY,
  accuracyRange,
  bestLast,
  roleColour,
  roleOf,
  SPREAD,
  type SweepKey,
  type SweepPoint,
} from "./points.ts";

/** Distance between axes in pixels. */
const STEP = 170;

/** Heights of the labels of a numeric axis, 0 to 1. */
const HEIGHTS = [0, 0.25, 0.5, 0.75, 1];

/** Steps between labels of accuracies in %; five labels fit. */
const DISTANCES = [1, 2, 5, 10, 20];

/** An axis: its title, its labels, and the heights of values, from 0 to 1. */
interface Axis {
  readonly title: string;
  readonly ticks: readonly {
    readonly height: number;
    readonly label: string;
  }[];
  heightOf(point: SweepPoint): number;
}

const TITLE = "Combinations and their accuracy";

/**
 * Draws combinations as lines across an axis for each key and one for the
 * accuracy.
 *
 * @param points The combinations.
 * @param keys The keys, in the order of their axes.
 * @returns The chart.
 *
 * @example
 * ```ts
 * import { parallelCoordinates } from "./parallel_coordinates.ts";
 * const { title } = parallelCoordinates([], []);
 * if (!title.text.startsWith("Combinations")) throw new Error(title.text);
 * ```
 */
export function parallelCoordinates(
  points: readonly SweepPoint[],
  keys: readonly SweepKey[],
): ChartSpec {
  if (points.length === 0) {
    return emptyChart(TITLE, "No run has been validated");
  }
  const axes = [
    ...keys.map((key) => keyAxis(key, points)),
    accuracyAxis(points),
  ];
  const names = axes.map(({ title }) => title);
  const lines = bestLast(points).flatMap((point, combination) =>
    axes.map((axis, place) => ({
      combination,
      place,
      axis: axis.title,
      height: axis.heightOf(point),
      accuracy: 100 * point.accuracy,
      role: roleOf(point),
    }))
  );
  const labels = axes.flatMap(({ title: axis, ticks }) =>
    ticks.map(({ height, label }) => ({ axis, height, label }))
  );
  const place = {
    x: {
      field: "axis",
      type: "nominal",
      title: null,
      scale: { type: "point", domain: names, padding: 0.5 },
      axis: { orient: "top", labelAngle: 0, domain: false, ticks: false },
    },
    y: {
      field: "height",
      type: "quantitative",
      axis: null,
      scale: { domain: [0, 1], nice: false, padding: 10 },
    },
  };
  const label = { type: "text", align: "left", dx: 7, limit: STEP - 30 };
  const text = { ...place, text: { field: "label", type: "nominal" } };
  return chart({
    text: TITLE,
    subtitle: SPREAD.replace(/ and .+ over/, " over"),
  }, {
    width: { step: STEP },
    height: 300,
    view: { stroke: null },
    layer: [
      {
        data: { values: names.map((axis) => ({ axis })) },
        mark: { type: "rule", strokeWidth: 1 },
        encoding: { x: place.x },
      },
      {
        data: { values: lines },
        mark: { type: "line", strokeJoin: "round" },
        encoding: {
          ...place,
          detail: { field: "combination", type: "nominal" },
          order: { field: "place", type: "quantitative" },
          color: roleColour(points),
          strokeWidth: {
            condition: { test: "datum.role === 'best'", value: 3.5 },
            value: 1.5,
          },
          opacity: {
            condition: { test: "datum.role === 'best'", value: 1 },
            field: "accuracy",
            type: "quantitative",
            title: ACCURACY,
            scale: { domain: accuracyRange(points), range: [0.25, 1] },
            legend: null,
          },
        },
      },
      {
        data: { values: labels },
        mark: { ...label, style: "halo" },
        encoding: text,
      },
      { data: { values: labels }, mark: label, encoding: text },
      {
        data: { values: labels },
        mark: { type: "point", shape: "stroke", style: "onWeak", size: 60 },
        encoding: place,
      },
    ],
  });
}

/** Makes the axis of a key. */
function keyAxis(
  { key, values, log = false }: SweepKey,
  points: readonly SweepPoint[],
): Axis {
  if (values) {
    const height = (place: number) =>
      values.length > 1 ? place / (values.length - 1) : 0.5;
    return {
      title: key,
      ticks: values.map((label, place) => ({ height: height(place), label })),
      heightOf: (point) => height(values.indexOf(point.values[key])),
    };
  }
  const scale = log ? Math.log : (value: number) => value;
  const unscale = log ? Math.exp : (value: number) => value;
  const numbers = points.map((point) => scale(Number(point.values[key])));
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  // A single value lies in the middle.
  const [first, extent, heights] = low < high
    ? [low, high - low, HEIGHTS]
    : [low - 0.5, 1, [0.5]];
  return {
    title: key,
    ticks: heights.map((height) => ({
      height,
      label: String(Number(unscale(first + height * extent).toPrecision(3))),
    })),
    heightOf: ({ values }) => (scale(Number(values[key])) - first) / extent,
  };
}

/** Makes the axis of the accuracy. */
function accuracyAxis(points: readonly SweepPoint[]): Axis {
  const [low, high] = accuracyRange(points);
  const heightOf = (value: number) => (value - low) / (high - low);
  const distance = DISTANCES.find((one) => (high - low) / one <= 5)!;
  const first = Math.ceil(low / distance);
  const values = Array.from(
    { length: Math.floor(high / distance) - first + 1 },
    (_, n) => distance * (first + n),
  );
  return {
    title: ACCURACY,
    ticks: values.map((value) => ({
      height: heightOf(value),
      label: String(value),
    })),
    heightOf: ({ accuracy }) => heightOf(100 * accuracy),
  };
}
