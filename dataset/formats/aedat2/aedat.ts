/**
 * Reader of DVS128 recordings in AEDAT 2.0 and the older AEDAT 1.0.
 *
 * A file consists of a text header and events, each an address and a time in
 * µs, both big-endian. Times are unsigned: a recording may start above 2³¹.
 *
 * @module
 */

import { decodeEvents, turnToJaerAxes } from "./aedat_decode.ts";
import {
  type AedatHeader,
  readAedatHeader,
  zeroRecords,
} from "./aedat_header.ts";
import { RecordingError } from "../../files/errors.ts";
import type { Events } from "../../events.ts";
import type { FileSource } from "../../files/file_source.ts";
import { RecordingFile } from "../../files/buffered_file.ts";
import { cutRecord, untilCut } from "../reading/cut_off.ts";
import { FaultCounts } from "../reading/fault_counts.ts";
import type { FileFaults } from "../reading/format.ts";
import { endBeforeZeros } from "../reading/zero_tail.ts";

/** Options for reading an AEDAT file. */
export interface AedatOptions {
  /**
   * Assignment of address bits to axes.
   *
   * `"reference"`: x = bits 8–14, y = bits 1–7, p = bit 0, as in the reference
   * programs for SL-Animals. `"jaer"`: as displayed by jAER, x = 127 − bits
   * 1–7, y = bits 8–14 (0 at the bottom), p = 1 for ON (bit 0 clear).
   *
   * @default "reference"
   */
  readonly axes?: "reference" | "jaer";
}

/**
 * Consecutive events of a recording.
 *
 * A record is an address with a time in the file: a pixel event, or a special
 * event, which has no pixel and is skipped.
 */
export interface EventChunk extends Events {
  /** Index of the chunk's first record in the file. */
  readonly firstRecord: number;
  /** Number of records in the chunk, including special events. */
  readonly records: number;
  /** Indices of the chunk's special events in the file, ascending. */
  readonly special: Uint32Array;
}

/** Summary of a recording. */
export interface AedatSummary {
  /** Version of the format. */
  readonly version: "1.0" | "2.0";
  /** Number of pixel events. */
  readonly events: number;
  /** Time from the earliest to the latest event in µs, across clock wraps. */
  readonly durationUs: number;
  /** Lowest column of an event; `null` without events. */
  readonly xMin: number | null;
  /** Highest column of an event; `null` without events. */
  readonly xMax: number | null;
  /** Lowest row of an event; `null` without events. */
  readonly yMin: number | null;
  /** Highest row of an event; `null` without events. */
  readonly yMax: number | null;
  /** Number of events with p = 1. */
  readonly on: number;
  /** Number of events with p = 0. */
  readonly off: number;
  /** Number of special events, which belong to no pixel. */
  readonly special: number;
  /** Number of events that are earlier than the event before them. */
  readonly backwardSteps: number;
  /** Faults of the file from which its reader recovered. */
  readonly faults: readonly FileFaults[];
}

/**
 * Reads an AEDAT recording in chunks of about 130,000 events.
 *
 * Memory does not grow with the file. Chunks do not share arrays, so the caller
 * may keep or modify them. Times are as recorded, even where they run
 * backwards; `inspectAedat()` counts these steps. A file without events yields
 * no chunk.
 *
 * @param file The file: its path, or a browser's `Blob`.
 * @param options How to read addresses.
 * @returns The chunks, in file order.
 * @throws {RecordingError} If the file cannot be read, is empty, is of another
 *   format or version, or has an address that is not a DVS128's. The chunks
 *   before the error are yielded.
 * @throws {CutOffError} If the file is cut off inside an event or ends in
 *   zeros, after the chunks before are yielded.
 * @throws {RangeError} If the axes are unknown.
 *
 * @example
 * ```ts
 * import { readAedat } from "./aedat.ts";
 * const path = await Deno.makeTempFile();
 * const event = [0, 0, 0x05, 0x0f, 0x80, 0, 0, 1];
 * const special = [0, 0, 0x80, 0, 0x80, 0, 0, 2];
 * const header = new TextEncoder().encode("#!AER-DAT2.0\r\n");
 * await Deno.writeFile(path, Uint8Array.of(...header, ...special, ...event));
 * for await (const { x, y, t, p, special } of readAedat(path)) {
 *   if (x[0] !== 5 || y[0] !== 7 || t[0] !== 0x80000001 || p[0] !== 1) {
 *     throw new Error("expected an event at column 5, row 7");
 *   }
 *   if (special[0] !== 0) throw new Error("expected record 0 to be special");
 * }
 * await Deno.remove(path);
 * ```
 */
export async function* readAedat(
  file: FileSource,
  options: AedatOptions = {},
): AsyncGenerator<EventChunk> {
  using opened = await RecordingFile.open(file);
  const header = await readAedatHeader(opened);
  await endBeforeZeros(opened, file, zeroRecords(header));
  yield* readChunks(opened, header, options);
}

