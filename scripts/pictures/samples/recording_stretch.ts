/**
 * A part of a recording, in memory.
 *
 * @module
 */

import { readAedat } from "../../../dataset/formats/aedat.ts";
import { allocateEvents, type Events } from "../../../dataset/events.ts";
import type { FileSource } from "../../../dataset/files/file_source.ts";
import { eventsBefore } from "../../../dataset/slicing/records.ts";

/** Which part of a recording. */
export interface Stretch {
  /** Its first record, counted from 0. */
  readonly start: number;
  /** The record after its last. */
  readonly end: number;
  /** Which bits of an address are which axis, see `readAedat()`. */
  readonly axes: "reference" | "jaer";
}

/**
 * Reads a part of a recording.
 *
 * @param file The recording.
 * @param stretch Which part.
 * @returns Events of the part, and how many records the whole recording has.
 * @throws {RecordingError} If the file cannot be read.
 */
export async function readStretch(
  file: FileSource,
  { start, end, axes }: Stretch,
): Promise<{ events: Events; records: number }> {
  const parts: Events[] = [];
  let records = 0;
  for await (const chunk of readAedat(file, { axes })) {
    const first = chunk.firstRecord;
    records = first + chunk.records;
    const [from, to] = [start, end].map((record) =>
      eventsBefore(chunk, Math.max(first, Math.min(record, records)))
    );
    parts.push({
      x: chunk.x.subarray(from, to),
      y: chunk.y.subarray(from, to),
      t: chunk.t.subarray(from, to),
      p: chunk.p.subarray(from, to),
    });
  }
  return { events: concatenate(parts), records };
}

function concatenate(parts: readonly Events[]): Events {
  const events = allocateEvents(
    parts.reduce((total, { t }) => total + t.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    for (const name of ["x", "y", "t", "p"] as const) {
      events[name].set(part[name], at);
    }
    at += part.t.length;
  }
  return events;
}
