/**
 * Interface between data sets and the code that makes batches of them.
 *
 * @module
 */

import type { Events, Sensor, Timing } from "./events.ts";
import type { Binning, PackedSample } from "./pack.ts";

/** Name, recording and group of a sample, known without reading its events. */
export interface SampleInfo {
  /** Name in plots and tables. */
  readonly name: string;
  /** Name of its recording. */
  readonly recording: string;
  /** Its group: person, day or the like. */
  readonly group?: string;
}

/** Data set of labelled samples, each a short sequence of events. */
export interface SampleSource {
  /** The sensor that recorded the samples. */
  readonly sensor: Sensor;
  /** Conversion of recorded times to ms since the start of a sample. */
  readonly timing: Timing;
  /** Names of the classes; a label is an index into them. */
  readonly classes: readonly string[];
  /** Label of each sample. */
  readonly labels: readonly number[];
  /** Name, recording and group of each sample; absent without names. */
  readonly samples?: readonly SampleInfo[];
  /**
   * Reads the events of one sample.
   *
   * @param index Index of the sample.
   * @returns Its events, in the order recorded.
   * @throws {RangeError} If there is no such sample.
   */
  events(index: number): Promise<Events>;
  /**
   * Identifies the data that a sample is read from, so that a resumed run can
   * detect changes. Optional.
   *
   * @param index Index of the sample.
   * @returns Name of the recording, and a hexadecimal digest of everything that
   *   its samples depend on.
   * @throws {RangeError} If there is no such sample.
   */
  origin?(
    index: number,
  ): Promise<{ readonly recording: string; readonly digest: string }>;
  /**
   * Reads and packs a sample on a worker thread. Optional: without it the
   * caller packs the sample.
   *
   * @param index Index of the sample.
   * @param binning Division of time into bins.
   * @returns The packed sample.
   * @throws {RangeError} If there is no such sample, or it cannot be packed.
   */
  packed?(index: number, binning: Binning): Promise<PackedSample>;
}
