/**
 * Overview of a recording as text: event rate and counts per pixel.
 *
 * @module
 */

import {
  type AedatOptions,
  readAedat,
} from "../../../../dataset/formats/aedat2/aedat.ts";
import { untilCut } from "../../../../dataset/formats/reading/cut_off.ts";
import { FaultCounts } from "../../../../dataset/formats/reading/fault_counts.ts";
import { DVS128 } from "../../../../dataset/events.ts";
import { drawColumns, drawShades } from "./block_characters.ts";
import { formatDuration, formatNumber } from "../samples/time_unit.ts";

/** Largest number of characters in a line. */
const MAX_COLUMNS = 60;

/** Shortest duration of a character, in µs. */
const SHORTEST_US = 1000;

/** Height of the event rate in lines. */
const RATE_LINES = 4;

/**
 * Draws the event rate of a recording over time and the event count of each
 * pixel.
 *
 * The recording is read in chunks.
 *
 * @param path The file.
 * @param options Time from its first to its last event in µs, largest number of
 * characters in a line, and the axes of addresses.
 * @returns The lines.
 * @throws {RecordingError} If the recording cannot be read.
 */
export async function drawOverview(
  path: string,
  { durationUs, columns, axes = "reference" }: AedatOptions & {
    readonly durationUs: number;
    readonly columns: number;
  },
): Promise<string[]> {
  const { width, height } = DVS128;
  const across = Math.max(1, Math.min(columns, MAX_COLUMNS));
  const spanUs = Math.max(durationUs + 1, SHORTEST_US * across);
  const rates = new Array<number>(across).fill(0);
  const pixels = new Int32Array(width * height);
  let time = 0;
  let previous: number | undefined;
  const chunks = untilCut(readAedat(path, { axes }), new FaultCounts());
  for await (const { x, y, t } of chunks) {
    previous ??= t[0];
    for (let i = 0; i < t.length; i++) {
      time += (t[i] - previous) | 0;
      previous = t[i];
      const column = Math.floor(across * time / spanUs);
      rates[Math.max(0, Math.min(column, across - 1))]++;
      const row = axes === "jaer" ? height - 1 - y[i] : y[i];
      pixels[row * width + x[i]]++;
    }
  }
  const highest = Math.max(...rates) * across * 1_000_000 / spanUs;
  return [
    `events over ${formatDuration(spanUs)}, at most ` +
    `${formatNumber(Math.round(highest))} events/s`,
    ...drawColumns(rates, { height: RATE_LINES }),
    "",
    `events in each pixel, y ${axes === "jaer" ? "upwards" : "downwards"}`,
    ...drawShades(pixels, { width, columns: across }),
  ];
}
