/**
 * Data sets of labelled samples cut out of recordings.
 *
 * @module
 */

import type { Sensor } from "../events.ts";
import type { FileFaults } from "../formats/reading/format.ts";
import type { RecordingSummary } from "../formats/reading/recording_summary.ts";
import type { SampleInfo, SampleSource } from "../sample_source.ts";
import type { GuessedNames, LayoutName, SetName } from "../layouts/layout.ts";

/** Properties of a sample, known without reading its events. */
export interface LabelledSample extends SampleInfo {
  /** Class, as an index into the classes. */
  readonly label: number;
  /** Its set in the data set's own split, if there is one. */
  readonly set?: SetName;
  /** Index of its recording. */
  readonly place: number;
  /** Start on the recording's clock in µs, if the recording was read. */
  readonly startUs?: number;
  /** Length in µs: that of its window, or else up to its last event. */
  readonly durationUs?: number;
  /** Index of its first event in the recording. */
  readonly from?: number;
  /** Index after its last event. */
  readonly to?: number;
}

/** Properties of a recording that was read. */
export interface RecordingFacts extends
  Pick<
    RecordingSummary,
    | "events"
    | "firstUs"
    | "lastUs"
    | "xMax"
    | "yMax"
    | "on"
    | "off"
    | "onShare"
  > {
  /** Name of the format. */
  readonly format: string;
  /**
   * Size of the sensor, or the extent of the events if the file does not give
   * it.
   */
  readonly sensor: Sensor;
  /** Whether the file gives the size of the sensor. */
  readonly told: boolean;
  /** Number of events that are earlier than the event before them. */
  readonly backwardSteps: number;
  /** Faults of the file that its reader recovered from. */
  readonly faults: readonly FileFaults[];
  /** SHA-256 digest of its events, in hexadecimal. */
  readonly digest: string;
}

/** A recording of a data set. */
export interface SourceRecording {
  /** Its name. */
  readonly name: string;
  /** The file. */
  readonly path: string;
  /** Its properties, if it was read. */
  readonly facts?: RecordingFacts;
}

/** Labelled samples of recordings. */
export interface LabelledSamples extends SampleSource {
  /** Name of the layout. */
  readonly layout: LayoutName | "store";
  /** Name, group, set and place in its recording of each sample. */
  readonly samples: readonly LabelledSample[];
  /** Recordings that contain the samples. */
  readonly recordings: readonly SourceRecording[];
  /** Number of samples without events, which are left out. */
  readonly empty: number;
  /** Whether files or the layout give the size of the sensor. @default true */
  readonly sensorTold?: boolean;
  /** Remarks about how the samples are listed and cut, one line each. */
  readonly remarks?: readonly string[];
  /** Guesses at the meaning of names, if any. */
  readonly guessed?: GuessedNames;
}
