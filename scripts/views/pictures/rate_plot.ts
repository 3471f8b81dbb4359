/**
 * The event rate of a sample over time, as a chart.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { bisectLeft } from "npm:d3-array@3.2.4";
import { chart, type ChartSpec, themed } from "../charts/spec.ts";
import { GROUNDS, type Theme } from "../charts/theme.ts";
import type { Sample } from "./samples/sample.ts";
import {
  chooseTimeUnit,
  formatDuration,
  formatEvents,
} from "./samples/time_unit.ts";

/** Largest number of time bins that events are counted in. */
const MAX_BINS = 200;

/** Shortest time bin, in µs. */
const SHORTEST_US = 1000;

/**
 * Charts the rates of ON and of OFF events over time.
 *
 * @param sample The sample.
 * @param theme The theme.
 * @returns The chart.
 */
export function ratePlot(sample: Sample, theme: Theme): ChartSpec {
  const { name, startUs, endUs, events } = sample;
  const span = Math.max(endUs - startUs, SHORTEST_US);
  const bins = Math.min(MAX_BINS, Math.floor(span / SHORTEST_US));
  const width = span / bins;
  const unit = chooseTimeUnit(startUs + span);
  const { on, off } = GROUNDS[theme];
  const values = countEvents(sample, bins, width).flatMap((counts, bin) =>
    ["OFF", "ON"].map((polarity, p) => ({
      time: (startUs + bin * width) / unit.us,
      end: (startUs + (bin + 1) * width) / unit.us,
      rate: counts[p] / (width / 1_000_000),
      polarity,
    }))
  );
  // Repeat the last rates, so that the line reaches the end of the last bin.
  values.push(...values.slice(-2).map((last) => ({ ...last, time: last.end })));
  const subtitle = `${formatEvents(events.t.length)}, counted every ` +
    formatDuration(width);
  const spec = chart({ text: name, subtitle }, {
    width: 720,
    height: 260,
    data: { values },
    mark: { type: "line", interpolate: "step-after", strokeWidth: 1.5 },
    encoding: {
      x: {
        field: "time",
        type: "quantitative",
        title: `time (${unit.name})`,
        scale: { nice: false, zero: false },
        axis: { grid: false, tickCount: 10 },
      },
      y: {
        field: "rate",
        type: "quantitative",
        title: "rate (events/s)",
        axis: { labelExpr: "format(datum.value, '~s')", tickCount: 5 },
      },
      color: {
        field: "polarity",
        type: "nominal",
        title: null,
        scale: { domain: ["ON", "OFF"], range: [on, off] },
      },
      strokeDash: {
        field: "polarity",
        type: "nominal",
        title: null,
        scale: { domain: ["ON", "OFF"], range: [[1, 0], [4, 2]] },
      },
    },
  });
  return themed(spec, theme);
}

/** Counts OFF and ON events in equal time bins. */
function countEvents(
  { startUs, events: { t, p } }: Sample,
  bins: number,
  width: number,
): [off: number, on: number][] {
  return Array.from({ length: bins }, (_, bin) => {
    const counts: [number, number] = [0, 0];
    const from = bisectLeft(t, startUs + bin * width);
    const to = bin === bins - 1
      ? t.length
      : bisectLeft(t, startUs + (bin + 1) * width);
    for (let i = from; i < to; i++) counts[p[i]]++;
    return counts;
  });
}
