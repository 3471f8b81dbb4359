/**
 * Interface of the readers of all file formats.
 *
 * @module
 */

import type { Sensor } from "../../events.ts";
import type { FileSource } from "../../files/file_source.ts";

/** Consecutive events of a recording as columns, in file order. */
export interface EventBlock {
  /** Pixel columns, from the left. */
  readonly x: Uint16Array;
  /** Pixel rows, from the top. */
  readonly y: Uint16Array;
  /** Times in µs on the recording's own clock, exact up to 2⁵³. */
  readonly t: Float64Array;
  /**
   * Polarities: 1 for an increase of brightness (ON), 0 for a decrease (OFF).
   */
  readonly p: Uint8Array;
}

/** Faults of one kind in a file, from which its reader recovered. */
export interface FileFaults {
  /** Description of the fault, such as "events outside the sensor". */
  readonly problem: string;
  /** Number of occurrences. */
  readonly count: number;
  /** Byte offset of the first occurrence in the file, if known. */
  readonly offset?: number;
}

/** An open recording. */
export interface OpenRecording {
  /** Name of the format, with its version, such as "AEDAT 4". */
  readonly format: string;
  /** Size of the sensor; `undefined` if the file does not give it. */
  readonly sensor: Sensor | undefined;
  /** Faults found so far; complete after all blocks have been read. */
  readonly faults: readonly FileFaults[];
  /**
   * Reads all events in file order, in memory that does not grow with the file.
   *
   * @returns Non-empty blocks of roughly 100,000 events at most.
   * @throws {RecordingError} If damage prevents further reading, with the byte
   *   offset.
   */
  blocks(): AsyncGenerator<EventBlock, void, void>;
}

/** Properties of a recording that some formats do not store. */
export interface OpenOptions {
  /**
   * Unit of times in tables (text, NumPy arrays) that do not specify it.
   *
   * @default chosen by `guessUnit()` of `tables/column_names.ts`
   */
  readonly timeUnit?: TimeUnit;
}

/** A unit of time. */
export type TimeUnit = "s" | "ms" | "us" | "ns";

/** File format of recordings. */
export interface RecordingFormat {
  /** Name, such as "AEDAT". */
  readonly name: string;
  /**
   * Recognises a file of this format by its content.
   *
   * @param head The first bytes of the file, 4096 at most.
   * @returns Whether the format's signature is present.
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
