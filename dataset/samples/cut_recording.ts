/**
 * Reads a recording and cuts its samples out of it.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { bisectLeft } from "npm:d3-array@3.2.4";
import { DatasetError } from "../files/errors.ts";
import { sha256 } from "../files/sha256.ts";
import { readAedat } from "../formats/aedat2/aedat.ts";
import { untilCut } from "../formats/reading/cut_off.ts";
import { FaultCounts } from "../formats/reading/fault_counts.ts";
import type { Part } from "../layouts/layout.ts";
import type { RecordingFacts } from "./labelled_samples.ts";
import {
  readColumns,
  type RecordingColumns,
  type RecordingPlace,
} from "./read_columns.ts";
import { requireShort } from "./sample_times.ts";
import { sortByTime } from "./sort_by_time.ts";
import { type Cut, cutWindows, type Windows } from "./windows.ts";

/** A part of a recording, and the line of the list that names it. */
export interface ListedPart {
  /** The part; all of the recording if left out. */
  readonly part?: Part;
  /** Line of the list. */
  readonly line?: number;
}

/** A recording, and what is to be cut out of it. */
export interface CutJob extends RecordingPlace {
  /** Its parts. */
  readonly parts: readonly ListedPart[];
  /** The list that names the parts, for messages. */
  readonly list: string;
  /** Windows to cut each part into. */
  readonly windows?: Windows;
}

/** A recording in memory, and the samples in it. */
export interface CutRecording {
  /** Columns of the pixels. */
  readonly x: Uint16Array;
  /** Rows of the pixels. */
  readonly y: Uint16Array;
  /** Times in µs on the recording's clock, modulo 2³². */
  readonly t: Uint32Array<ArrayBuffer>;
  /** Polarities. */
  readonly p: Uint8Array;
  /** Samples, each with the index of its part. */
  readonly cuts: readonly (Cut & { readonly part: number })[];
  /** Samples without an event, which are left out. */
  readonly empty: number;
  /** Facts about the recording, and a digest of its events. */
  readonly facts: RecordingFacts;
}

/**
 * Reads a recording, sorts its events by time where they are not, and cuts
 * samples out of it.
 *
 * @param job The recording.
 * @returns The samples.
 * @throws {RecordingError} If the recording cannot be read, or a sample lasts
 *   71 min or longer.
 * @throws {DatasetError} If a part ends beyond the recording.
 *
 * @example
 * ```ts
 * import { cutRecording } from "./cut_recording.ts";
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeTextFile(path, "t,x,y,p\n70,5,7,1\n71,5,8,0\n99,5,8,0\n");
 * const { cuts } = await cutRecording({
 *   path,
 *   list: path,
 *   parts: [{ part: { start: 1, end: 3, unit: "events" } }],
 * });
 * if (cuts[0].from !== 1 || cuts[0].durationUs !== 29) throw new Error("?");
 * await Deno.remove(path);
 * ```
 */
export async function cutRecording(job: CutJob): Promise<CutRecording> {
  const columns = await readColumns(job);
  const { x, y, p, backwardSteps } = columns;
  const parts = onClock(await rangesOf(job, columns), columns.t[0]);
  const isListed = job.parts.some(({ part }) => part && part.unit !== "us");
  // Listed events are counted in the order of the file, which windows need not
  // have.
  if (backwardSteps > 0 && !isListed) sortByTime(columns);
  else if (backwardSteps > 0 && job.windows) sortByTime(columns, parts);
  const cuts: (Cut & { readonly part: number })[] = [];
  let empty = 0;
  for (const [index, part] of parts.entries()) {
    const found = cutPart(columns.t, part, job.windows);
    empty += found.empty;
    const { line } = job.parts[index];
    for (const cut of found.cuts) {
      requireShort(columns.t.subarray(cut.from, cut.to), {
        startUs: cut.startUs,
        path: job.path,
        what: line === undefined ? "it" : `its sample of line ${line}`,
      });
      cuts.push({ ...cut, part: index });
    }
  }
  const t = new Uint32Array(columns.t);
  const { x: _x, y: _y, t: _t, p: _p, ...known } = columns;
  const facts = { ...known, digest: await digestOf([x, y, t, p]) };
  return { x, y, t, p, cuts, empty, facts };
}

/** Cuts samples out of a part. */
function cutPart(
  t: Float64Array,
  { start, end, unit }: Range,
  windows: Windows | undefined,
): { readonly cuts: readonly Cut[]; readonly empty: number } {
  if (unit === "us") {
    return cutWindows(t, { startUs: start, endUs: end }, windows);
  }
  if (start === end) return { cuts: [], empty: 1 };
  const stretch = { startUs: t[start], endUs: t[end - 1] + 1 };
  if (windows === undefined) {
    const durationUs = stretch.endUs - stretch.startUs;
    const { startUs } = stretch;
    return { cuts: [{ from: start, to: end, startUs, durationUs }], empty: 0 };
  }
  const { cuts, empty } = cutWindows(t.subarray(start, end), stretch, windows);
  return {
    cuts: cuts.map(({ from, to, ...cut }) => ({
      from: start + from,
      to: start + to,
      ...cut,
    })),
    empty,
  };
}

/** Parts in events or µs; one that is left out is all events. */
type Range = Part & { readonly unit: "us" | "events" };

/** Completes parts, and counts events where they count records. */
async function rangesOf(
  { path, list, parts }: CutJob,
  { t: { length } }: RecordingColumns,
): Promise<Range[]> {
  const byRecords = parts.some(({ part }) => part?.unit === "records");
  const specials = byRecords ? await specialRecords(path) : [];
  return parts.map(({ part, line }) => {
    if (part === undefined) return { start: 0, end: length, unit: "events" };
    const { start, end, unit } = part;
    if (unit === "us") return { start, end, unit };
    const before = unit === "records"
      ? (record: number) => record - bisectLeft(specials, record)
      : (event: number) => event;
    const known = unit === "records" ? length + specials.length : length;
    if (end > known) {
      throw new DatasetError(
        list,
        `${
          unit.slice(0, -1)
        } ${end} is beyond the recording "${path}", which ` +
          `has ${known}`,
        { line },
      );
    }
    return { start: before(start), end: before(end), unit: "events" };
  });
}

/** Finds the special events of AEDAT 2.0, which tags count as records too. */
async function specialRecords(path: string): Promise<number[]> {
  const records: number[] = [];
  // A cut has been counted with the events.
  const chunks = untilCut(readAedat(path), new FaultCounts());
  for await (const { special } of chunks) records.push(...special);
  return records;
}

/**
 * Puts parts in µs on the recording's clock: where all end before its first
 * event, they count from there.
 */
function onClock(parts: readonly Range[], first = 0): Range[] {
  const times = parts.filter(({ unit }) => unit === "us");
  if (times.length === 0 || times.some(({ end }) => end > first)) {
    return [...parts];
  }
  return parts.map((part) =>
    part.unit === "events"
      ? part
      : { ...part, start: first + part.start, end: first + part.end }
  );
}

/** Digests columns one by one, to need no memory for all of them at once. */
async function digestOf(
  columns: readonly (Uint8Array | Uint16Array | Uint32Array)[],
): Promise<string> {
  const digests = await Promise.all(columns.map((column) => {
    const { buffer, byteOffset, byteLength } = column;
    return sha256(
      new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength),
    );
  }));
  return await sha256(digests.join());
}
