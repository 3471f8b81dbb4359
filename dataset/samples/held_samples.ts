/**
 * Data set of recordings that are read once and kept in memory.
 *
 * @module
 */

import { counted } from "../files/counted.ts";
import type { Events, Sensor, Timing } from "../events.ts";
import type { GuessedNames, LayoutName } from "../layouts/layout.ts";
import {
  type CutJob,
  type CutRecording,
  cutRecording,
} from "./cut_recording.ts";
import type {
  LabelledSample,
  LabelledSamples,
  SourceRecording,
} from "./labelled_samples.ts";

/**
 * Number of recently read recordings that are kept beyond the memory budget.
 */
const RECENT = 4;

/** Bytes per event in memory: 2 each for x and y, 4 for t, 1 for p. */
const EVENT_BYTES = 9;

/** Cache of recordings, with a memory budget. */
export class HeldRecordings {
  readonly #jobs: readonly CutJob[];
  readonly #held = new Map<number, CutRecording>();
  readonly #recent = new Map<number, Promise<CutRecording>>();
  #room: number;

  /**
   * Makes an empty cache.
   *
   * @param jobs Each recording, and how to read it.
   * @param memory Memory budget in bytes.
   */
  constructor(jobs: readonly CutJob[], memory: number) {
    this.#jobs = jobs;
    this.#room = memory;
  }

  /**
   * Adds a recording if it fits the budget.
   *
   * @param place Index of its job.
   * @param recording The recording.
   */
  keep(place: number, recording: CutRecording): void {
    const bytes = EVENT_BYTES * recording.t.length;
    if (bytes > this.#room || this.#held.has(place)) return;
    this.#room -= bytes;
    this.#held.set(place, recording);
  }

  /**
   * Returns a recording from memory, or reads it.
   *
   * @param place Index of its job.
   * @returns The recording.
   * @throws {RecordingError} If it cannot be read.
   */
  async get(place: number): Promise<CutRecording> {
    const held = this.#held.get(place);
    if (held !== undefined) return held;
    let read = this.#recent.get(place);
    if (read === undefined) {
      read = cutRecording(this.#jobs[place]);
      this.#recent.set(place, read);
      read.catch(() => this.#recent.delete(place));
      const [oldest] = this.#recent.keys();
      if (this.#recent.size > RECENT) this.#recent.delete(oldest);
    }
    const recording = await read;
    this.keep(place, recording);
    return recording;
  }
}

/** Labelled samples of recordings in memory. */
export class HeldSamples implements LabelledSamples {
  readonly layout: LayoutName | "store";
  readonly sensor: Sensor;
  /** Times are in µs since the start of the sample. */
  readonly timing: Timing = { unitUs: 1, fromFirstEvent: false };
  readonly classes: readonly string[];
  readonly labels: readonly number[];
  readonly samples: readonly LabelledSample[];
  readonly recordings: readonly SourceRecording[];
  readonly empty: number;
  readonly sensorTold: boolean;
  readonly remarks: readonly string[];
  readonly guessed?: GuessedNames;
  readonly #held: HeldRecordings;

  /**
   * Makes a data set without reading recordings.
   *
   * @param facts Properties of samples and recordings.
   * @param held The recordings.
   */
  constructor(
    facts: Pick<
      LabelledSamples,
      | "layout"
      | "sensor"
      | "classes"
      | "samples"
      | "recordings"
      | "empty"
      | "sensorTold"
      | "remarks"
      | "guessed"
    >,
    held: HeldRecordings,
  ) {
    this.layout = facts.layout;
    this.sensor = facts.sensor;
    this.classes = facts.classes;
    this.samples = facts.samples;
    this.labels = facts.samples.map(({ label }) => label);
    this.recordings = facts.recordings;
    this.empty = facts.empty;
    this.sensorTold = facts.sensorTold ?? true;
    this.remarks = facts.remarks ?? [];
    this.guessed = facts.guessed;
    this.#held = held;
  }

  async events(index: number): Promise<Events> {
    const { place, startUs, from, to } = this.#sample(index);
    const { x, y, t, p } = await this.#held.get(place);
    const times = t.slice(from, to);
    const start = startUs ?? times[0];
    for (let i = 0; i < times.length; i++) times[i] -= start;
    return {
      x: x.slice(from, to),
      y: y.slice(from, to),
      t: times,
      p: p.slice(from, to),
    };
  }

  async origin(
    index: number,
  ): Promise<{ readonly recording: string; readonly digest: string }> {
    const { place } = this.#sample(index);
    const { name, facts } = this.recordings[place];
    const { digest } = facts ?? (await this.#held.get(place)).facts;
    return { recording: name, digest };
  }

  #sample(index: number): LabelledSample {
    const sample = this.samples[index];
    if (sample !== undefined) return sample;
    throw new RangeError(
      `Cannot read sample ${index}: there are ${
        counted(this.samples.length, "sample")
      }`,
    );
  }
}
