/**
 * The confusion matrix of tested samples, as a chart.
 *
 * @module
 */

import { chart, type ChartSpec, emptyChart } from "./spec.ts";

/** True and predicted class of a tested sample. */
export interface Outcome {
  /** Its true class. */
  readonly label: number;
  /** The class predicted. */
  readonly prediction: number;
}

/**
 * Share in % from which a cell's colour is strong enough to write its number in
 * the background colour.
 */
const STRONG = 60;

/** Side of a cell in pixels. */
const CELL = 26;

/** Longest name that fits horizontally beneath a cell, in letters. */
const SHORT = 3;

/**
 * Draws the confusion matrix.
 *
 * @param outcomes The samples, of all folds.
 * @param classes Names of the classes, in their order.
 * @returns The chart: each cell shows its number of samples, and by its colour
 * their share of the true class.
 *
 * @example
 * ```ts
 * import { confusionMatrix } from "./confusion_matrix.ts";
 * const spec = confusionMatrix([{ label: 0, prediction: 1 }], ["cat", "dog"]);
 * if (spec.title.subtitle !== "0 of 1 samples right, 0.0 %") throw new Error();
 * ```
 */
export function confusionMatrix(
  outcomes: readonly Outcome[],
  classes: readonly string[],
): ChartSpec {
  const title = "Confusion matrix";
  if (outcomes.length === 0) return emptyChart(title, "No sample was tested");
  const names = nameOutputs(outcomes, classes);
  const counts = names.map(() => names.map(() => 0));
  for (const { label, prediction } of outcomes) counts[label][prediction]++;
  const values = counts.flatMap((row, label) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, prediction) => ({
      class: names[label],
      predicted: names[prediction],
      count,
      share: total === 0 ? 0 : 100 * count / total,
    }));
  });
  const right = outcomes.filter((o) => o.label === o.prediction).length;
  const numbers = (style: string, filter: string) => ({
    transform: [{ filter: `datum.count > 0 && ${filter}` }],
    mark: { type: "text", style, fontSize: 11 },
    encoding: { text: { field: "count", type: "quantitative" } },
  });
  const axis = {
    labelOverlap: false,
    labelPadding: 5,
    ticks: false,
    domain: false,
  };
  const short = names.every(({ length }) => length <= SHORT);
  const scale = { domain: names };
  return chart({
    text: title,
    subtitle: `${right} of ${outcomes.length} samples right, ${
      (100 * right / outcomes.length).toFixed(1)
    } %`,
  }, {
    width: { step: CELL },
    height: { step: CELL },
    data: { values },
    encoding: {
      x: {
        field: "predicted",
        type: "nominal",
        title: "predicted class",
        scale,
        axis: { ...axis, labelAngle: short ? 0 : -45 },
      },
      y: { field: "class", type: "nominal", title: "true class", scale, axis },
    },
    layer: [
      {
        mark: { type: "rect", style: "ruled" },
        encoding: {
          color: {
            field: "share",
            type: "quantitative",
            title: "share of the true class (%)",
            scale: { domain: [0, 100], range: "ramp", interpolate: "rgb" },
            legend: { gradientLength: 160, titleLimit: 240 },
          },
          tooltip: [
            { field: "class", type: "nominal", title: "true class" },
            { field: "predicted", type: "nominal", title: "predicted class" },
            { field: "count", type: "quantitative", title: "samples" },
            {
              field: "share",
              type: "quantitative",
              format: ".1f",
              title: "share of the true class (%)",
            },
          ],
        },
      },
      numbers("onWeak", `datum.share < ${STRONG}`),
      numbers("onStrong", `datum.share >= ${STRONG}`),
    ],
  });
}

/**
 * Names all outputs, of which a network may have more than classes.
 */
function nameOutputs(
  outcomes: readonly Outcome[],
  classes: readonly string[],
): string[] {
  const length = outcomes.reduce(
    (most, { label, prediction }) => Math.max(most, label + 1, prediction + 1),
    classes.length,
  );
  return Array.from({ length }, (_, i) => classes[i] ?? `output ${i}`);
}
