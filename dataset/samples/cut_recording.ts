/**
 * Reading of a recording and cutting of its samples.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { bisectLeft } from "npm:d3-array@3.2.4";
import { sha256 } from "../files/sha256.ts";
import { readAedat } from "../formats/aedat2/aedat.ts";
import { type CutPlace, untilCut } from "../formats/reading/cut_off.ts";
import { FaultCounts, ZEROS } from "../formats/reading/fault_counts.ts";
import type { FileFaults } from "../formats/reading/format.ts";
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

/** A part of a recording, and the line of the list that defines it. */
export interface ListedPart {
  /** The part. @default the whole recording */
  readonly part?: Part;
  /** Line of the list. */
  readonly line?: number;
}

/** A recording and the parts to be cut out of it. */
export interface CutJob extends RecordingPlace {
  /** Parts of the recording, each of which is or contains samples. */
  readonly parts: readonly ListedPart[];
  /** Windows to cut each part into. @default each part is one sample */
  readonly windows?: Windows;
}

/** Parts of a truncated recording that are not cut out of it. */
export interface BeyondCut {
  /** Indices of the parts. */
  readonly parts: readonly number[];
  /** Place of the cut. */
  readonly place: CutPlace;
}

/** A recording in memory with the bounds of its samples. */
export interface CutRecording {
  /** Column of each event's pixel. */
  readonly x: Uint16Array;
  /** Row of each event's pixel. */
  readonly y: Uint16Array;
  /** Time of each event in µs on the recording's clock, modulo 2³². */
  readonly t: Uint32Array<ArrayBuffer>;
  /** Polarity of each event, 0 or 1. */
  readonly p: Uint8Array;
  /** Bounds of each sample, with the index of its part. */
  readonly cuts: readonly (Cut & { readonly part: number })[];
  /** Number of samples without events, which are left out. */
  readonly empty: number;
  /** Parts that reach beyond the cut of a truncated recording. */
  readonly beyondCut?: BeyondCut;
  /** Facts about the recording, and a digest of its events. */
  readonly facts: RecordingFacts;
}

/**
 * Reads a recording, sorts its events by time if their order allows it, and
 * cuts samples out of it. Parts in records or events that reach beyond its end
 * are left out, since it is cut off.
 *
 * @param job The recording.
 * @returns The recording and the bounds of its samples.
 * @throws {RecordingError} If the recording cannot be read, or a sample lasts
 *   71 min or longer.
 *
 * @example
 * ```ts
 * import { cutRecording } from "./cut_recording.ts";
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeTextFile(path, "t,x,y,p\n70,5,7,1\n71,5,8,0\n99,5,8,0\n");
 * const { cuts } = await cutRecording({
 *   path,
 *   parts: [{ part: { start: 1, end: 3, unit: "events" } }],
 * });
 * if (cuts[0].from !== 1 || cuts[0].durationUs !== 29) throw new Error("?");
 * await Deno.remove(path);
 * ```
 */
export async function cutRecording(job: CutJob): Promise<CutRecording> {
  const columns = await readColumns(job);
  const { x, y, p, backwardSteps } = columns;
  const { ranges, beyondCut } = await rangesOf(job, columns);
  const parts = onClock(ranges, columns.t[0]);
  const isListed = job.parts.some(({ part }) => part && part.unit !== "us");
  // Parts given by event numbers refer to the order in the file; only their
  // insides may be sorted, for windows.
  if (backwardSteps > 0 && !isListed) sortByTime(columns);
  else if (backwardSteps > 0 && job.windows) sortByTime(columns, parts);
  const cuts: (Cut & { readonly part: number })[] = [];
  let empty = 0;
  for (const [index, part] of parts.entries()) {
    if (beyondCut?.parts.includes(index)) continue;
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
  return { x, y, t, p, cuts, empty, beyondCut, facts };
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

/** A part in events or µs; a missing part is replaced by all events. */
type Range = Part & { readonly unit: "us" | "events" };

/** Completes parts and converts record numbers to event numbers. */
async function rangesOf(
  { path, parts }: CutJob,
  { t: { length } }: RecordingColumns,
): Promise<
  { readonly ranges: Range[]; readonly beyondCut: BeyondCut | undefined }
> {
  const byRecords = parts.some(({ part }) => part?.unit === "records");
  const { specials, cut } = byRecords
    ? await specialRecords(path)
    : { specials: [] };
  const known = length + specials.length;
  const beyond = [...parts.keys()].filter((index) => {
    const { part } = parts[index];
    return part !== undefined && part.unit !== "us" && part.end > known;
  });
  const ranges = parts.map(({ part }, index): Range => {
    if (part === undefined) return { start: 0, end: length, unit: "events" };
    const { start, end, unit } = part;
    if (unit === "us") return { start, end, unit };
    if (beyond.includes(index)) {
      return { start: length, end: length, unit: "events" };
    }
    const before = unit === "records"
      ? (record: number) => record - bisectLeft(specials, record)
      : (event: number) => event;
    return { start: before(start), end: before(end), unit: "events" };
  });
  if (beyond.length === 0) return { ranges, beyondCut: undefined };
  const place: CutPlace = cut === undefined
    ? {
      unit: byRecords ? "record" : "event",
      end: known,
      tagsEnd: Math.max(...beyond.map((index) => parts[index].part!.end)),
    }
    : {
      offset: cut.offset!,
      zeros: cut.problem === ZEROS ? cut.count : undefined,
    };
  return { ranges, beyondCut: { parts: beyond, place } };
}

/**
 * Finds the record numbers of special events in AEDAT 2.0, which tags count
 * too, and the cut if the file is cut off.
 */
async function specialRecords(path: string): Promise<{
  readonly specials: readonly number[];
  readonly cut?: FileFaults;
}> {
  const specials: number[] = [];
  const faults = new FaultCounts();
  for await (const { special } of untilCut(readAedat(path), faults)) {
    specials.push(...special);
  }
  return { specials, cut: faults.list[0] };
}

/**
 * Converts parts in µs to the recording's clock: if all end before its first
 * event, their times count from that event.
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

/** Digests columns one by one, to avoid a joint copy of all of them. */
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
