/**
 * Recognition of the layout of text tables by their first lines.
 *
 * @module
 */

import { counted } from "../../files/counted.ts";
import { CutOffError, RecordingError } from "../../files/errors.ts";
import type { RecordingFile } from "../../files/buffered_file.ts";
import type { Sensor } from "../../events.ts";
import type { TimeUnit } from "../reading/format.ts";
import {
  areEventColumns,
  AXES,
  type Axis,
  columnsNamed,
  guessColumns,
  guessUnit,
  unitNamed,
} from "./column_names.ts";
import { isRemark, LineParser } from "./text_lines.ts";

/**
 * Number of bytes at the start of a file by which its columns are recognised; a
 * line must fit in them.
 */
export const PROBED_BYTES: number = 1 << 16;

const LF = 0x0a;

/** Minimum ratio of a time to the next one if that lacks its last digit. */
const FEWER_DIGITS = 9;

/** Maximum number of columns that are examined. */
const MAX_COLUMNS = 64;

/** Names of columns that a table must have. */
const NEEDED = "x, y, t and p, or x and t (and p) of a sensor in one row";

/** Layout of a text table. */
export interface TextLayout {
  /**
   * Quantity in each column; `undefined` for other columns. A sensor in one row
   * has no y, and may have no p.
   */
  readonly axes: readonly (Axis | undefined)[];
  /** Unit of time in the name of the time column. */
  readonly namedUnit: TimeUnit | undefined;
  /** Unit of time guessed from the values. */
  readonly likelyUnit: TimeUnit;
  /** Whether the columns were recognised by their values. */
  readonly guessed: boolean;
  readonly sensor: Sensor | undefined;
  /** Byte offset of the first event. */
  readonly start: number;
  /**
   * Whether the comma is a decimal separator rather than a column separator.
   */
  readonly decimalComma: boolean;
}

/**
 * Recognises the layout of a table.
 *
 * @param file The file, with its first bytes buffered.
 * @returns The layout.
 * @throws {RecordingError} If it is not a table of events.
 *
 * @example
 * ```ts
 * import { RecordingFile } from "../../files/buffered_file.ts";
 * import { layoutOf } from "./text_layout.ts";
 * using file = await RecordingFile.open(new Blob(["t_ms;x;y;p\n0,5;1;2;1\n"]));
 * await file.fill();
 * const { axes, namedUnit, decimalComma } = layoutOf(file);
 * if (`${axes} ${namedUnit} ${decimalComma}` !== "t,x,y,p ms true") throw new Error();
 * ```
 */
