/**
 * Events as text: a line an event, such as `t x y p` or CSV.
 *
 * @module
 */

import { RecordingError } from "../../files/errors.ts";
import type { Sensor } from "../../events.ts";
import { RecordingFile } from "../../files/buffered_file.ts";
import { nameOf } from "../../files/file_source.ts";
import type { TimeUnit } from "../reading/format.ts";
import { decodedFormat, type Decoder } from "../reading/decoded_recording.ts";
import { type FaultCounts, OUTSIDE } from "../reading/fault_counts.ts";
import {
  type Axis,
  columnNamed,
  guessColumns,
  guessUnit,
  UNIT_US,
} from "./column_names.ts";
import { isRemark, LineParser } from "./text_lines.ts";

/** Bytes at the start of a file that tell its columns, a line of them whole. */
const PROBED_BYTES = 1 << 16;

const LF = 0x0a;

/** Columns of a table that are looked at. */
const MAX_COLUMNS = 64;

/** Sides of the largest sensor that columns of 16 bits can address. */
const MAX_PIXELS = 1 << 16;

/** How a table is laid out. */
interface Layout {
  /** The quantity of each column; undefined where it is none of an event's. */
  readonly axes: readonly (Axis | undefined)[];
  readonly unit: TimeUnit;
  /** Whether the values told the columns. */
  readonly guessed: boolean;
  readonly sensor: Sensor | undefined;
  /** Byte at which the events start. */
  readonly start: number;
}

/**
 * Events as text, separated by commas, semicolons, tabs or spaces.
 *
 * Columns are named in the first line, maybe after `#`, in any order and
 * company; without names there are four, told by their values. A first line of
 * two whole numbers is the width and height of the sensor.
 */
export const TEXT_TABLE = decodedFormat({
  name: "text",
  matches: () => false,
  async decoding(file, { timeUnit } = {}) {
    using opened = await RecordingFile.open(file);
    await opened.fill();
    const { axes, unit, guessed, sensor, start } = layoutOf(opened);
    const columns = axes.map((axis) => axis ?? "–").join(" ");
    const known = timeUnit ?? unit;
    return {
      format: `text, columns ${columns}${guessed ? " as guessed" : ""}, time ` +
        `in ${known === "us" ? "µs" : known}`,
      sensor,
      start,
      separator: LF,
      record: { name: "a line", bytes: PROBED_BYTES },
      decoder: (faults) =>
        textDecoder(nameOf(file), {
          axes,
          unitUs: UNIT_US[known],
          sensor: sensor ?? { width: MAX_PIXELS, height: MAX_PIXELS },
          faults,
        }),
    };
  },
});

/** Finds out how a table is laid out, from its first lines. */
function layoutOf({ path, bytes }: RecordingFile): Layout {
  const parser = new LineParser(MAX_COLUMNS);
  const { numbers } = parser;
  const rows: number[][] = [];
  let names: (ReturnType<typeof columnNamed>)[] = [];
  let sensor: Sensor | undefined;
  let start = 0;
  for (let at = 0; at < bytes.length && at < PROBED_BYTES;) {
    const from = at;
    const end = parser.parse(bytes, from);
    const line = bytes.subarray(from, end);
    at = Math.min(end + 1, bytes.length);
    const values = Array.from(
      { length: Math.min(parser.count, MAX_COLUMNS) },
      (_, i) => numbers[2 * i] + numbers[2 * i + 1],
    );
    const isData = !isRemark(line) && values.every(Number.isFinite);
    if (isData && values.length === 2 && rows.length === 0 && !sensor) {
      const [width, height] = values;
      sensor = { width, height };
      start = at;
    } else if (isData) {
      rows.push(values);
    } else if (rows.length === 0) {
      const found = namesOf(line);
      if (found.length > 0) {
        names = found;
        start = at;
      } else if (!isRemark(line)) {
        throw badLine(path, { line, at: from });
      }
    }
  }
  const refuse = (problem: string): never => {
    throw new RecordingError(path, problem, { offset: start });
  };
  const [first = []] = rows;
  const named = names.length > 0;
  if (!named && rows.length === 0) refuse("it has no line of numbers");
  if (rows.some(({ length }) => length !== first.length)) {
    refuse("its lines have different numbers of columns");
  }
  const columns = first.map((_, i) => rows.map((row) => row[i]));
  const axes = named
    ? names.map((name) => name?.axis)
    : guessColumns(columns) ?? refuse(
      "its columns cannot be told apart: name them x, y, t and p in the first " +
        "line",
    );
  const unit = names.find((name) => name?.axis === "t")?.unit ??
    guessUnit(columns[axes.indexOf("t")] ?? []);
  return { axes, unit, guessed: !named, sensor, start };
}

/** Takes the names of all four columns out of a line, if it has them. */
function namesOf(line: Uint8Array): (ReturnType<typeof columnNamed>)[] {
  const text = new TextDecoder().decode(line).replace(/^[\s"#%/]+/, "").trim();
  const names = text.split(/[,;\t]/.test(text) ? /[,;\t]/ : /\s+/)
    .map(columnNamed);
  const axes = new Set(names.map((name) => name?.axis));
  axes.delete(undefined);
  const named = names.filter((name) => name !== undefined);
  return axes.size === 4 && named.length === 4 ? names : [];
}

function textDecoder(
  path: string,
  { axes, unitUs, sensor, faults }: {
    readonly axes: readonly (Axis | undefined)[];
    readonly unitUs: number;
    readonly sensor: Sensor;
    readonly faults: FaultCounts;
  },
): Decoder {
  const { width, height } = sensor;
  const parser = new LineParser(axes.length);
  const { numbers } = parser;
  const [xAt, yAt, tAt, pAt] = (["x", "y", "t", "p"] as const)
    .map((axis) => 2 * axes.indexOf(axis));
  return {
    decode({ bytes, offset, last }, { x, y, t, p }) {
      let [at, events] = [0, 0];
      while (at < bytes.length && events < t.length) {
        const end = parser.parse(bytes, at);
        if (end === bytes.length && !last) break;
        const column = numbers[xAt];
        const row = numbers[yAt];
        // The whole part apart: its product is exact.
        const time = numbers[tAt] * unitUs + numbers[tAt + 1] * unitUs;
        const polarity = numbers[pAt];
        const isEvent = parser.count === axes.length &&
          Number.isFinite(column + row + time + polarity);
        if (!isEvent) {
          const line = bytes.subarray(at, end);
          if (!isRemark(line)) throw badLine(path, { line, at: offset + at });
        } else if (column >= 0 && column < width && row >= 0 && row < height) {
          x[events] = column;
          y[events] = row;
          t[events] = Math.round(time);
          p[events] = polarity > 0 ? 1 : 0;
          events++;
        } else {
          faults.add(OUTSIDE, offset + at);
        }
        at = Math.min(end + 1, bytes.length);
      }
      if (at === 0) throw badLine(path, { line: bytes, at: offset });
      return { taken: at, events };
    },
  };
}

function badLine(
  path: string,
  { line, at }: { readonly line: Uint8Array; readonly at: number },
): RecordingError {
  const text = new TextDecoder().decode(line.subarray(0, 80)).trim();
  return new RecordingError(
    path,
    `byte ${at}: "${text}" is no line of numbers in the table's columns`,
    { offset: at },
  );
}
