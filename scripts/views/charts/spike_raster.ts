/**
 * Spike times of the output neurons for a sample.
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
import { chart, type ChartSpec, emptyChart } from "./spec.ts";

/**
 * Draws the spikes of the output neurons over time.
 *
 * @param spikes Output spikes for the sample.
 * @returns The chart.
 *
 * @example
 * ```ts
 * import { spikeRaster } from "./spike_raster.ts";
 * const spec = spikeRaster({
 *   sample: "user05_indoor", fold: 1, classes: ["cat", "dog"],
 *   label: 1, prediction: 1, duration: 100, times: [[], [35, 70]],
 *   region: { start: 0, stop: 100 }, desired: { true: 4, false: 1 },
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
        axis: { grid: false, format: ",d", tickCount: 8 },
      },
      y: rowAxis("class", { names }),
      color: roleColour(spikes),
      tooltip: [
        { field: "class", type: "nominal" },
        { field: "time", type: "quantitative", title: "time (ms)" },
      ],
    },
  });
}
