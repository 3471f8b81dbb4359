/**
 * What the output neurons did with one sample: when they spiked, and how often.
 *
 * @module
 */

import { chart, type ChartSpec, emptyChart, TITLE_ABOVE } from "./spec.ts";
import { ROLES } from "./theme.ts";

/** A sample, and the spikes of the network's last layer. */
export interface OutputSpikes {
  /** What the sample is called, such as `user05_indoor, sign 3`. */
  readonly sample: string;
  /** Fold whose network saw it, counted from 1. */
  readonly fold: number;
  /** Names of the classes, in their order. */
  readonly classes: readonly string[];
  /** Its class. */
  readonly label: number;
  /** The class predicted. */
  readonly prediction: number;
  /** Length of the sample in ms. */
  readonly duration: number;
  /** Times of the spikes of each output neuron in ms. */
  readonly times: readonly (readonly number[])[];
  /** Part of the sample whose spikes the loss counts, in ms. */
  readonly region: { readonly start: number; readonly stop: number };
  /** Spikes wanted there of the right class, and of each other one. */
  readonly desired: { readonly true: number; readonly false: number };
}

/** Height of a class in pixels. */
const ROW = 20;

const TARGET = "target";
const MISTAKEN = "predicted instead";
const OTHER = "other classes";

/**
 * Draws the spikes of the output neurons over time.
 *
 * @param spikes The sample.
 * @returns The chart.
 *
 * @example
 * ```ts
 * import { spikeRaster } from "./output_spikes.ts";
 * const spec = spikeRaster({
 *   ...{ sample: "user05_indoor", fold: 1, classes: ["cat", "dog"] },
 *   ...{ label: 1, prediction: 1, duration: 100, times: [[], [35, 70]] },
 *   ...{ region: { start: 0, stop: 100 }, desired: { true: 4, false: 1 } },
 * });
 * if (!spec.title.text.endsWith("target dog")) throw new Error();
 * ```
 */
export function spikeRaster(spikes: OutputSpikes): ChartSpec {
  const title = titleOf("Output spikes", spikes);
  const names = namesOf(spikes);
  const values = spikes.times.flatMap((times, neuron) =>
    times.map((time) => ({
      time,
      class: names[neuron],
      role: roleOf(neuron, spikes),
    }))
  );
  if (values.length === 0) {
    return emptyChart(title.text, "No output neuron spiked");
  }
  return chart(title, {
    width: 560,
    height: { step: ROW },
    data: { values },
    params: [{
      name: "zoom",
      select: { type: "interval", encodings: ["x"] },
      bind: "scales",
    }],
    mark: { type: "tick", thickness: 1.5, height: ROW - 6, clip: true },
    encoding: {
      x: {
        field: "time",
        type: "quantitative",
        title: "spike time (ms)",
        scale: { domain: [0, spikes.duration], nice: false },
        axis: { grid: false, format: "d" },
      },
      y: classAxis(names),
      color: roleColour(spikes),
      tooltip: [
        { field: "class", type: "nominal" },
        { field: "time", type: "quantitative", title: "time (ms)" },
      ],
    },
  });
}

/**
 * Draws how often each output neuron spiked, beside what the loss wants.
 *
 * @param spikes The sample.
 * @returns The chart; the winner has its count written on it.
 *
 * @example
 * ```ts
 * import { spikeHistogram } from "./output_spikes.ts";
 * const spec = spikeHistogram({
 *   ...{ sample: "user05_indoor", fold: 1, classes: ["cat", "dog"] },
 *   ...{ label: 1, prediction: 1, duration: 100, times: [[], [35, 70]] },
 *   ...{ region: { start: 0, stop: 100 }, desired: { true: 4, false: 1 } },
 * });
 * if (!spec.title.text.startsWith("Spike counts")) throw new Error();
 * ```
 */
export function spikeHistogram(spikes: OutputSpikes): ChartSpec {
  const { desired, region, prediction } = spikes;
  const { start, stop } = region;
  const names = namesOf(spikes);
  const counts = spikes.times.map((times) =>
    times.filter((time) => time >= start && time < stop).length
  );
  const values = counts.map((count, neuron) => ({
    count,
    class: names[neuron],
    role: roleOf(neuron, spikes),
  }));
  const winner = { data: { values: [values[prediction]] } };
  const label = {
    type: "text",
    align: "left",
    dx: 6,
    fontWeight: 700,
  };
  const place = {
    x: { field: "count", type: "quantitative" },
    y: classAxis(names),
    text: { field: "count", type: "quantitative" },
  };
  return chart(titleOf("Spike counts", spikes), {
    width: 460,
    height: { step: ROW },
    layer: [
      {
        data: { values },
        mark: { type: "bar", height: ROW - 6 },
        encoding: {
          x: {
            field: "count",
            type: "quantitative",
            title: `spikes from ${start} to ${stop} ms (count)`,
            axis: { tickMinStep: 1 },
            // Room for the winner's count.
            scale: {
              domainMin: 0,
              domainMax: 1.12 * Math.max(...counts, desired.true, 1),
              nice: false,
            },
          },
          y: classAxis(names),
          color: roleColour(spikes),
          tooltip: [
            { field: "class", type: "nominal" },
            { field: "count", type: "quantitative", title: "spikes" },
          ],
        },
      },
      {
        data: {
          values: [
            { wanted: "of the target", count: desired.true },
            { wanted: "of each other class", count: desired.false },
          ],
        },
        mark: { type: "rule", strokeWidth: 1.5 },
        encoding: {
          x: { field: "count", type: "quantitative" },
          strokeDash: {
            field: "wanted",
            type: "nominal",
            sort: null,
            title: "desired count",
            scale: {
              domain: ["of the target", "of each other class"],
              range: [[8, 4], [3, 3]],
            },
            legend: { symbolSize: 500 },
          },
          tooltip: [
            { field: "wanted", type: "nominal" },
            { field: "count", type: "quantitative", title: "spikes" },
          ],
        },
      },
      { ...winner, mark: { ...label, style: "halo" }, encoding: place },
      { ...winner, mark: label, encoding: place },
    ],
  });
}

/** Names of all output neurons, of which there may be more than classes. */
function namesOf({ classes, times }: OutputSpikes): string[] {
  return times.map((_, neuron) => classes[neuron] ?? `output ${neuron}`);
}

function titleOf(what: string, spikes: OutputSpikes): ChartSpec["title"] {
  const names = namesOf(spikes);
  return {
    text: `${what}, target ${names[spikes.label]}`,
    subtitle: `fold ${spikes.fold}, ${spikes.sample}: predicted ` +
      names[spikes.prediction],
  };
}

function roleOf(neuron: number, spikes: OutputSpikes): string {
  if (neuron === spikes.label) return TARGET;
  return neuron === spikes.prediction ? MISTAKEN : OTHER;
}

function roleColour({ label, prediction }: OutputSpikes) {
  const roles = label === prediction
    ? [TARGET, OTHER]
    : [TARGET, MISTAKEN, OTHER];
  return {
    field: "role",
    type: "nominal",
    title: "class",
    scale: {
      domain: [TARGET, MISTAKEN, OTHER],
      range: [ROLES.target, ROLES.mistaken, ROLES.other],
    },
    legend: { values: roles, symbolType: "square" },
  };
}

function classAxis(names: readonly string[]) {
  return {
    field: "class",
    type: "nominal",
    title: "class",
    scale: { domain: names },
    axis: { labelOverlap: false, ...TITLE_ABOVE },
  };
}
