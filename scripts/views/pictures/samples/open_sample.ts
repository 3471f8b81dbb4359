/**
 * Opens the sample chosen on a command line, from a file or a store.
 *
 * @module
 */

import { basename, dirname, extname, join, resolve } from "node:path";
import { turnToJaerAxes } from "../../../../dataset/formats/aedat2/aedat_decode.ts";
import { DVS128 } from "../../../../dataset/events.ts";
import { readNpy } from "../../../../dataset/formats/npy.ts";
import type { TimeUnit } from "../../../../dataset/formats/reading/format.ts";
import {
  readClasses,
  readTags,
} from "../../../../dataset/formats/sl_animals.ts";
import { commonSensor } from "../../../../dataset/formats/reading/common_sensor.ts";
import { readColumns } from "../../../../dataset/samples/read_columns.ts";
import { requireShort } from "../../../../dataset/samples/sample_times.ts";
import type { SliceInfo } from "../../../../dataset/store/store.ts";
import { parseStoreAttributes } from "../../../../dataset/store/attributes.ts";
import { readGroup } from "../../../../dataset/store/zarr/groups.ts";
import { findSimilar } from "npm:@optique/core@1.3.6/suggestion";
import type { Configuration } from "../../../configuration/schema/types.ts";
import { openEventStore } from "../../../experiment/event_store.ts";
import { readStretch } from "./recording_stretch.ts";
import type { RecordedSample } from "./sample.ts";

/** File or store of a sample, and how to read it. */
export interface SampleLocation {
  /** A recording, a slice or a digit; in a store, a person and a sign. */
  readonly sample: string;
  /** Store that the sample is in. */
  readonly store?: string;
  /** Sign of a recording, by its name or its class number, counted from 1. */
  readonly tag?: string;
  /** The recording's tag file. */
  readonly tags?: string;
  /** File of the class names. */
  readonly classes?: string;
  /**
   * Axes of AEDAT 1.0 and 2.0, see `readAedat()`. By default recordings are
   * upright, and their signs and `.npy` slices are in reference axes.
   */
  readonly axes?: "reference" | "jaer";
  /** Unit of times in text and NumPy files that do not state it. */
  readonly timeUnit?: TimeUnit;
}

/** Position of row 0, by the axes. */
const ORIGIN = {
  reference: "top",
  jaer: "bottom",
  upright: "top",
} as const;

/**
 * Reads a sample.
 *
 * @param location File or store, and how to read it.
 * @returns The sample, as recorded.
 * @throws {RecordingError | DatasetError} If a file cannot be read.
 * @throws {RangeError} If there is no such sample.
 */
export async function openSample(
  location: SampleLocation,
): Promise<RecordedSample> {
  const { sample, store, tag } = location;
  const kind = extname(sample);
  if (tag !== undefined && (store !== undefined || kind !== ".aedat")) {
    throw new RangeError(
      `Cannot take tag "${tag}" of "${sample}": only a recording (.aedat) ` +
        "has tags",
    );
  }
  if (store !== undefined) return await openSlice(store, sample);
  const name = basename(sample, kind);
  const slice = kind === ".npy" ? /^(.+)_(\d\d)$/.exec(name) : null;
  if (slice !== null) return await openPythonSlice(slice, location);
  return kind === ".aedat" && (tag ?? location.axes) !== undefined
    ? await openTagged(name, location)
    : await openWhole(recordingName(sample), location);
}

/**
 * Names a recording after its file. If the file name is a number, it is
 * prefixed with two folders to be unique.
 */
function recordingName(path: string): string {
  const name = basename(path, extname(path));
  if (/\p{L}/u.test(name)) return name;
  const folders = dirname(resolve(path)).split(/[/\\]/).filter(Boolean);
  return [...folders.slice(-2), name].join("/");
}

/** Opens a recording of any format, upright. */
async function openWhole(
  name: string,
  { sample: path, timeUnit }: SampleLocation,
): Promise<RecordedSample> {
  const { x, y, t, p, sensor, told } = await readColumns({ path, timeUnit });
  const start = t[0] ?? 0;
  requireShort(t, { startUs: start, path });
  return {
    name,
    path,
    sensor: commonSensor([{ ...sensor, told }]),
    sensorTold: told,
    origin: "top",
    events: { x, y, p, t: new Uint32Array(t.map((time) => time - start)) },
  };
}

/** Opens a slice that the Python programs cut, NAME_00.npy. */
async function openPythonSlice(
  [name, recording, label]: RegExpExecArray,
  { sample: path, axes = "reference" }: SampleLocation,
): Promise<RecordedSample> {
  const events = await readNpy(path, DVS128);
  return {
    name,
    path,
    sensor: DVS128,
    origin: ORIGIN[axes],
    events: axes === "jaer" ? turnToJaerAxes(events) : events,
    recording,
    label: Number(label),
  };
}

