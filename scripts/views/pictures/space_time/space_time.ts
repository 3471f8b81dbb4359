/**
 * The space-time chart: events in a box of x, y and time, seen obliquely from
 * above.
 *
 * @module
 */

import { chart, type ChartSpec, themed } from "../../charts/spec.ts";
import { GROUNDS, type Theme } from "../../charts/theme.ts";
import type { Sample } from "../samples/sample.ts";
import { axesOf, type Axis } from "./axes.ts";
import { drawEventCloud } from "./event_cloud.ts";
import { boxHeight, type BoxPoint, project } from "./projection.ts";
import { formatEvents, formatNumber } from "../samples/time_unit.ts";

/** Width of the box in pixels. */
const WIDTH = 720;

/**
 * Charts every event by column, row and time.
 *
 * @param sample The sample.
 * @param theme The theme.
 * @returns The chart.
 */
export function spaceTimeView(sample: Sample, theme: Theme): ChartSpec {
  const { name, pixels, events } = sample;
  const height = boxHeight(WIDTH);
  const { faint, on, off } = GROUNDS[theme];
  const axes = axesOf(sample);
  const lines = { x2: { field: "right" }, y2: { field: "bottom" } };
  const cloud = {
    left: 0,
    top: 0,
    right: WIDTH,
    bottom: height,
    url: drawEventCloud(sample, theme, { width: WIDTH }),
  };
  const polarities = [["ON", on], ["OFF", off]];
  const subtitle = `${formatEvents(events.t.length)} in ` +
    `${pixels.width}×${pixels.height} pixels`;
  const spec = chart({ text: name, subtitle }, {
    width: WIDTH,
    height,
    view: { stroke: null },
    encoding: {
      x: {
        field: "left",
        type: "quantitative",
        scale: { domain: [0, WIDTH] },
        axis: null,
      },
      y: {
        field: "top",
        type: "quantitative",
        scale: { domain: [height, 0] },
        axis: null,
      },
    },
    layer: [
      {
        data: {
          values: axes.flatMap(({ ticks, across }) =>
            ticks.flatMap(({ share }) => {
              const [start, corner, end] = across(share);
              return [line(start, corner), line(corner, end)];
            })
          ),
        },
        mark: { type: "rule", color: faint },
        encoding: lines,
      },
      {
        data: { values: BACK_EDGES.map(([from, to]) => line(from, to)) },
        mark: { type: "rule" },
        encoding: lines,
      },
      {
        data: { values: [cloud] },
        mark: { type: "image", aspect: false, smooth: false, aria: false },
        encoding: { ...lines, url: { field: "url", type: "nominal" } },
      },
      ...axes.map(({ ticks, at, numbers }) => ({
        data: {
          values: ticks.map(({ value, share }) => ({
            ...project(at(share), WIDTH),
            text: formatNumber(value),
          })),
        },
        mark: { type: "text", baseline: "middle", ...numbers },
        encoding: { text: { field: "text" } },
      })),
      ...axes.map(({ title, at, offset }) => {
        const { left, top } = project(at(0.5), WIDTH);
        return {
          data: {
            values: [{ left: left + offset.left, top: top + offset.top }],
          },
          mark: { type: "text", text: title, angle: slopeOf(at), fontSize: 13 },
        };
      }),
      {
        // An invisible mark that adds the legend.
        data: {
          values: polarities.map(([polarity]) => ({
            left: 0,
            top: 0,
            polarity,
          })),
        },
        mark: { type: "point", size: 0, opacity: 1, filled: true },
        encoding: {
          color: {
            field: "polarity",
            type: "nominal",
            title: null,
            scale: {
              domain: polarities.map(([polarity]) => polarity),
              range: polarities.map(([, colour]) => colour),
            },
            legend: { symbolSize: 80, symbolType: "square" },
          },
        },
      },
    ],
  });
  return themed(spec, theme);
}

/** The edges behind all events: those of the floor and of the two far sides. */
const BACK_EDGES: readonly [BoxPoint, BoxPoint][] = [
  [{ t: 0, x: 0, up: 0 }, { t: 1, x: 0, up: 0 }],
  [{ t: 1, x: 0, up: 0 }, { t: 1, x: 1, up: 0 }],
  [{ t: 0, x: 0, up: 0 }, { t: 0, x: 1, up: 0 }],
  [{ t: 0, x: 1, up: 0 }, { t: 1, x: 1, up: 0 }],
  [{ t: 0, x: 0, up: 0 }, { t: 0, x: 0, up: 1 }],
  [{ t: 0, x: 1, up: 0 }, { t: 0, x: 1, up: 1 }],
  [{ t: 1, x: 1, up: 0 }, { t: 1, x: 1, up: 1 }],
  [{ t: 0, x: 0, up: 1 }, { t: 0, x: 1, up: 1 }],
  [{ t: 0, x: 1, up: 1 }, { t: 1, x: 1, up: 1 }],
];

function line(from: BoxPoint, to: BoxPoint) {
  const [start, end] = [project(from, WIDTH), project(to, WIDTH)];
  const { left, top } = start;
  return { left, top, right: end.left, bottom: end.top };
}

/**
 * Angle of a title along an edge, in degrees from 0 to 360; it reads upwards.
 */
function slopeOf(at: Axis["at"]): number {
  const [start, end] = [project(at(0), WIDTH), project(at(1), WIDTH)];
  const [across, down] = [end.left - start.left, end.top - start.top];
  const slope = across === 0 ? -90 : Math.atan2(down, across) * 180 / Math.PI;
  return (slope + 360) % 360;
}