export function layoutOf({ path, bytes }: RecordingFile): TextLayout {
  const refuse = (problem: string, offset: number): never => {
    throw new RecordingError(path, problem, { offset });
  };
  const [first, second] = bytes;
  if (
    (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  ) {
    refuse("it is text in UTF-16: save it as UTF-8", 0);
  }
  const decimalComma = hasDecimalCommas(bytes.subarray(0, PROBED_BYTES));
  let parser = new LineParser(MAX_COLUMNS, { decimalComma });
  let used: readonly boolean[] | undefined;
  const rows: number[][] = [];
  let names: readonly string[] = [];
  // Two numbers in the first line may be an event of a sensor in one row, too.
  let size: readonly number[] | undefined;
  let sizeAt = 0;
  let start = 0;
  for (let at = 0; at < bytes.length && at < PROBED_BYTES;) {
    const from = at;
    const end = parser.parse(bytes, from);
    const line = bytes.subarray(from, end);
    at = Math.min(end + 1, bytes.length);
    const { count, numbers } = parser;
    const values = Array.from(
      { length: Math.min(count, used?.length ?? MAX_COLUMNS) },
      (_, i) => numbers[2 * i] + numbers[2 * i + 1],
    );
    const isData = !isRemark(line) &&
      values.every((value, i) => used?.[i] === false || Number.isFinite(value));
    const isPair = isData && rows.length === 0 && values.length === 2 &&
      names.length !== 2;
    // Without names, the file may be truncated inside a longer line.
    if (isPair && names.length === 0 && end === bytes.length) break;
    if (isPair && !size && values.every(isSide)) {
      [size, sizeAt, start] = [values, from, at];
    } else if (isData) {
      if (isPair && size && names.length === 0) {
        rows.push([...size]);
        [size, start] = [undefined, sizeAt];
      }
      if (rows.length > 0 && rows[0].length !== values.length) {
        // The file may be truncated here.
        if (end === bytes.length) break;
        const text = new TextDecoder().decode(line.subarray(0, 80)).trim();
        refuse(
          `byte ${from}: "${text}" has ${counted(values.length, "column")}, ` +
            `the lines above have ${rows[0].length}`,
          from,
        );
      }
      rows.push(values);
    } else if (rows.length === 0) {
      const found = namesOf(line);
      if (
        areEventColumns(found) ||
        (!isRemark(line) && names.length === 0 && areWords(found))
      ) {
        names = found;
        start = at;
        used = areEventColumns(names)
          ? usedColumns(axesNamed(names))
          : undefined;
        parser = new LineParser(MAX_COLUMNS, { decimalComma, used });
      } else if (!isRemark(line)) {
        const missing = missingAxes(found);
        if (missing.length <= 2) {
          refuse(
            `byte ${from}: it has no column ${missing.join(" or ")}, but ` +
              `${found.join(", ")}: it needs ${NEEDED}`,
            from,
          );
        }
        throw badLine(path, { line, at: from });
      }
    }
  }
  const named = axesNamed(names);
  const guessed = !areEventColumns(names);
  if (guessed && rows.length === 0) refuse("it has no line of numbers", start);
  const columns = columnsOf(rows);
  const axes = guessed
    ? (bytes.at(-1) === LF ? undefined : guessCut(rows, named)) ??
      guessNamed(columns, named)
    : named;
  if (axes === undefined) {
    const negative = names.length === 0 ? negativeAxis(columns) : undefined;
    if (negative !== undefined) {
      refuse(`${negative} is negative: pixels are counted from 0`, start);
    }
    const nameless = "its columns cannot be told apart: ";
    return refuse(
      names.length === 0
        ? `${nameless}name them in the first line: ${NEEDED}`
        : `${nameless}"${names.join(", ")}" in its first line are not all of ` +
          NEEDED,
      start,
    );
  }
  const time = axes.indexOf("t");
  return {
    axes,
    namedUnit: unitNamed(names[time] ?? ""),
    likelyUnit: guessUnit(columns[time] ?? []),
    guessed,
    sensor: size && { width: size[0], height: size[1] },
    start,
    decimalComma,
  };
}

/**
 * Tells which columns of a table are used, if not all.
 *
 * @param axes Quantity in each column.
 * @returns Whether each column up to the last used one is used; `undefined` if
 *   all are.
 *
 * @example
 * ```ts
 * import { usedColumns } from "./text_layout.ts";
 * const used = usedColumns(["t", undefined, "x", undefined]);
 * if (`${used}` !== "true,false,true") throw new Error(`${used}`);
 * ```
 */
export function usedColumns(
  axes: readonly (Axis | undefined)[],
): boolean[] | undefined {
  const used = axes.map((axis) => axis !== undefined);
  return used.includes(false)
    ? used.slice(0, used.lastIndexOf(true) + 1)
    : undefined;
}

/** Tells whether a number may be a side of a sensor. */
function isSide(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

/**
 * Recognises columns by all lines but the last, if the time or a pixel in the
 * last line is truncated.
 */
function guessCut(
  rows: readonly (readonly number[])[],
  named: readonly (Axis | undefined)[],
): Axis[] | undefined {
  const axes = guessNamed(columnsOf(rows.slice(0, -1)), named);
  const [previous = [], last = []] = rows.slice(-2);
  const isCut = axes?.some((axis, i) =>
    axis === "t"
      ? last[i] < previous[i] / FEWER_DIGITS
      : axis !== "p" && !Number.isInteger(last[i])
  );
  return isCut ? axes : undefined;
}

/** Transposes the rows of a table. */
function columnsOf(rows: readonly (readonly number[])[]): number[][] {
  const [row = []] = rows;
  return row.map((_, i) => rows.map((row) => row[i]));
}

/** Splits a line into names. */
function namesOf(line: Uint8Array): string[] {
  const text = new TextDecoder().decode(line).replace(/^[\s"#%/]+/, "").trim();
  return text.split(/[,;\t]/.test(text) ? /[,;\t]/ : /\s+/)
    .map((name) => name.replaceAll('"', "").trim());
}

function axesNamed(names: readonly string[]): (Axis | undefined)[] {
  return columnsNamed(names).map((column) => column?.axis);
}

/** Tells whether words may be column names. */
function areWords(words: readonly string[]): boolean {
  return words.length >= AXES.length &&
    words.every((word) => /\p{L}/u.test(word) && !/^[+-]?[.\d]/.test(word));
}

/** Finds the axes that column names lack. */
function missingAxes(names: readonly string[]): Axis[] {
  const named = axesNamed(names);
  return AXES.filter((axis) => !named.includes(axis));
}

/**
 * Finds the pixel axis whose negative values prevent the recognition of
 * columns.
 */
function negativeAxis(
  columns: readonly (readonly number[])[],
): Axis | undefined {
  const axes = guessColumns(columns.map((values) => values.map(Math.abs)));
  return axes?.find((axis, i) =>
    (axis === "x" || axis === "y") && columns[i].some((value) => value < 0)
  );
}

/** Recognises columns by their known names and otherwise by values. */
function guessNamed(
  columns: readonly (readonly number[])[],
  named: readonly (Axis | undefined)[],
): Axis[] | undefined {
  if (named.every((axis) => axis === undefined)) {
    if (named.length > 0 && named.length !== columns.length) return undefined;
    const axes = guessColumns(columns);
    const p = axes?.indexOf("p") ?? -1;
    // Of three columns, one that is constant may also be y.
    const mayBeRow = columns.length === 3 && new Set(columns[p]).size === 1;
    return mayBeRow ? undefined : axes;
  }
  if (columns.length !== AXES.length || named.length !== columns.length) {
    return undefined;
  }
  const missing = AXES.filter((axis) => !named.includes(axis));
  const guesses = missing.length === 1 ? undefined : guessColumns(columns);
  const axes = named.map((axis, i) =>
    axis ?? (missing.length === 1 ? missing[0] : guesses?.[i])
  );
  return new Set(axes).size === AXES.length && !axes.includes(undefined)
    ? axes as Axis[]
    : undefined;
}

/**
 * Tells whether commas are decimal separators: if every line has semicolons or
 * tabs, and at least one field is a number such as `0,25`.
 */
function hasDecimalCommas(bytes: Uint8Array): boolean {
  const lines = new TextDecoder().decode(bytes).split("\n").slice(0, -1)
    .filter((line) => !/^\s*(?:[#%]|\/\/|$)/.test(line));
  return lines.length > 0 && lines.every((line) => /[;\t]/.test(line)) &&
    lines.some((line) =>
      line.split(/[;\t]/).some((field) => /^\s*[+-]?\d+,\d+\s*$/.test(field))
    );
}

/**
 * Makes the error of an unreadable line.
 *
 * @param path The file.
 * @param line The line, its byte offset, and whether the file ends inside it.
 * @returns The error.
 *
 * @example
 * ```ts
 * import { badLine } from "./text_layout.ts";
 * const { offset } = badLine("a.csv", { line: new Uint8Array(), at: 7 });
 * if (offset !== 7) throw new Error("expected byte 7");
 * ```
 */
export function badLine(
  path: string,
  { line, at, isOpen = false }: {
    readonly line: Uint8Array;
    readonly at: number;
    readonly isOpen?: boolean;
  },
): RecordingError {
  const text = new TextDecoder().decode(line.subarray(0, 80)).trim();
  const problem =
    `byte ${at}: "${text}" is no line of numbers in the table's columns`;
  return isOpen
    ? new CutOffError(path, problem, {
      offset: at,
      lost: "the last line, which is cut off",
    })
    : new RecordingError(path, problem, { offset: at });
}
