/**
 * Reading of whole recordings into columns of events.
 *
 * @module
 */

import { type FileSource, nameOf } from "../files/file_source.ts";
import { hdf5 } from "../formats/hdf5/hdf5.ts";
import { openRecording } from "../formats/open_recording.ts";
import { allocateBlock } from "../formats/reading/event_block.ts";
import type {
  EventBlock,
  OpenRecording,
  TimeUnit,
} from "../formats/reading/format.ts";
import { dropStrayPixels } from "./stray_pixels.ts";
import type { RecordingFacts } from "./labelled_samples.ts";

/** Location of a recording: a file, or one of several recordings in a file. */
export interface RecordingPlace {
  /** The file. */
  readonly path: string;
  /** Index of the recording in a file with several. */
  readonly index?: number;
  /** Unit of times in a table that does not give it. */
  readonly timeUnit?: TimeUnit;
}

/** A recording in memory: its events in file order, and its properties. */
export type RecordingColumns = EventBlock & Omit<RecordingFacts, "digest">;

/**
 * Reads a recording into memory.
 *
 * @param place The recording; its file may be a browser's `Blob`.
 * @returns Its columns.
 * @throws {RecordingError} If it cannot be read, or many of its pixels are out
 *   of range for any camera.
 *
 * @example
 * ```ts
 * import { readColumns } from "./read_columns.ts";
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeTextFile(path, "t_ms,x,y,p\n70,5,7,1\n71,5,8,0\n");
 * const { t, sensor } = await readColumns({ path });
 * if (`${t} ${sensor.height}` !== "70000,71000 9") throw new Error("misread");
 * await Deno.remove(path);
 * ```
 */
export async function readColumns(
  { path, index, timeUnit }:
    & Omit<RecordingPlace, "path">
    & { readonly path: FileSource },
): Promise<RecordingColumns> {
  const recording = index === undefined
    ? await openRecording(path, { timeUnit })
    : await openOneOf(path, index);
  const parts: EventBlock[] = [];
  for await (const { x, y, t, p } of recording.blocks()) {
    // Copied, because a reader may yield views of a much larger block.
    parts.push({ x: x.slice(), y: y.slice(), t: t.slice(), p: p.slice() });
  }
  const { format, sensor } = recording;
  const { columns, faults } = sensor === undefined
    ? dropStrayPixels(concatenate(parts), nameOf(path))
    : { columns: concatenate(parts), faults: [] };
  const { x, y, t, p } = columns;
  let [width, height, on, backwardSteps] = [0, 0, 0, 0];
  let [earliest, latest, last] = [Infinity, -Infinity, -Infinity];
  for (let i = 0; i < t.length; i++) {
    if (x[i] >= width) width = x[i] + 1;
    if (y[i] >= height) height = y[i] + 1;
    if (t[i] < last) backwardSteps++;
    if (t[i] < earliest) earliest = t[i];
    if (t[i] > latest) latest = t[i];
    on += p[i];
    last = t[i];
  }
  const events = t.length;
  const orNull = (value: number) => events > 0 ? value : null;
  return {
    ...columns,
    events,
    firstUs: orNull(earliest),
    lastUs: orNull(latest),
    xMax: orNull(width - 1),
    yMax: orNull(height - 1),
    on,
    off: events - on,
    onShare: orNull(on / events),
    faults: [...recording.faults, ...faults],
    format,
    sensor: sensor ?? { width, height },
    told: sensor !== undefined,
    backwardSteps,
  };
}

/** Opens one of several recordings in a file. */
async function openOneOf(
  path: FileSource,
  index: number,
): Promise<OpenRecording> {
  const { format, sensor, faults, samples } = await hdf5.open(path);
  return { format, sensor, faults, blocks: () => samples[index].blocks() };
}

function concatenate(parts: readonly EventBlock[]): EventBlock {
  const block = allocateBlock(parts.reduce((sum, { t }) => sum + t.length, 0));
  let at = 0;
  for (const part of parts) {
    for (const name of ["x", "y", "t", "p"] as const) {
      block[name].set(part[name], at);
    }
    at += part.t.length;
  }
  return block;
}
