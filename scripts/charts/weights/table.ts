/**
 * Weights as a table of outputs and inputs.
 *
 * @module
 */

import { chart, type ChartSpec, TITLE_ABOVE } from "../spec.ts";
import { rounded, weightColour, weightTooltips } from "./marks.ts";

/**
 * Draws weights as a table.
 *
 * @param title What they are.
 * @param data The weights, output after output.
 * @param options Number of outputs and of inputs.
 * @returns The chart.
 */
export function drawTable(
  title: string,
  data: ArrayLike<number>,
  { out, channels }: { readonly out: number; readonly channels: number },
): ChartSpec {
  const cells = Array.from({ length: out * channels }, (_, index) => ({
    neuron: Math.floor(index / channels),
    input: index % channels,
    weight: rounded(data[index]),
  }));
  const axis = {
    ...{ labelAngle: 0, labelOverlap: true, domain: false, ticks: false },
  };
  const along = { type: "ordinal", axis };
  return chart({ text: title, subtitle: "neurons are counted from 0" }, {
    width: { step: Math.max(3, Math.min(14, Math.floor(720 / channels))) },
    height: { step: Math.max(3, Math.min(14, Math.floor(480 / out))) },
    data: { values: cells },
    mark: { type: "rect", aria: false },
    encoding: {
      x: { field: "input", title: "input neuron", ...along },
      y: {
        field: "neuron",
        ...{ ...along, axis: { ...axis, ...TITLE_ABOVE } },
      },
      color: weightColour(cells),
      tooltip: weightTooltips("neuron", "input"),
    },
  });
}
