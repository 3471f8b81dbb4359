/**
 * Interface of data set layouts, which define the labelled samples in files and
 * folders.
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

/** Sets of a data set's own split. */
export type SetName = "train" | "validation" | "test";

/** An interval of a recording. */
export interface Part {
  /** First µs, event or record, from 0. */
  readonly start: number;
  /** End in µs, events or records, exclusive. */
  readonly end: number;
  /**
   * Unit of `start` and `end`: µs on the recording's own clock, events, or
   * records of AEDAT 2.0, which include special events.
   */
  readonly unit: "us" | "events" | "records";
}

/** A labelled sample: a recording, or a part of one. */
export interface ListedSample {
  /** Path of the file. */
  readonly path: string;
  /** Name of the recording, its path below the folder of the data set. */
  readonly recording: string;
  /** Index of the recording in a file with several. */
  readonly index?: number;
  /** Name of the class. */
  readonly label: string;
  /** Group (person, day or the like), if the layout defines it. */
  readonly group?: string;
  /** Set of the sample, if the layout defines it. */
  readonly set?: SetName;
  /** Part of the recording. @default the whole recording */
  readonly part?: Part;
  /** Line of the list that defines it. */
  readonly line?: number;
}

/** The samples of a data set. */
export interface Listing {
  /** The samples, in a fixed order. */
  readonly samples: readonly ListedSample[];
  /** Names of the classes in label order. @default sorted by name */
  readonly classes?: readonly string[];
  /** The sensor, if it is the same in all data sets of this layout. */
  readonly sensor?: Sensor;
  /** File that lists the samples, for messages. @default the place itself */
  readonly list?: string;
  /** Remarks about files, one line each. */
  readonly remarks?: readonly string[];
  /** Guesses at the meaning of names, if any. */
  readonly guessed?: GuessedNames;
}

/** Guesses at the meaning of folder and file names, which may be wrong. */
export interface GuessedNames {
  /** Other folders, or words in file names, that may be classes too. */
  readonly otherClasses?: OtherClasses;
  /** Words in file names that were taken as groups. */
  readonly groups?: readonly string[];
  /** Only folder, if its content, rather than itself, was taken as classes. */
  readonly inside?: string;
}

/** Names in paths that were not chosen as classes, but may be. */
export interface OtherClasses {
  /** Source of a `RegExp` for their names in the path of a recording. */
  readonly pattern: string;
  /** The names. */
  readonly names: readonly string[];
}

/** Options for listing samples: what is known about the classes. */
export interface ListOptions {
  /** The requested classes. */
  readonly classes?: readonly string[];
  /**
   * Pattern whose first capture (or whole match) in a recording's path below
   * the folder is the name of its class; recordings whose paths do not match
   * are left out.
   */
  readonly class?: RegExp;
}

/** A file or folder that may hold a data set. */
export interface Place {
  /** Path of the file or folder. */
  readonly path: string;
  /** Names of the files in it, sorted; `undefined` if it is a file. */
  readonly files: readonly string[] | undefined;
  /** Names of the folders in it, sorted. */
  readonly folders: readonly string[];
}

/** Layout of labelled recordings in files and folders. */
export interface Layout {
  /** Short description of the arrangement of folders and files. */
  readonly description: string;
  /**
   * Tells whether a place has this layout.
   *
   * @param place The file or folder.
   * @returns Whether it has.
   */
  matches(place: Place): boolean | Promise<boolean>;
  /**
   * Lists the samples.
   *
   * @param place The file or folder.
   * @param options The requested classes, or a pattern of classes.
   * @returns The samples.
   * @throws {DatasetError} If a file that describes the samples cannot be used.
   */
  list(place: Place, options?: ListOptions): Promise<Listing>;
}
