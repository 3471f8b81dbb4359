/**
 * Attributes of the Zarr groups of an event store: those of the root group and
 * of each recording's group.
 *
 * @module
 */

import { DatasetError } from "../files/errors.ts";
import type { Sensor } from "../events.ts";
import { join } from "../files/file_path.ts";
import { canBeShown } from "../formats/sl_animals.ts";

/**
 * Convention of x, y and p: one of the two of `readAedat()`, or `"upright"`,
 * with x from the left, y from the top and p = 1 for ON.
 */
export type StoredAxes = "reference" | "jaer" | "upright";

/** Attributes of the store's root group. */
export interface StoreAttributes {
  /** Marks the group as an event store. */
  readonly format: "slayer-events";
  /** Version of the store's layout. */
  readonly version: 1;
  /** Whether all recordings have been written. */
  readonly complete: boolean;
  /** The sensor. */
  readonly sensor: Sensor;
  /** Convention of x, y and p. */
  readonly axes: StoredAxes;
  /** Unit of the column `t`. */
  readonly timeUnit: "µs";
  /** Names of the classes; a label is an index into them. */
  readonly classes: readonly string[];
  /** Names of the recordings, which are also the names of their groups. */
  readonly recordings: readonly string[];
  /** Files that it was sliced from, if they are known. */
  readonly source?: StoreSource;
}

/** Files that a store was sliced from, as they were before. */
export interface StoreSource {
  /** Arguments with which they were sliced, without the store. */
  readonly arguments: readonly string[];
  /** The files. */
  readonly files: readonly SourceFile[];
}

/** A file that a store was sliced from. */
export interface SourceFile {
  /** Path relative to the store's folder. */
  readonly path: string;
  /** Size in bytes. */
  readonly bytes: number;
  /** Time of its last change in ms since 1970. */
  readonly changedMs: number;
}

/** Attributes of a recording's group. */
export interface RecordingAttributes {
  /** Name of the recording. */
  readonly source: string;
  /** SHA-256 of the recording's file, in hexadecimal. */
  readonly sha256: string;
  /** Convention of x, y and p. */
  readonly axes: StoredAxes;
  /** Number of the person. */
  readonly person: number;
  /** Session of the recording. */
  readonly session: string;
  /**
   * Name of the recording in its data set, such as `wave/1.csv`; absent in
   * stores of SL-Animals.
   */
  readonly name?: string;
  /**
   * Group of each slice (person, day or the like), "" for none; absent in
   * stores of SL-Animals.
   */
  readonly groups?: readonly string[];
  /**
   * Set of each slice in the data set's own split, "" for none; absent in
   * stores of SL-Animals.
   */
  readonly sets?: readonly string[];
  /** Start of each slice on the recording's 64-bit clock in µs. */
  readonly startsUs?: readonly number[];
  /** Label of each slice. */
  readonly labels: readonly number[];
  /** Index of each slice's first record in the recording. */
  readonly tagStarts: readonly number[];
  /** Index after each slice's last record in the recording. */
  readonly tagEnds: readonly number[];
  /** Number of events in the group. */
  readonly events: number;
  /** Time from the first to the last event of each slice in µs. */
  readonly durationsUs: readonly number[];
  /** Number of special events of the whole recording; they are not stored. */
  readonly specialEvents: number;
  /**
   * Number of events of the whole recording that are earlier than the event
   * before them.
   */
  readonly backwardSteps: number;
}

/** The attributes that determine the slices of a recording. */
export type RecordingOrigin = Omit<
  RecordingAttributes,
  "events" | "durationsUs" | "specialEvents" | "backwardSteps"
>;

type Checks<T> = {
  readonly [K in keyof T]-?: (value: unknown) => boolean;
};

const isText = (value: unknown) => typeof value === "string";
const isInteger = (value: unknown) => Number.isSafeInteger(value);
const isCount = (value: unknown) => isInteger(value) && (value as number) >= 0;
const isAxes = (value: unknown) =>
  ["reference", "jaer", "upright"].includes(value as string);
const isNothingOr = (is: (value: unknown) => boolean) => (value: unknown) =>
  value === undefined || is(value);
