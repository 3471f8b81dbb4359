/**
 * What every data set offers to the code that makes batches.
 *
 * @module
 */

import type { Events, Sensor, Timing } from "./events.ts";
import type { Binning, PackedSample } from "./pack.ts";

/** A data set of labelled samples, each a short stretch of events. */
export interface SampleSource {
  /** The sensor that recorded the samples. */
  readonly sensor: Sensor;
  /** How times are to be read. */
  readonly timing: Timing;
  /** Names of the classes; a label is an index into them. */
  readonly classes: readonly string[];
  /** One label a sample. */
  readonly labels: readonly number[];
  /**
   * Reads the events of one sample.
   *
   * @param index Which sample, counted from 0.
   * @returns Its events, in the order recorded.
   * @throws {RangeError} If there is no such sample.
   */
  events(index: number): Promise<Events>;
  /**
   * Tells what one sample is read from, for a program that comes back later to
   * notice if that has changed. Not every source knows.
   *
   * @param index Which sample, counted from 0.
   * @returns Name of the recording, and a digest in hexadecimal of all that its
   * samples follow from.
   * @throws {RangeError} If there is no such sample.
   */
  origin?(
    index: number,
  ): Promise<{ readonly recording: string; readonly digest: string }>;
  /**
   * Reads and packs a sample on another thread, where there is one to do it.
   *
   * @param index Which sample, counted from 0.
   * @param binning How time is divided into bins.
   * @returns The packed sample.
   * @throws {RangeError} If there is no such sample, or it cannot be packed.
   */
  packed?(index: number, binning: Binning): Promise<PackedSample>;
}
