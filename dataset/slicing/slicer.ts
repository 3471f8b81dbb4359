/**
 * Slicing of one recording by its tags.
 *
 * @module
 */

import { type EventChunk, readAedat } from "../formats/aedat2/aedat.ts";
import { turnToJaerAxes } from "../formats/aedat2/aedat_decode.ts";
import { counted } from "../files/counted.ts";
import { DatasetError } from "../files/errors.ts";
import { DVS128, elapsedTimes } from "../events.ts";
import { readNpy } from "../formats/npy.ts";
import { untilCut } from "../formats/reading/cut_off.ts";
import { FaultCounts } from "../formats/reading/fault_counts.ts";
import type { RecordingAttributes } from "../store/attributes.ts";
import { RecordingWriter } from "../store/recording_writer.ts";
import { eventsBefore } from "./records.ts";
import type { SliceSource } from "./slice_source.ts";

/** A recording to slice, and the folder to write. */
export interface SliceJob extends SliceSource {
  /** Folder of the group to write. */
  readonly folder: string;
}

/**
 * Reads a recording (or its slices) in one pass and writes the events within
 * its tags as a group.
 *
 * Where tags overlap, an event is stored once and belongs to every slice whose
 * tag contains it.
 *
 * @param job The recording, and the folder to write.
 * @returns The attributes of the complete group.
 * @throws {RecordingError} If the recording cannot be read.
 * @throws {DatasetError} If a tag reaches beyond the recording or holds no
 *   event, or if the group cannot be written.
 */
export async function sliceRecording(
  job: SliceJob,
): Promise<RecordingAttributes> {
  const { recording, slices, origin: { axes }, folder } = job;
  const writer = await RecordingWriter.create(folder, DVS128);
  const slicer = new Slicer(job, writer);
  const chunks = slices === undefined
    // A cut has been found with the tags, which end before it.
    ? untilCut(readAedat(recording, { axes }), new FaultCounts())
    : readSlices(slices, axes);
  for await (const chunk of chunks) await slicer.add(chunk);
  return await slicer.finish();
}

/** Reads the files of slices as consecutive chunks of one recording. */
async function* readSlices(
  paths: readonly string[],
  axes: "reference" | "jaer",
): AsyncGenerator<EventChunk> {
  let firstRecord = 0;
  for (const path of paths) {
    const events = await readNpy(path, DVS128);
    const records = events.t.length;
    const turned = axes === "jaer" ? turnToJaerAxes(events) : events;
    yield { ...turned, firstRecord, records, special: new Uint32Array() };
    firstRecord += records;
  }
}

/**
 * Start of a slice (its first record) or its end (the index after its last
 * record).
 */
interface Edge {
  readonly record: number;
  readonly slice: number;
  readonly isEnd: boolean;
}

class Slicer {
  readonly #job: SliceJob;
  readonly #writer: RecordingWriter;
  readonly #edges: readonly Edge[];
  readonly #start: Uint32Array;
  readonly #end: Uint32Array;
  readonly #startTimes: Float64Array;
  readonly #durationsUs: number[] = [];
  /** Number of edges that have been processed. */
  #passed = 0;
  /** Number of slices that contain the current record. */
  #open = 0;
  /** Open slices without a stored event. */
  #fresh: number[] = [];
  /** Time of the last stored event in µs since the recording's first event. */
  #lastTime = 0;
  /** Time of the last read event in µs since the recording's first event. */
  #elapsed = 0;
  #previousTime: number | undefined;
  #records = 0;
  #specialEvents = 0;
  #backwardSteps = 0;

  constructor(job: SliceJob, writer: RecordingWriter) {
    this.#job = job;
    this.#writer = writer;
    this.#edges = job.tags.flatMap(({ start, end }, slice) => [
      { record: start, slice, isEnd: false },
      { record: end, slice, isEnd: true },
    ]).sort((a, b) => a.record - b.record);
    this.#start = new Uint32Array(job.tags.length);
    this.#end = new Uint32Array(job.tags.length);
    this.#startTimes = new Float64Array(job.tags.length);
  }

  async add(chunk: EventChunk): Promise<void> {
    const end = chunk.firstRecord + chunk.records;
    const times = this.#timesOf(chunk);
    while (this.#records < end) {
      this.#passEdges();
      const next = Math.min(end, this.#edges[this.#passed]?.record ?? end);
      if (this.#open > 0) await this.#keep(chunk, times, next);
      this.#records = next;
    }
    this.#specialEvents += chunk.special.length;
  }

  /**
   * Converts times to µs since the recording's first event; also counts
   * backward steps.
   */
  #timesOf({ t }: EventChunk): Float64Array {
    const before = this.#elapsed;
    const times = elapsedTimes(t, this.#previousTime)
      .map((time) => before + time);
    for (const time of times) {
      if (time < this.#elapsed) this.#backwardSteps++;
      this.#elapsed = time;
    }
    this.#previousTime = t.at(-1) ?? this.#previousTime;
    return times;
  }

  async finish(): Promise<RecordingAttributes> {
    this.#passEdges();
    const beyond = this.#edges[this.#passed];
    if (beyond !== undefined) {
      throw this.#problem(
        beyond.slice,
        `record ${beyond.record} is beyond the recording ` +
          `"${this.#job.recording}", which has ${
            counted(this.#records, "record")
          }`,
      );
    }
    const attributes: RecordingAttributes = {
      ...this.#job.origin,
      events: this.#writer.events,
      durationsUs: this.#durationsUs,
      specialEvents: this.#specialEvents,
      backwardSteps: this.#backwardSteps,
    };
    const bounds = { start: this.#start, end: this.#end };
    await this.#writer.finish(bounds, attributes);
    return attributes;
  }

  #passEdges(): void {
    for (
      ;
      this.#edges[this.#passed]?.record === this.#records;
      this.#passed++
    ) {
      const { slice, isEnd } = this.#edges[this.#passed];
      if (isEnd) this.#endSlice(slice);
      else this.#startSlice(slice);
    }
  }

  #startSlice(slice: number): void {
    this.#start[slice] = this.#writer.events;
    this.#open++;
    this.#fresh.push(slice);
  }

  #endSlice(slice: number): void {
    this.#end[slice] = this.#writer.events;
    this.#open--;
    if (this.#end[slice] === this.#start[slice]) {
      const { start, end } = this.#job.tags[slice];
      throw this.#problem(
        slice,
        `records ${start} to ${end - 1} of "${this.#job.recording}" are ` +
          `special events, so the slice would be empty`,
      );
    }
    this.#durationsUs[slice] = this.#lastTime - this.#startTimes[slice];
  }

  /** Stores the events of the records from the current one to `end` − 1. */
  async #keep(
    chunk: EventChunk,
    times: Float64Array,
    end: number,
  ): Promise<void> {
    const from = eventsBefore(chunk, this.#records);
    const to = eventsBefore(chunk, end);
    if (from === to) return;
    for (const slice of this.#fresh) this.#startTimes[slice] = times[from];
    this.#fresh = [];
    this.#lastTime = times[to - 1];
    await this.#writer.append(chunk, from, to);
  }

  #problem(slice: number, problem: string): DatasetError {
    const { tagFile, tags } = this.#job;
    return new DatasetError(tagFile, problem, { line: tags[slice].line });
  }
}