/** Reads chunks from a file whose header has been read. */
async function* readChunks(
  file: RecordingFile,
  header: AedatHeader,
  { axes = "reference" }: AedatOptions,
): AsyncGenerator<EventChunk> {
  if (axes !== "reference" && axes !== "jaer") {
    throw new RangeError(
      `Cannot read with axes "${axes}": only "reference" and "jaer" are known`,
    );
  }
  for (let firstRecord = 0; await file.fill();) {
    const chunk = takeChunk(file, header, firstRecord);
    yield axes === "jaer" ? { ...chunk, ...turnToJaerAxes(chunk) } : chunk;
    firstRecord += chunk.records;
  }
}

/** Decodes all complete records in the file's buffer. */
function takeChunk(
  file: RecordingFile,
  { eventBytes, chip }: AedatHeader,
  firstRecord: number,
): EventChunk {
  const { bytes, offset } = file;
  const records = Math.floor(bytes.length / eventBytes);
  if (records === 0) {
    throw cutRecord(file.path, {
      name: "event",
      bytes: eventBytes,
      offset,
      left: bytes.length,
    });
  }
  const { special, foreign, ...events } = decodeEvents(bytes, eventBytes);
  if (foreign !== undefined) {
    const at = foreign * eventBytes;
    const address = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
    const named = chip === undefined ? "" : `, the header names "${chip}"`;
    throw new RecordingError(
      file.path,
      `byte ${offset + at}: address 0x${address.toString(16)} is not a ` +
        `DVS128's, which has 16 bits${named}`,
      { offset: offset + at },
    );
  }
  file.take(records * eventBytes);
  return {
    ...events,
    firstRecord,
    records,
    special: Uint32Array.from(special, (index) => firstRecord + index),
  };
}

/**
 * Reads a recording once and summarises it.
 *
 * Times are compared modulo 2³²: a step from just below 2³² to just above 0 is
 * a forward step, so consecutive events must be at most 35 minutes apart. If
 * time runs backwards, the duration is still that from the earliest to the
 * latest event.
 *
 * @param file The file: its path, or a browser's `Blob`.
 * @param options How to read addresses.
 * @returns The summary.
 * @throws {RecordingError} As `readAedat()` does, but a file that is cut off is
 *   summarised up to the cut.
 * @throws {RangeError} If the axes are unknown.
 *
 * @example
 * ```ts
 * import { inspectAedat } from "./aedat.ts";
 * import { encodeAedat } from "./aedat_encode.ts";
 * const path = await Deno.makeTempFile();
 * const recording = encodeAedat({
 *   x: Uint16Array.of(5, 90),
 *   y: Uint16Array.of(7, 20),
 *   t: Uint32Array.of(4294967290, 4),
 *   p: Uint8Array.of(1, 0),
 * });
 * await Deno.writeFile(path, ReadableStream.from(recording));
 * const { events, durationUs, xMax } = await inspectAedat(path);
 * if (events !== 2 || durationUs !== 10 || xMax !== 90) {
 *   throw new Error("expected two events 10 µs apart, up to column 90");
 * }
 * await Deno.remove(path);
 * ```
 */
export async function inspectAedat(
  file: FileSource,
  options: AedatOptions = {},
): Promise<AedatSummary> {
  using opened = await RecordingFile.open(file);
  const header = await readAedatHeader(opened);
  await endBeforeZeros(opened, file, zeroRecords(header));
  let [events, on, special, backwardSteps] = [0, 0, 0, 0];
  let [xMin, xMax, yMin, yMax] = [0xffff, 0, 0xffff, 0];
  let [time, earliest, latest] = [0, 0, 0];
  let previous: number | undefined;
  const faults = new FaultCounts();
  const chunks = readChunks(opened, header, options);
  for await (const chunk of untilCut(chunks, faults)) {
    const { x, y, t, p } = chunk;
    let last = previous ?? t[0];
    for (let i = 0; i < t.length; i++) {
      const step = (t[i] - last) | 0;
      last = t[i];
      time += step;
      if (step < 0) backwardSteps++;
      if (time < earliest) earliest = time;
      if (time > latest) latest = time;
      if (x[i] < xMin) xMin = x[i];
      if (x[i] > xMax) xMax = x[i];
      if (y[i] < yMin) yMin = y[i];
      if (y[i] > yMax) yMax = y[i];
      on += p[i];
    }
    previous = last;
    events += t.length;
    special += chunk.special.length;
  }
  const bounds = events === 0
    ? { xMin: null, xMax: null, yMin: null, yMax: null }
    : { xMin, xMax, yMin, yMax };
  return {
    version: header.version,
    events,
    durationUs: latest - earliest,
    ...bounds,
    on,
    off: events - on,
    special,
    backwardSteps,
    faults: faults.list,
  };
}
