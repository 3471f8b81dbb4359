/**
 * Slices to read on other threads.
 *
 * @module
 */

import type { PackOptions } from "../pack.ts";
import type { GroupOptions } from "./recording_group.ts";

/** Threads at most; each takes 12 MB of memory. */
const MOST = 16;

/** Number of threads that read: one for each other processor. */
export const THREADS: number = Math.max(
  1,
  Math.min(navigator.hardwareConcurrency - 1, MOST),
);

/** A slice to read. */
export interface ReadJob {
  /** The group of its recording. */
  readonly folder: string;
  /** The group, as the store describes it. */
  readonly group: GroupOptions;
  /** Number of the slice in its recording, counted from 0. */
  readonly slice: number;
  /** The chunk of its first event. */
  readonly chunk: number;
  /** How to pack it; its events are read without. */
  readonly packing?: PackOptions;
}
