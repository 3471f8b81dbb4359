/**
 * Jobs of the threads that read slices.
 *
 * @module
 */

import type { PackOptions } from "../pack.ts";
import type { GroupOptions } from "./recording_group.ts";

/** Maximum number of threads; each takes 12 MB of memory. */
const MOST = 16;

/**
 * Number of reading threads: one per processor, less one for the main thread.
 */
export const THREADS: number = Math.max(
  1,
  Math.min(navigator.hardwareConcurrency - 1, MOST),
);

/** A slice to read. */
export interface ReadJob {
  /** Folder or URL of its recording's group. */
  readonly folder: string;
  /** Properties that the group must have. */
  readonly group: GroupOptions;
  /** Index of the slice in its recording, from 0. */
  readonly slice: number;
  /** Index of the chunk with its first event. */
  readonly chunk: number;
  /** How to pack the slice. @default its events are returned unpacked */
  readonly packing?: PackOptions;
}
