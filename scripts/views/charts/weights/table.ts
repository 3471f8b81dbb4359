/**
 * Draws the weights of a dense layer as a table of outputs and inputs.
 *
 * @module
 */

import { rowAxis } from "../rows.ts";
import { chart, type ChartSpec, TITLE_ABOVE } from "../spec.ts";
import { rounded, weightColour, weightTooltips } from "./marks.ts";

/**
 * Draws weights as a table.
 *
 * @param title Title of the chart.
 * @param data The weights, ordered by output.
 * @param options Number of outputs and of inputs, and the classes of the
 * outputs, if they have any.
 * @returns The chart.
 */
export function drawTable(
  title: string,
  data: ArrayLike<number>,
  { out, channels, classes }: {
    readonly out: number;
    readonly channels: number;
    readonly classes: readonly string[];
  },
): ChartSpec {
  const named = classes.length === out;
  const row = named ? "class" : "neuron";
  const cells = Array.from({ length: out * channels }, (_, index) => ({
    [row]: named
      ? classes[Math.floor(index / channels)]
      : Math.floor(index / channels),
    input: index % channels,
    weight: rounded(data[index]),
  }));
  const axis = {
    labelAngle: 0,
    labelOverlap: true,
    domain: false,
    ticks: false,
  };
  const along = { type: "ordinal", axis };
  const step = (room: number, count: number, most: number) => ({
    step: Math.max(3, Math.min(most, Math.floor(room / count))),
  });
  return chart({ text: title, subtitle: "neurons are counted from 0" }, {
    width: step(720, channels, 14),
    // Every row has a class name, so it needs the height of a text.
    height: named ? { step: 18 } : step(480, out, 14),
    data: { values: cells },
    mark: { type: "rect", aria: false },
    encoding: {
      x: { field: "input", title: "input neuron", ...along },
      y: named
        ? rowAxis(row, { names: classes })
        : { field: row, ...along, axis: { ...axis, ...TITLE_ABOVE } },
      color: weightColour(cells),
      tooltip: weightTooltips(row, "input"),
    },
  });
}
