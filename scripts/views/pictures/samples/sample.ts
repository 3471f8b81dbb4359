/**
 * Samples to draw: the events in a time window and a window of pixels.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { bisectLeft } from "npm:d3-array@3.2.4";
import {
  elapsedTimes,
  type Events,
  type Sensor,
} from "../../../../dataset/events.ts";
import type { Timing } from "../../../../dataset/events.ts";

/** A sample as it was recorded. */
export interface RecordedSample {
  /** Its name. */
  readonly name: string;
  /** Its file or store. */
  readonly path: string;
  /** Whether row 0 is at the top, as in a picture, or at the bottom. */
  readonly origin: "top" | "bottom";
  readonly sensor: Sensor;
  /** Whether the file states the size of the sensor. @default true */
  readonly sensorTold?: boolean;
  readonly events: Events;
  /** Its recording, such as `user05_indoor`, if known. */
  readonly recording?: string;
  /** Its class, if known. */
  readonly label?: number;
  /** Names of the classes, if they are stored with it. */
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

/** Events sorted by time. */
export interface TimedEvents extends Omit<Events, "t"> {
  /** Time in µs since the start of the whole sample. */
  readonly t: Float64Array;
}

/** A sample to draw. */
export interface Sample {
  /** Its name. */
  readonly name: string;
  /** Whether row 0 is at the top or at the bottom. */
  readonly origin: RecordedSample["origin"];
  /** The pixels that it shows. */
  readonly pixels: PixelWindow;
  /** Start in µs since the start of the whole sample. */
  readonly startUs: number;
  /** End in µs since the start of the whole sample, exclusive. */
  readonly endUs: number;
  /** Its events, at least one. */
  readonly events: TimedEvents;
}

/** The time window of a sample that a network sees. */
export interface Span {
  /** Origin and unit of the network's time axis. */
  readonly timing: Timing;
  /** Length in µs. */
  readonly lengthUs: number;
}

/** The part of a sample to draw. */
export interface Crop {
  /** Start in ms since the start of the sample. */
  readonly from?: number;
  /** End in ms since the start of the sample. */
  readonly to?: number;
  /** The pixels. */
  readonly pixels?: PixelWindow;
}

/**
 * Makes a sample of events.
 *
 * Times may wrap around at 2³² µs: each is taken as the nearest one to its
 * predecessor, as in `inspectAedat()`. Events are then sorted by time.
 *
 * @param events The events, as recorded.
 * @param options Name of the sample, its sensor, the position of row 0, and the
 * time window to show; by default from the first event to the last.
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
  const times = elapsedTimes(t);
  let earliest = 0;
  for (const time of times) earliest = Math.min(earliest, time);
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

/** Start of the time window in µs since the first event. */
function startOf(
  first: number,
  { timing: { unitUs, fromFirstEvent } }: Span,
): number {
  return -(fromFirstEvent ? first % unitUs : first);
}

/**
 * Crops a sample.
 *
 * @param sample The sample.
 * @param crop The part to keep.
 * @returns The part; its times and pixels are counted as in the whole sample.
 * @throws {RangeError} If the part exceeds the sample or has no events.
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
