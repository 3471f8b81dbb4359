/**
 * The axes of the space-time box.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { ticks } from "npm:d3-array@3.2.4";
import type { Sample } from "../samples/sample.ts";
import { chooseTimeUnit } from "../samples/time_unit.ts";
import type { BoxPoint } from "./projection.ts";

/** A tick of an axis: its value, and its position from 0 to 1. */
export interface Tick {
  readonly value: number;
  readonly share: number;
}

/** An axis along an edge of the box, with ticks and grid lines. */
export interface Axis {
  readonly title: string;
  readonly ticks: readonly Tick[];
  /** Computes the position of a tick on the edge. */
  readonly at: (share: number) => BoxPoint;
  /** Computes the grid line of a tick, which crosses two sides of the box. */
  readonly across: (share: number) => readonly [BoxPoint, BoxPoint, BoxPoint];
  /** Alignment of the numbers and their distance from the edge, in pixels. */
  readonly numbers: {
    readonly align: "left" | "center" | "right";
    readonly dx: number;
    readonly dy: number;
  };
  /** Distance of the title from the middle of the edge, in pixels. */
  readonly offset: { readonly left: number; readonly top: number };
}

/**
 * Lists the axes of the box of a sample.
 *
 * @param sample The sample.
 * @returns Time, columns and rows.
 */
export function axesOf({ pixels, origin, startUs, endUs }: Sample): Axis[] {
  const { x, y, width, height } = pixels;
  const unit = chooseTimeUnit(endUs);
  const upwards = (share: number) => origin === "top" ? 1 - share : share;
  return [
    {
      title: `time (${unit.name})`,
      ticks: ticksBetween(startUs / unit.us, endUs / unit.us, 6),
      at: (t) => ({ t, x: 0, up: 0 }),
      across: (t) => [
        { t, x: 0, up: 0 },
        { t, x: 1, up: 0 },
        { t, x: 1, up: 1 },
      ],
      numbers: { align: "right", dx: 2, dy: 14 },
      offset: { left: -12, top: 42 },
    },
    {
      title: "x (pixels)",
      ticks: pixelTicks(x, width),
      at: (x) => ({ t: 1, x, up: 0 }),
      across: (x) => [
        { t: 0, x, up: 1 },
        { t: 0, x, up: 0 },
        { t: 1, x, up: 0 },
      ],
      numbers: { align: "left", dx: 8, dy: 8 },
      offset: { left: 40, top: 32 },
    },
    {
      title: "y (pixels)",
      ticks: pixelTicks(y, height),
      at: (share) => ({ t: 0, x: 0, up: upwards(share) }),
      across: (share) => {
        const up = upwards(share);
        return [{ t: 0, x: 0, up }, { t: 0, x: 1, up }, { t: 1, x: 1, up }];
      },
      numbers: { align: "right", dx: -6, dy: 0 },
      offset: { left: -40, top: 0 },
    },
  ];
}

function ticksBetween(low: number, high: number, count: number): Tick[] {
  return ticks(low, high, count).map((value: number) => ({
    value,
    share: (value - low) / (high - low),
  }));
}

function pixelTicks(first: number, count: number): Tick[] {
  return ticksBetween(first, first + count, 3)
    .filter(({ value }) => Number.isInteger(value));
}
