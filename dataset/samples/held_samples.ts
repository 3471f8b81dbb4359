/**
 * Samples of recordings that are read once and kept in memory.
 *
 * @module
 */

import { counted } from "../files/counted.ts";
import type { Events, Sensor, Timing } from "../events.ts";
import type { LayoutName, OtherClasses } from "../layouts/layout.ts";
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

/** Recordings beyond the memory for them that are kept until others are read. */
const RECENT = 4;

/** Memory of an event: 2 bytes each of x and y, 4 of t, 1 of p. */
const EVENT_BYTES = 9;

/** Recordings in memory, as far as there is room. */
export class HeldRecordings {
  readonly #jobs: readonly CutJob[];
  readonly #held = new Map<number, CutRecording>();
  readonly #recent = new Map<number, Promise<CutRecording>>();
  #room: number;

  /**
   * Makes room for recordings.
   *
   * @param jobs How each is read.
   * @param memory Memory for them in bytes.
   */
  constructor(jobs: readonly CutJob[], memory: number) {
    this.#jobs = jobs;
    this.#room = memory;
  }

  /**
   * Keeps a recording, if there is room for it.
   *
   * @param place Its index.
   * @param recording The recording.
   */
  keep(place: number, recording: CutRecording): void {
    const bytes = EVENT_BYTES * recording.t.length;
    if (bytes > this.#room || this.#held.has(place)) return;
    this.#room -= bytes;
    this.#held.set(place, recording);
  }

  /**
   * Takes a recording from memory, or reads it.
   *
   * @param place Its index.
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

/** Samples of recordings in memory. */
export class HeldSamples implements LabelledSamples {
  readonly layout: LayoutName | "store";
  readonly sensor: Sensor;
  /** Times are µs since the start of the sample. */
  readonly timing: Timing = { unitUs: 1, fromFirstEvent: false };
  readonly classes: readonly string[];
  readonly labels: readonly number[];
  readonly samples: readonly LabelledSample[];
  readonly recordings: readonly SourceRecording[];
  readonly empty: number;
  readonly sensorTold: boolean;
  readonly remarks: readonly string[];
  readonly otherClasses?: OtherClasses;
  readonly #held: HeldRecordings;

  /**
   * Makes a data set of samples.
   *
   * @param facts What is known of samples and recordings.
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
      | "otherClasses"
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
    this.otherClasses = facts.otherClasses;
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
