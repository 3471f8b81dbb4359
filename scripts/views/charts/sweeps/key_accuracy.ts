/**
 * Validation accuracy of a sweep's combinations against the value of a key.
 *
 * @module
 */

import { chart, type ChartSpec, emptyChart } from "../spec.ts";
import { SHAPES } from "../theme.ts";
import {
  ACCURACY,
  accuracyRange,
  bestLast,
  roleColour,
  roleOf,
  ROLES,
  SPREAD,
  type SweepKey,
  type SweepPoint,
} from "./points.ts";

/** Distance of combinations with the same value, in pixels. */
const POINT_WIDTH = 14;

/**
 * Width of a letter, gap beside a value, and largest width of both, in pixels.
 */
const [LETTER_WIDTH, GAP, WIDEST_VALUE] = [7, 24, 220];

/**
 * Draws the accuracy of combinations against the value of a key.
 *
 * @param points The combinations.
 * @param key The key.
 * @returns The chart.
 *
 * @example
 * ```ts
 * import { keyAccuracy } from "./key_accuracy.ts";
 * const { title } = keyAccuracy([], { key: "training.lr", values: [] });
 * if (title.text !== "Accuracy by training.lr") throw new Error(title.text);
 * ```
 */
export function keyAccuracy(
  points: readonly SweepPoint[],
  { key, values, log = false }: SweepKey,
): ChartSpec {
  const text = `Accuracy by ${key}`;
  if (points.length === 0) return emptyChart(text, "No run has been validated");
  const taken = new Map<string, number>();
  const rows = bestLast(points).map((point) => {
    const value = point.values[key];
    const place = taken.get(value) ?? 0;
    taken.set(value, place + 1);
    const [mean, std] = [100 * point.accuracy, 100 * point.deviation];
    return {
      value: values ? value : Number(value),
      place,
      settings: Object.entries(point.values).map((entry) => entry.join("="))
        .join(", "),
      accuracy: mean,
      low: mean - std,
      high: mean + std,
      role: roleOf(point),
    };
  });
  const step = Math.max(
    POINT_WIDTH * Math.max(...taken.values()),
    ...(values ?? []).map((value) =>
      Math.min(LETTER_WIDTH * value.length + GAP, WIDEST_VALUE)
    ),
  );
  const x = values
    ? {
      x: {
        field: "value",
        type: "ordinal",
        title: key,
        scale: { domain: values, paddingInner: 0.2 },
        axis: {
          labelAngle: 0,
          labelLimit: step - GAP / 2,
          labelOverlap: false,
        },
      },
      xOffset: { field: "place", type: "ordinal" },
    }
    : {
      x: {
        field: "value",
        type: "quantitative",
        title: key,
        scale: log
          ? { type: "log", nice: false, padding: 12 }
          : { zero: false, padding: 12 },
        axis: { tickCount: 5, format: "~g", grid: false },
      },
    };
  const colour = roleColour(points);
  const y = {
    type: "quantitative",
    title: ACCURACY,
    scale: { domain: accuracyRange(points), nice: false },
  };
  return chart({ text, subtitle: SPREAD }, {
    width: values ? { step, for: "position" } : 420,
    height: 280,
    data: { values: rows },
    encoding: { ...x, color: colour },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 1.5, opacity: 0.6 },
        encoding: {
          y: { ...y, field: "low" },
          y2: { field: "high" },
        },
      },
      {
        mark: { type: "point", filled: true, size: 70, opacity: 1 },
        encoding: {
          y: { ...y, field: "accuracy" },
          shape: {
            ...colour,
            scale: { domain: ROLES, range: [SHAPES[3], SHAPES[0]] },
          },
          tooltip: [
            { field: "settings", type: "nominal" },
            {
              field: "accuracy",
              type: "quantitative",
              title: ACCURACY,
              format: ".1f",
            },
          ],
        },
      },
    ],
  });
}