/**
 * Finds the position of row 0 in a run's samples.
 *
 * @param configuration The run's configuration.
 * @returns Top or bottom.
 * @throws {DatasetError} If the samples are in a store that cannot be used.
 */
export async function originIn(
  { data, training: { sliced_dataset, path } }: Configuration,
): Promise<RecordedSample["origin"]> {
  const fromStore = sliced_dataset && path.train === undefined && !data;
  return fromStore ? await originOf(path.store) : "top";
}

/**
 * Finds the position of row 0 in a store's slices.
 *
 * @param path The store.
 * @returns Top or bottom.
 * @throws {DatasetError} If there is no such store, or it is damaged.
 */
async function originOf(
  path: string,
): Promise<RecordedSample["origin"]> {
  const { axes } = parseStoreAttributes(path, (await readGroup(path)) ?? {});
  return ORIGIN[axes];
}

/** Opens a recording of SL-Animals, or one of its signs. */
async function openTagged(
  recording: string,
  { sample: path, tag, tags, classes, axes = "reference" }: SampleLocation,
): Promise<RecordedSample> {
  let [name, start, end] = [recording, 0, Infinity];
  let known: Pick<RecordedSample, "label" | "classes"> = {};
  if (tag !== undefined) {
    const data = join(dirname(path), "..");
    const names = await readClasses(
      classes ?? join(data, "SL-Animals-DVS_gestures_definitions.csv"),
    );
    const tagFile = tags ?? join(data, "tags", `${recording}.csv`);
    const sign = (await readTags(tagFile, names))[findSign(tag, names)];
    ({ start, end } = sign);
    name = `${recording}/${names[sign.label]}`;
    known = { label: sign.label, classes: names };
  }
  const { events, records } = await readStretch(path, { start, end, axes });
  if (tag !== undefined && end > records) {
    throw new RangeError(
      `Cannot draw "${name}": its tag ends at record ${end}, the recording ` +
        `has ${records}`,
    );
  }
  return {
    name,
    path,
    sensor: DVS128,
    origin: ORIGIN[axes],
    recording,
    events,
    ...known,
  };
}

/**
 * Opens a slice by its recording or person, its sign and, if there are several,
 * its number, counted from 1.
 */
async function openSlice(
  path: string,
  sample: string,
): Promise<RecordedSample> {
  const store = await openEventStore(path);
  const { slices, classes, sensor } = store;
  const [, who, sign, number] = sample.match(/^(.+?)\/([^/]+)(?:\/(\d+))?$/) ??
    [];
  if (who === undefined) {
    throw new RangeError(
      `Cannot draw "${sample}" of "${path}": it is not PERSON/SIGN`,
    );
  }
  const label = findSign(sign, classes);
  const isTheirs = ({ source, person }: SliceInfo) =>
    source === who || (/^\d+$/.test(who) && person === Number(who));
  const found = [...slices.keys()].filter((index) =>
    isTheirs(slices[index]) && slices[index].label === label
  );
  const sources = (indices: Iterable<number>) => [
    ...new Set([...indices].map((index) => slices[index].source)),
  ];
  const chosen = number === undefined
    ? found
    : found.slice(Number(number) - 1, Number(number));
  if (chosen.length !== 1) {
    const own = sources(found);
    const count = found.length;
    const problem = count === 0
      ? `"${path}" has no "${who}"${hint(who, sources(slices.keys()))}`
      : own.length > 1
      ? `"${who}" are ${own.join(" and ")}`
      : `choose from "${who}/${sign}/1" to "${who}/${sign}/${count}"`;
    throw new RangeError(`Cannot draw "${sample}": ${problem}`);
  }
  const [index] = chosen;
  const { source, className } = slices[index];
  return {
    name: [source, className, ...(number === undefined ? [] : [number])]
      .join("/"),
    path,
    sensor,
    origin: await originOf(path),
    events: await store.events(index),
    recording: source,
    label,
    classes,
  };
}

/** Finds a class by its name or its number, counted from 1. */
function findSign(sign: string, classes: readonly string[]): number {
  const label = classes.indexOf(sign);
  if (label >= 0) return label;
  const number = /^\d+$/.test(sign) ? Number(sign) : 0;
  if (number >= 1 && number <= classes.length) return number - 1;
  throw new RangeError(
    `Cannot find sign "${sign}": there are 1 to ${classes.length}, ` +
      `${classes[0]} to ${classes.at(-1)}${hint(sign, classes)}`,
  );
}

function hint(name: string, names: readonly string[]): string {
  const [nearest] = findSimilar(name, names);
  return nearest === undefined ? "" : `; did you mean "${nearest}"?`;
}
