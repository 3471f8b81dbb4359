/**
 * Reads a part of a recording into memory.
 *
 * @module
 */

import { readAedat } from "../../../../dataset/formats/aedat2/aedat.ts";
import { untilCut } from "../../../../dataset/formats/reading/cut_off.ts";
import { FaultCounts } from "../../../../dataset/formats/reading/fault_counts.ts";
import { allocateEvents, type Events } from "../../../../dataset/events.ts";
import type { FileSource } from "../../../../dataset/files/file_source.ts";
import { eventsBefore } from "../../../../dataset/slicing/records.ts";

/** A part of a recording, in records. */
export interface Stretch {
  /** Index of the first record. */
  readonly start: number;
  /** Index after the last record. */
  readonly end: number;
  /** Axes of addresses, see `readAedat()`. */
  readonly axes: "reference" | "jaer";
}

/**
 * Reads a part of a recording.
 *
 * @param file The recording.
 * @param stretch The part.
 * @returns Events of the part, and the number of records of the whole
 * recording.
 * @throws {RecordingError} If the file cannot be read.
 */
export async function readStretch(
  file: FileSource,
  { start, end, axes }: Stretch,
): Promise<{ events: Events; records: number }> {
  const parts: Events[] = [];
  let records = 0;
  const chunks = untilCut(readAedat(file, { axes }), new FaultCounts());
  for await (const chunk of chunks) {
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
