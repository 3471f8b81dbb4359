/**
 * Spike counts of the output neurons for a sample, with their targets.
 *
 * @module
 */

import {
  namesOf,
  type OutputSpikes,
  roleColour,
  roleOf,
  titleOf,
} from "./output_spikes.ts";
import { ROW, rowAxis } from "./rows.ts";
import { chart, type ChartSpec } from "./spec.ts";

/**
 * Draws the spike count of each output neuron, with the loss's target counts if
 * it has any.
 *
 * @param spikes Output spikes for the sample.
 * @returns The chart; the count of the predicted class is written beside its
 * bar.
 *
 * @example
 * ```ts
 * import { spikeHistogram } from "./spike_histogram.ts";
 * const spec = spikeHistogram({
 *   sample: "user05_indoor", fold: 1, classes: ["cat", "dog"],
 *   label: 1, prediction: 1, duration: 100, times: [[], [35, 70]],
 *   region: { start: 0, stop: 100 }, desired: { true: 4, false: 1 },
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
    y: rowAxis("class", { names }),
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
            title: `spikes from ${start} to ${stop.toLocaleString("en")} ms ` +
              "(count)",
            axis: { tickMinStep: 1 },
            // Room for the count of the predicted class.
            scale: {
              domainMin: 0,
              domainMax: 1.12 * Math.max(...counts, desired?.true ?? 0, 1),
              nice: false,
            },
          },
          y: rowAxis("class", { names }),
          color: roleColour(spikes),
          tooltip: [
            { field: "class", type: "nominal" },
            { field: "count", type: "quantitative", title: "spikes" },
          ],
        },
      },
      ...(desired ? [desiredRules(desired)] : []),
      { ...winner, mark: { ...label, style: "halo" }, encoding: place },
      { ...winner, mark: label, encoding: place },
    ],
  });
}

/** Draws a line at each target count. */
function desiredRules(desired: NonNullable<OutputSpikes["desired"]>) {
  return {
    data: {
      values: [
        { target: "of the target", count: desired.true },
        { target: "of each other class", count: desired.false },
      ],
    },
    mark: { type: "rule", strokeWidth: 1.5 },
    encoding: {
      x: { field: "count", type: "quantitative" },
      strokeDash: {
        field: "target",
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
        { field: "target", type: "nominal" },
        { field: "count", type: "quantitative", title: "spikes" },
      ],
    },
  };
}
