/**
 * The interface of folder layouts: it tells which files hold which labelled
 * samples.
 *
 * @module
 */

import type { Sensor } from "../events.ts";

/** Name of a layout. */
export type LayoutName =
  | "folders"
  | "list"
  | "sl-animals"
  | "nmnist"
  | "dvs-gesture"
  | "n-caltech101"
  | "shd";

/** Names of all layouts. */
export const LAYOUT_NAMES: readonly LayoutName[] = [
  "folders",
  "list",
  "sl-animals",
  "nmnist",
  "dvs-gesture",
  "n-caltech101",
  "shd",
];

/** Sets into which the makers of a data set divided it. */
export type SetName = "train" | "validation" | "test";

/** A stretch of a recording. */
export interface Part {
  /** First µs, event or record. */
  readonly start: number;
  /** The µs, event or record after the last. */
  readonly end: number;
  /**
   * Whether µs on the recording's own clock are counted, events, or records of
   * AEDAT 2.0, among which special events count too.
   */
  readonly unit: "us" | "events" | "records";
}

/** A labelled sample: a recording, or a part of one. */
export interface ListedSample {
  /** The file. */
  readonly path: string;
  /** Name of the recording: its path below the folder of the data. */
  readonly recording: string;
  /** Index of the recording in a file that holds many. */
  readonly index?: number;
  /** Name of the class. */
  readonly label: string;
  /** Person, day or the like, if the layout tells it. */
  readonly group?: string;
  /** Set of the sample, if the layout tells it. */
  readonly set?: SetName;
  /** The part of the recording; all of it if left out. */
  readonly part?: Part;
  /** Line of the list that names it. */
  readonly line?: number;
}

/** The samples of a data set. */
export interface Listing {
  /** The samples, in a fixed order. */
  readonly samples: readonly ListedSample[];
  /** Names of the classes in their order; sorted by name if left out. */
  readonly classes?: readonly string[];
  /** The sensor, where all data sets of this layout have the same. */
  readonly sensor?: Sensor;
  /** The list that names the samples, for messages; else the folder itself. */
  readonly list?: string;
  /** Remarks about files, a line each. */
  readonly remarks?: readonly string[];
  /** Other folders that may as well be named after classes. */
  readonly otherClasses?: OtherClasses;
}

/** Folders that were not taken as those of classes, but may be. */
export interface OtherClasses {
  /** Pattern of their names in the path of a recording, for `RegExp`. */
  readonly pattern: string;
  /** Their names. */
  readonly names: readonly string[];
}

/** What is known of the classes before samples are listed. */
export interface ListOptions {
  /** The classes asked for. */
  readonly classes?: readonly string[];
  /**
   * Pattern whose first group, in the path of a recording below the folder,
   * names its class; recordings whose paths do not match are left out.
   */
  readonly class?: RegExp;
}

/** A file or folder that may hold a data set. */
export interface Place {
  /** Its path. */
  readonly path: string;
  /** Names of the files in it, sorted; `undefined` if it is a file. */
  readonly files: readonly string[] | undefined;
  /** Names of the folders in it, sorted. */
  readonly folders: readonly string[];
}

/** A way to keep labelled recordings. */
export interface Layout {
  /** How folders and files are arranged, in a few words. */
  readonly description: string;
  /**
   * Tells whether a place is laid out in this way.
   *
   * @param place The file or folder.
   * @returns Whether it is.
   */
  matches(place: Place): boolean | Promise<boolean>;
  /**
   * Lists the samples.
   *
   * @param place The file or folder.
   * @param options What is known of the classes.
   * @returns The samples.
   * @throws {DatasetError} If a file that describes the samples cannot be used.
   */
  list(place: Place, options?: ListOptions): Promise<Listing>;
}
