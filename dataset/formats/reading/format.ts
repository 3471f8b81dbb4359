/**
 * The interface of every reader of a file format, so that recordings of any camera
 * are read in the same way.
 *
 * @module
 */

import type { Sensor } from "../../events.ts";
import type { FileSource } from "../../files/file_source.ts";

/** A stretch of a recording: events in columns, in the order of the file. */
export interface EventBlock {
  /** Columns of the pixels, counted from the left. */
  readonly x: Uint16Array;
  /** Rows of the pixels, counted from the top. */
  readonly y: Uint16Array;
  /** Times in µs on the recording's own clock, exact up to 2⁵³. */
  readonly t: Float64Array;
  /** Polarities: 1 where it got brighter (ON), 0 where darker (OFF). */
  readonly p: Uint8Array;
}

/** Faults of a file that its reader went on after, by what they are. */
export interface FileFaults {
  /** Description of the fault, such as "events outside the sensor". */
  readonly problem: string;
  /** How often. */
  readonly count: number;
  /** Byte in the file where it was met first, if that is known. */
  readonly offset?: number;
}

/** A recording that is open for reading. */
export interface OpenRecording {
  /** Name of the format, with its version, such as "AEDAT 4". */
  readonly format: string;
  /** Size of the sensor; `undefined` if the file does not tell. */
  readonly sensor: Sensor | undefined;
  /** Faults met so far; complete once all blocks were read. */
  readonly faults: readonly FileFaults[];
  /**
   * Reads the events from the first to the last, with a memory that does not
   * grow with the file.
   *
   * @returns Blocks of at most some 100,000 events; none is empty.
   * @throws {RecordingError} Where the file is damaged beyond reading on, with
   * the byte offset.
   */
  blocks(): AsyncGenerator<EventBlock, void, void>;
}

/** Properties of a recording that some formats do not store. */
export interface OpenOptions {
  /**
   * Unit of the times in tables (text, NumPy arrays) whose columns do not name
   * it.
   *
   * @default as `guessUnit()` of `tables/column_names.ts` says
   */
  readonly timeUnit?: TimeUnit;
}

/** A unit of time. */
export type TimeUnit = "s" | "ms" | "us" | "ns";

/** A file format of recordings. */
export interface RecordingFormat {
  /** Its name, such as "AEDAT". */
  readonly name: string;
  /**
   * Tells a file of this format by its content.
   *
   * @param head The first bytes of the file, 4096 at most.
   * @returns Whether the format's own marks are there.
   */
  matches(head: Uint8Array): boolean;
  /**
   * Opens a file and reads its header.
   *
   * @param file The file.
   * @param options Properties that the format does not store.
   * @returns The recording.
   * @throws {RecordingError} If the header is damaged, with the byte offset.
   */
  open(file: FileSource, options?: OpenOptions): Promise<OpenRecording>;
}
