/**
 * Samples to draw: what lies in a stretch of time and a window of pixels.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { bisectLeft } from "npm:d3-array@3.2.4";
import type { Events, Sensor } from "../../../dataset/events.ts";
import type { Timing } from "../../../dataset/events.ts";

/** A sample as it was recorded. */
export interface RecordedSample {
  /** What it is called. */
  readonly name: string;
  /** The file or the store that it is in. */
  readonly path: string;
  /** Whether row 0 is at the top, as in a picture, or at the bottom. */
  readonly origin: "top" | "bottom";
  readonly sensor: Sensor;
  readonly events: Events;
  /** Recording that it is of, such as `user05_indoor`, if that is known. */
  readonly recording?: string;
  /** Its class, if that is known. */
  readonly label?: number;
  /** Names of the classes, where they are written beside it. */
  readonly classes?: readonly string[];
}

/** A window of pixels. */
export interface PixelWindow {
  /** Its first column. */
  readonly x: number;
  /** Its first row. */
  readonly y: number;
  /** Number of columns. */
  readonly width: number;
  /** Number of rows. */
  readonly height: number;
}

/** Events in the order of their times. */
export interface TimedEvents extends Omit<Events, "t"> {
  /** Time in µs since the start of the whole sample. */
  readonly t: Float64Array;
}

/** A sample to draw. */
export interface Sample {
  /** What it is called. */
  readonly name: string;
  /** Whether row 0 is at the top or at the bottom. */
  readonly origin: RecordedSample["origin"];
  /** The pixels that it takes up. */
  readonly pixels: PixelWindow;
  /** When it starts, in µs since the start of the whole sample. */
  readonly startUs: number;
  /** When it is over, in µs. */
  readonly endUs: number;
  /** Its events, one at least. */
  readonly events: TimedEvents;
}

/** The stretch of time that a network sees of a sample. */
export interface Span {
  /** How it reads times. */
  readonly timing: Timing;
  /** Length in µs. */
  readonly lengthUs: number;
}

/** Which part of a sample to draw. */
export interface Crop {
  /** From when on, in ms since the start. */
  readonly from?: number;
  /** Until when, in ms since the start. */
  readonly to?: number;
  /** Which pixels. */
  readonly pixels?: PixelWindow;
}

/**
 * Makes a sample of events.
 *
 * Times are compared modulo 2³², the shorter way round, as `inspectAedat()`
 * does, and put in order where they run backwards.
 *
 * @param events The events, as recorded.
 * @param options What the sample is called, its sensor, where row 0 is, and the
 *   stretch of time to show; from the earliest event to the last unless given.
 * @returns The sample.
 * @throws {RangeError} If there are no events.
 *
 * @example
 * ```ts
 * import { createSample } from "./sample.ts";
 * const { events, endUs } = createSample({
 *   x: Uint16Array.of(1, 2, 3),
 *   y: Uint16Array.of(4, 5, 6),
 *   t: Uint32Array.of(4294967290, 4, 0),
 *   p: Uint8Array.of(0, 1, 1),
 * }, {
 *   name: "wrapped",
 *   sensor: { width: 128, height: 128 },
 *   origin: "top",
 * });
 * if (`${events.t} ${events.x} ${endUs}` !== "0,6,10 1,3,2 11") {
 *   throw new Error("expected times since the first event, in order");
 * }
 * ```
 */
export function createSample(
  { x, y, t, p }: Events,
  { name, sensor, origin, span }: {
    readonly name: string;
    readonly sensor: Sensor;
    readonly origin: Sample["origin"];
    readonly span?: Span;
  },
): Sample {
  if (t.length === 0) throw noEvents(name, "");
  const times = new Float64Array(t.length);
  let earliest = 0;
  for (let i = 1; i < t.length; i++) {
    times[i] = times[i - 1] + ((t[i] - t[i - 1]) | 0);
    earliest = Math.min(earliest, times[i]);
  }
  const start = span === undefined ? earliest : startOf(t[0], span);
  for (let i = 0; i < times.length; i++) times[i] -= start;
  const events = sortByTime({ x, y, t: times, p });
  return {
    name,
    origin,
    pixels: { x: 0, y: 0, ...sensor },
    startUs: 0,
    endUs: span?.lengthUs ?? events.t[t.length - 1] + 1,
    events,
  };
}

/** When a sample starts, in µs since its first event. */
function startOf(
  first: number,
  { timing: { unitUs, fromFirstEvent } }: Span,
): number {
  return -(fromFirstEvent ? first % unitUs : first);
}

/**
 * Takes a part of a sample.
 *
 * @param sample The sample.
 * @param crop Which part.
 * @returns The part, whose times and pixels count as before.
 * @throws {RangeError} If it reaches beyond the sample or has no events.
 */
export function cropSample(
  sample: Sample,
  { from, to, pixels = sample.pixels }: Crop,
): Sample {
  const startUs = from === undefined ? sample.startUs : 1000 * from;
  const endUs = to === undefined ? sample.endUs : 1000 * to;
  const lastMs = Math.ceil(sample.endUs / 1000);
  if (!(startUs < endUs && endUs <= 1000 * lastMs)) {
    throw new RangeError(
      `Cannot draw "${sample.name}" from ${from ?? 0} to ${to ?? lastMs} ms: ` +
        `it lasts from 0 to ${lastMs} ms`,
    );
  }
  const { x, y, width, height } = pixels;
  const sensor = sample.pixels;
  if (x + width > sensor.width || y + height > sensor.height) {
    throw new RangeError(
      `Cannot draw ${width}×${height} pixels from (${x}, ${y}) of ` +
        `"${sample.name}": it has ${sensor.width}×${sensor.height}`,
    );
  }
  const { events } = sample;
  const end = bisectLeft(events.t, endUs);
  const kept: number[] = [];
  for (let i = bisectLeft(events.t, startUs); i < end; i++) {
    const [column, row] = [events.x[i] - x, events.y[i] - y];
    if (column >= 0 && column < width && row >= 0 && row < height) kept.push(i);
  }
  if (kept.length === 0) throw noEvents(sample.name, " in this part");
  return { ...sample, pixels, startUs, endUs, events: take(events, kept) };
}

function noEvents(name: string, where: string): RangeError {
  return new RangeError(`Cannot draw "${name}": it has no events${where}`);
}

function sortByTime(events: TimedEvents): TimedEvents {
  const { t } = events;
  if (t.every((time, i) => i === 0 || t[i - 1] <= time)) return events;
  return take(events, t.keys().toArray().sort((a, b) => t[a] - t[b]));
}

function take(events: TimedEvents, places: readonly number[]): TimedEvents {
  const taken = {
    x: new Uint16Array(places.length),
    y: new Uint16Array(places.length),
    t: new Float64Array(places.length),
    p: new Uint8Array(places.length),
  };
  for (const name of ["x", "y", "t", "p"] as const) {
    const [from, to] = [events[name], taken[name]];
    for (let i = 0; i < to.length; i++) to[i] = from[places[i]];
  }
  return taken;
}
