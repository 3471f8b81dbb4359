/**
 * Statistics of recordings.
 *
 * @module
 */

import type { Sensor } from "../../events.ts";
import type { EventBlock, FileFaults, OpenRecording } from "./format.ts";
import { NO_LIMITS, StrayFinder } from "./stray_events.ts";
import { StrayFilter } from "./stray_filter.ts";

/**
 * Mean event rate in events/s over a whole recording above which a pixel is
 * hot.
 */
export const HOT_RATE = 500;

/** Side of the sensor region in which hot pixels are counted, in pixels. */
const COUNTED_SIDE = 2048;

/** Statistics of a recording. */
export interface RecordingSummary {
  /** Name of the format, with its version. */
  readonly format: string;
  /** Size of the sensor; `null` if the file does not give it. */
  readonly sensor: Sensor | null;
  /** Number of events. */
  readonly events: number;
  /** Time of the earliest event in µs; `null` if there are none. */
  readonly firstUs: number | null;
  /** Time of the latest event in µs; `null` if there are none. */
  readonly lastUs: number | null;
  /** Time from the earliest to the latest event in µs. */
  readonly durationUs: number;
  /** Mean event rate in events/s; `null` if the duration is 0. */
  readonly eventRate: number | null;
  /** Highest column of an event; `null` if there are none. */
  readonly xMax: number | null;
  /** Highest row of an event; `null` if there are none. */
  readonly yMax: number | null;
  /** Number of ON events. */
  readonly on: number;
  /** Number of OFF events. */
  readonly off: number;
  /** Share of ON events, from 0 to 1; `null` if there are none. */
  readonly onShare: number | null;
  /**
   * Number of hot pixels, with a mean rate above `HOT_RATE`, among the first
   * 2048×2048 pixels.
   */
  readonly hotPixels: number;
  /** Number of events that are earlier than the event before them. */
  readonly backwardSteps: number;
  /** Faults of the file from which its reader recovered. */
  readonly faults: readonly FileFaults[];
}

/**
 * Reads a recording and computes its statistics. All events are counted, but a
 * few stray events far from all others affect neither times nor pixels: they
 * are listed among the faults, and the recording is then read a second time.
 *
 * @param recording The recording.
 * @returns The statistics.
 * @throws {RecordingError} If the file is damaged.
 *
 * @example
 * ```ts
 * import { openRecording } from "../open_recording.ts";
 * import { summarize } from "./recording_summary.ts";
 * const file = new File(["t_ms,x,y,p\n2,5,7,1\n4,5,7,0\n"], "hand.csv");
 * const summary = await summarize(await openRecording(file));
 * if (summary.durationUs !== 2000 || summary.onShare !== 0.5) {
 *   throw new Error("expected 2 ms, half of them ON");
 * }
 * ```
 */
export async function summarize(
  recording: OpenRecording,
): Promise<RecordingSummary> {
  const sensorTold = recording.sensor !== undefined;
  for (let limits = NO_LIMITS;;) {
    const filter = new StrayFilter(limits);
    const finder = new StrayFinder();
    const summary = await summarizeOnce(recording, { filter, finder });
    const closer = finder.limits({ leftOut: filter.count, sensorTold });
    if (closer === NO_LIMITS) return summary;
    limits = {
      width: Math.min(limits.width, closer.width),
      height: Math.min(limits.height, closer.height),
      startUs: Math.max(limits.startUs, closer.startUs),
      endUs: Math.min(limits.endUs, closer.endUs),
    };
  }
}

/**
 * Reads a recording once and computes the statistics of the events within
 * limits.
 */
async function summarizeOnce(
  recording: OpenRecording,
  { filter, finder }: {
    readonly filter: StrayFilter;
    readonly finder: StrayFinder;
  },
): Promise<RecordingSummary> {
  const counts = new Uint32Array(COUNTED_SIDE * COUNTED_SIDE);
  let [events, on, backwardSteps] = [0, 0, 0];
  let [earliest, latest, last] = [Infinity, -Infinity, -Infinity];
  let [xMax, yMax] = [0, 0];
  for await (const all of recording.blocks()) {
    const block = filter.take(all);
    const { x, y, t } = block;
    for (let i = 0; i < t.length; i++) {
      const time = t[i];
      if (time < last) backwardSteps++;
      if (time < earliest) earliest = time;
      if (time > latest) latest = time;
      if (x[i] > xMax) xMax = x[i];
      if (y[i] > yMax) yMax = y[i];
      last = time;
    }
    finder.add(block);
    countPixels(counts, block);
    events += all.t.length;
    on += all.p.reduce((sum, polarity) => sum + polarity, 0);
  }
  const none = events === filter.count;
  const durationUs = none ? 0 : latest - earliest;
  const most = 1 + HOT_RATE * durationUs / 1e6;
  return {
    format: recording.format,
    sensor: recording.sensor ?? null,
    events,
    firstUs: none ? null : earliest,
    lastUs: none ? null : latest,
    durationUs,
    eventRate: durationUs === 0
      ? null
      : (events - filter.count) * 1e6 / durationUs,
    xMax: none ? null : xMax,
    yMax: none ? null : yMax,
    on,
    off: events - on,
    onShare: none ? null : on / events,
    hotPixels: durationUs === 0
      ? 0
      : counts.reduce((hot, count) => hot + Number(count > most), 0),
    backwardSteps,
    faults: [
      ...recording.faults,
      ...filter.faults({ width: xMax + 1, height: yMax + 1 }),
    ],
  };
}

/** Adds events to the counts of their pixels. */
function countPixels(counts: Uint32Array, { x, y }: EventBlock): void {
  for (let i = 0; i < x.length; i++) {
    if (x[i] < COUNTED_SIDE && y[i] < COUNTED_SIDE) {
      counts[y[i] * COUNTED_SIDE + x[i]]++;
    }
  }
}
