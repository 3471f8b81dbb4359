/**
 * Files of one synthetic recording: its events and its tags.
 *
 * @module
 */

import { allocateEvents, DVS128, type Events } from "../events.ts";
import { encodeAedat } from "../formats/aedat2/aedat_encode.ts";
import type { Person } from "./people.ts";
import { recordPerson, type SignSpan } from "./recording.ts";

/** A recording to be made. */
export interface RecordJob {
  /** The person. */
  readonly person: Person;
  /** Seed of the camera's noise and the variation between signs. */
  readonly seed: number;
}

/** Contents of the files of a recording. */
export interface RecordedFiles {
  /** The recording, in AEDAT 2.0. */
  readonly recording: Uint8Array<ArrayBuffer>;
  /** Its tags, in CSV. */
  readonly tags: Uint8Array<ArrayBuffer>;
  /** Number of events. */
  readonly events: number;
}

/**
 * Records a person and encodes the files of the recording.
 *
 * @param job The person and the seed.
 * @returns Contents of the files, which depend only on the job.
 */
export async function recordFiles(
  { person, seed }: RecordJob,
): Promise<RecordedFiles> {
  const { events, signs } = recordPerson(person, seed);
  const recorded = asRecorded(events, person.clockUs);
  // A day apart, so that no two recordings have the same time.
  const start = new Date(Date.UTC(2019, 0, 1 + person.number));
  const chunks = ReadableStream.from(encodeAedat(recorded, { start }));
  return {
    recording: await new Response(chunks).bytes(),
    tags: formatTags(signs),
    events: events.t.length,
  };
}

/**
 * Converts events to the axes, polarity and clock of a recording.
 *
 * @param events Events as `recordPerson()` returns them.
 * @param clockUs Time on the camera's clock at time 0, in µs.
 * @returns Events as `readAedat()` returns them by default.
 *
 * @example
 * ```ts
 * import { asRecorded } from "./recorded_files.ts";
 * const { x, p } = asRecorded({
 *   x: Uint16Array.of(3),
 *   y: Uint16Array.of(0),
 *   t: Uint32Array.of(0),
 *   p: Uint8Array.of(1),
 * }, 2 ** 31);
 * if (x[0] !== 127 || p[0] !== 0) throw new Error("expected the other axes");
 * ```
 */
export function asRecorded({ x, y, t, p }: Events, clockUs: number): Events {
  const recorded = allocateEvents(t.length);
  for (let n = 0; n < t.length; n++) {
    recorded.x[n] = DVS128.height - 1 - y[n];
    recorded.y[n] = DVS128.width - 1 - x[n];
    recorded.t[n] = clockUs + t[n];
    recorded.p[n] = 1 - p[n];
  }
  return recorded;
}

function formatTags(signs: readonly SignSpan[]): Uint8Array<ArrayBuffer> {
  return formatLines([
    "class,startTime_ev,endTime_ev",
    ...signs.map(({ label, start, end }) => `${label + 1},${start},${end}`),
  ]);
}

/**
 * Encodes lines of text.
 *
 * @param lines The lines, without line breaks.
 * @returns The text in UTF-8.
 */
export function formatLines(
  lines: readonly string[],
): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
}
