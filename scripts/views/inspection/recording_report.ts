/**
 * Describes the content of a recording.
 *
 * @module
 */

import { DVS128, type Sensor } from "../../../dataset/events.ts";
import {
  type AedatSummary,
  inspectAedat,
} from "../../../dataset/formats/aedat2/aedat.ts";
import { openRecording } from "../../../dataset/formats/open_recording.ts";
import { commonSensor } from "../../../dataset/formats/reading/common_sensor.ts";
import { doubtfulUnit } from "../../../dataset/samples/survey/doubtful_unit.ts";
import { faultInWords } from "../../../dataset/formats/reading/fault_counts.ts";
import type { TimeUnit } from "../../../dataset/formats/reading/format.ts";
import {
  HOT_RATE,
  type RecordingSummary,
  summarize,
} from "../../../dataset/formats/reading/recording_summary.ts";
import { duration } from "../../command_line/duration.ts";

/** Options for reading a recording. */
export interface ReportOptions {
  /**
   * Axes of AEDAT 1.0 and 2.0 in their own figures, see `readAedat()`.
   *
   * @default x from the left, y from the top, as in other formats
   */
  readonly axes?: "reference" | "jaer";
  /** Unit of times in text and NumPy files that do not state it. */
  readonly timeUnit?: TimeUnit;
}

/** Content of a recording. */
export interface RecordingReport {
  /** Statistics; AEDAT 1.0 and 2.0 have additional ones. */
  readonly facts: RecordingSummary & {
    /** Possible problems, one per line. */
    readonly problems: readonly string[];
  };
  /** Description, one statement per line. */
  readonly lines: readonly string[];
}

/** Command that trains on recordings like the one inspected. */
const TRAIN = "deno task train --data FOLDER";

/**
 * Reads a recording and describes its content.
 *
 * @param path The recording.
 * @param options Options for reading.
 * @returns Its statistics, for JSON and as text.
 * @throws {RecordingError} If it cannot be read.
 */
export async function reportRecording(
  path: string,
  { axes, timeUnit }: ReportOptions,
): Promise<RecordingReport> {
  const recording = await openRecording(path, { timeUnit });
  const summary = await summarize(recording);
  const isAedat = /^AEDAT [12]\.0$/.test(recording.format);
  const { facts, lines } = isAedat
    ? await ofAedat(path, { summary, axes })
    : { facts: summary, lines: ofAnyFormat(summary) };
  const doubt = doubtfulUnit(summary);
  return {
    facts: { ...facts, problems: doubt === undefined ? [] : [doubt] },
    lines: [
      ...lines,
      ...(doubt === undefined ? [] : [`problems        ${doubt}`]),
      `train with      ${TRAIN}, which has a folder for each class`,
    ],
  };
}

function ofAnyFormat(summary: RecordingSummary): string[] {
  const { format, events, durationUs, firstUs, lastUs } = summary;
  const { xMax, yMax, onShare, backwardSteps } = summary;
  const or = (value: number | null, unit = "") =>
    value === null ? "none" : `${value}${unit}`;
  const percent = onShare === null ? null : (100 * onShare).toFixed(1);
  return [
    `format          ${format}`,
    `sensor          ${sensorOf(summary)}`,
    `events          ${events}`,
    `duration        ${duration(durationUs / 1e6)}`,
    `first event     ${or(firstUs, " µs")}`,
    `last event      ${or(lastUs, " µs")}`,
    rateOf(summary),
    `highest x       ${or(xMax)}`,
    `highest y       ${or(yMax)}`,
    `ON events       ${percent === null ? "none" : `${percent} %`}`,
    hotPixelsOf(summary),
    `backward steps  ${backwardSteps}`,
    faultsOf(summary),
  ];
}

/**
 * Adds the statistics that only AEDAT 1.0 and 2.0 have, in the requested axes.
 */
async function ofAedat(
  path: string,
  { summary, axes }: {
    readonly summary: RecordingSummary;
    readonly axes?: "reference" | "jaer";
  },
): Promise<{
  readonly facts: RecordingSummary;
  readonly lines: readonly string[];
}> {
  const { xMin, yMin, ...own } = axes === undefined
    ? fromTheTop(await inspectAedat(path, { axes: "jaer" }))
    : await inspectAedat(path, { axes });
  const range = (low: number | null, high: number | null) =>
    low === null ? "none" : `${low} to ${high}`;
  return {
    facts: {
      ...summary,
      ...own,
      durationUs: summary.durationUs,
      faults: summary.faults,
      onShare: own.events === 0 ? null : own.on / own.events,
    },
    lines: [
      `version         AEDAT ${own.version}`,
      `events          ${own.events}`,
      `duration        ${duration(summary.durationUs / 1e6)}`,
      `x               ${range(xMin, own.xMax)}`,
      `y               ${range(yMin, own.yMax)}`,
      `ON events       ${own.on}`,
      `OFF events      ${own.off}`,
      `special events  ${own.special}`,
      `backward steps  ${own.backwardSteps}`,
      rateOf(summary),
      hotPixelsOf(summary),
      faultsOf(summary),
    ],
  };
}

/** Counts rows from the top, while jAER counts from the bottom. */
function fromTheTop(
  { yMin, yMax, ...others }: AedatSummary,
): AedatSummary {
  const turn = (row: number | null) =>
    row === null ? null : DVS128.height - 1 - row;
  return { ...others, yMin: turn(yMax), yMax: turn(yMin) };
}

function rateOf({ eventRate }: RecordingSummary): string {
  const rate = eventRate === null
    ? "none"
    : `${Math.round(eventRate)} events/s`;
  return `event rate      ${rate}`;
}

/** Describes the size of the sensor, or the most likely one. */
function sensorOf({ sensor, xMax, yMax }: RecordingSummary): string {
  const size = ({ width, height }: Sensor) => `${width}×${height}`;
  if (sensor !== null) return size(sensor);
  if (xMax === null || yMax === null) return "not told";
  const extent = { width: xMax + 1, height: yMax + 1, told: false };
  return `not told, likely ${size(commonSensor([extent]))}`;
}

function faultsOf({ faults }: RecordingSummary): string {
  const lines = faults.map(faultInWords).join("\n                ");
  return `faults          ${lines || "none"}`;
}

function hotPixelsOf({ hotPixels }: RecordingSummary): string {
  return `hot pixels      ${hotPixels} above ${HOT_RATE} events/s`;
}