const areAll = (is: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(is);

const STORE_CHECKS: Checks<StoreAttributes> = {
  format: (value) => value === "slayer-events",
  version: (value) => value === 1,
  complete: (value) => typeof value === "boolean",
  sensor: (value) =>
    areAll((side) => isCount(side) && side !== 0)([
      (value as Sensor | null | undefined)?.width,
      (value as Sensor | null | undefined)?.height,
    ]),
  axes: isAxes,
  timeUnit: (value) => value === "µs",
  classes: areAll((name) => isText(name) && canBeShown(name as string)),
  recordings: areAll((name) => isText(name) && /^\w+$/.test(name as string)),
  source: isNothingOr((value) => {
    const { arguments: words, files } = Object(value) as Partial<StoreSource>;
    return areAll(isText)(words) && areAll((file) => {
      const { path, bytes, changedMs } = Object(file) as Partial<SourceFile>;
      return isText(path) && isCount(bytes) && isInteger(changedMs);
    })(files);
  }),
};

const RECORDING_CHECKS: Checks<RecordingAttributes> = {
  source: isText,
  sha256: isText,
  axes: isAxes,
  person: isCount,
  session: isText,
  name: isNothingOr(isText),
  groups: isNothingOr(areAll(isText)),
  sets: isNothingOr(
    areAll((set) =>
      ["", "train", "validation", "test"].includes(set as string)
    ),
  ),
  startsUs: isNothingOr(areAll(isInteger)),
  labels: areAll(isCount),
  tagStarts: areAll(isCount),
  tagEnds: areAll(isCount),
  events: isCount,
  durationsUs: areAll(isInteger),
  specialEvents: isCount,
  backwardSteps: isCount,
};

/**
 * Checks the attributes of a store's root group.
 *
 * @param folder The store.
 * @param attributes The attributes as read.
 * @returns The same attributes.
 * @throws {DatasetError} If one is missing or malformed.
 *
 * @example
 * ```ts
 * import { parseStoreAttributes } from "./attributes.ts";
 * try {
 *   parseStoreAttributes("data/events.zarr", { format: "another" });
 *   throw new Error("expected an error");
 * } catch (error) {
 *   if ((error as Error).name !== "DatasetError") throw error;
 * }
 * ```
 */
export function parseStoreAttributes(
  folder: string,
  attributes: Readonly<Record<string, unknown>>,
): StoreAttributes {
  return parse(folder, attributes, STORE_CHECKS);
}

/**
 * Checks the attributes of a recording's group.
 *
 * @param folder The group.
 * @param attributes The attributes as read.
 * @returns The same attributes.
 * @throws {DatasetError} If one is missing or malformed.
 *
 * @example
 * ```ts
 * import { parseRecordingAttributes } from "./attributes.ts";
 * try {
 *   parseRecordingAttributes("data/events.zarr/user00_indoor", {});
 *   throw new Error("expected an error");
 * } catch (error) {
 *   if ((error as Error).name !== "DatasetError") throw error;
 * }
 * ```
 */
export function parseRecordingAttributes(
  folder: string,
  attributes: Readonly<Record<string, unknown>>,
): RecordingAttributes {
  const parsed = parse(folder, attributes, RECORDING_CHECKS);
  const slices = parsed.labels.length;
  const perSlice = [
    ...["tagStarts", "tagEnds", "durationsUs"] as const,
    ...["groups", "sets", "startsUs"] as const,
  ];
  for (const key of perSlice) {
    const { length } = parsed[key] ?? parsed.labels;
    if (length !== slices) {
      throw new DatasetError(
        join(folder, "zarr.json"),
        `its attribute "${key}" has ${length} elements, "labels" has ${slices}`,
      );
    }
  }
  return parsed;
}

/**
 * Compares the attributes of two groups, including their order.
 *
 * @param one Attributes of one group, or `undefined`.
 * @param other Attributes of the other group, or `undefined`.
 * @returns Whether both have the same JSON.
 *
 * @example
 * ```ts
 * import { sameAttributes } from "./attributes.ts";
 * if (!sameAttributes({ labels: [1] }, { labels: [1] })) throw new Error("?");
 * if (sameAttributes({ labels: [1] }, { labels: [2] })) throw new Error("?");
 * ```
 */
export function sameAttributes(
  one: object | undefined,
  other: object | undefined,
): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function parse<T>(
  folder: string,
  attributes: Readonly<Record<string, unknown>>,
  checks: Checks<T>,
): T {
  for (const key in checks) {
    const value = attributes[key];
    if (checks[key](value)) continue;
    throw new DatasetError(
      join(folder, "zarr.json"),
      value === undefined
        ? `it has no attribute "${key}", as an event store of version 1 has`
        : `its attribute "${key}" is ${JSON.stringify(value).slice(0, 60)}`,
    );
  }
  return attributes as T;
}
