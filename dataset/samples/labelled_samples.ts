/**
 * Labelled samples cut out of recordings, as a data set.
 *
 * @module
 */

import type { Sensor } from "../events.ts";
import type { FileFaults } from "../formats/reading/format.ts";
import type { RecordingSummary } from "../formats/reading/recording_summary.ts";
import type { SampleInfo, SampleSource } from "../sample_source.ts";
import type { LayoutName, OtherClasses, SetName } from "../layouts/layout.ts";

/** A sample, and what is known of it without reading its events. */
export interface LabelledSample extends SampleInfo {
  /** Class, as an index into the classes. */
  readonly label: number;
  /** Set that the data set puts it in. */
  readonly set?: SetName;
  /** Index of its recording. */
  readonly place: number;
  /** Its start on the recording's clock in µs, if the recording was read. */
  readonly startUs?: number;
  /** Its length in µs: that of its window, or up to its last event. */
  readonly durationUs?: number;
  /** Its first event in the recording. */
  readonly from?: number;
  /** The event after its last. */
  readonly to?: number;
}

/** Facts about a recording that was read; all but a few are the summary's. */
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
  /** Size of the sensor, or of the part of it that has events. */
  readonly sensor: Sensor;
  /** Whether the file told the size of the sensor. */
  readonly told: boolean;
  /** Events that are earlier than the event before them. */
  readonly backwardSteps: number;
  /** Faults of the file that its reader went on after. */
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
  /** Facts about it, if it was read. */
  readonly facts?: RecordingFacts;
}

/** Labelled samples of recordings. */
export interface LabelledSamples extends SampleSource {
  /** Name of the layout. */
  readonly layout: LayoutName | "store";
  /** Name, group, set and place in its recording of each sample. */
  readonly samples: readonly LabelledSample[];
  /** The recordings that they are in. */
  readonly recordings: readonly SourceRecording[];
  /** Samples without an event, which were left out. */
  readonly empty: number;
  /** Whether files or the layout tell the size of the sensor. @default true */
  readonly sensorTold?: boolean;
  /** Remarks about how the samples are listed and cut, a line each. */
  readonly remarks?: readonly string[];
  /** Other folders that may as well be named after classes. */
  readonly otherClasses?: OtherClasses;
}
