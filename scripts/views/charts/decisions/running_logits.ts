/**
 * Logits of a readout without neurons over the time of a sample.
 *
 * @module
 */

import {
  namesOf,
  type OutputSpikes,
  roleColour,
  roleOf,
  titleOf,
} from "../output_spikes.ts";
import { chart, type ChartSpec } from "../spec.ts";

/**
 * Charts the logit of each output: the running mean of its drive.
 *
 * @param output Outputs for the sample, with their `logits`.
 * @returns The chart.
 *
 * @example
 * ```ts
 * import { runningLogits } from "./running_logits.ts";
 * const spec = runningLogits({
 *   sample: "user05_indoor", fold: 1, classes: ["cat", "dog"],
 *   label: 1, prediction: 1, duration: 100, times: [[], []],
 *   region: { start: 0, stop: 100 }, logits: [[0.1, -2], [0.3, 1.5]],
 * });
 * if (!spec.title.text.endsWith("target dog")) throw new Error();
 * ```
 */
export function runningLogits(output: OutputSpikes): ChartSpec {
  const { logits = [], duration } = output;
  const names = namesOf(output);
  const bins = logits[0]?.length ?? 0;
  // A mean is known at the end of its last bin.
  const values = logits.flatMap((own, neuron) =>
    Array.from(own, (logit, bin) => ({
      time: duration * (bin + 1) / bins,
      logit,
      class: names[neuron],
      role: roleOf(neuron, output),
    }))
  );
  return chart(titleOf("Logits", output), {
    width: 560,
    height: 260,
    data: { values },
    params: [{
      name: "zoom",
      select: { type: "interval", encodings: ["x"] },
      bind: "scales",
    }],
    mark: {
      type: "line",
      strokeWidth: 2,
      clip: true,
      point: { filled: true, size: 20 },
    },
    encoding: {
      x: {
        field: "time",
        type: "quantitative",
        title: "time (ms)",
        scale: { domain: [0, duration], nice: false },
        axis: { grid: false, format: ",d", tickCount: 8 },
      },
      y: {
        field: "logit",
        type: "quantitative",
        title: "mean drive so far (logit)",
        scale: { zero: false },
      },
      detail: { field: "class", type: "nominal" },
      color: roleColour(output),
      tooltip: [
        { field: "class", type: "nominal" },
        {
          field: "time",
          type: "quantitative",
          format: ".4",
          title: "time (ms)",
        },
        { field: "logit", type: "quantitative", format: ".3" },
      ],
    },
  });
}
