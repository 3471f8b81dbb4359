/**
 * Reader of events in NumPy files: structured arrays, plain arrays with four
 * columns (or three, for one row of pixels), and archives (`.npz`) with such an
 * array or with one array per column.
 *
 * @module
 */

import { counted } from "../../files/counted.ts";
import { RecordingError } from "../../files/errors.ts";
import { RecordingFile } from "../../files/buffered_file.ts";
import { type FileSource, nameOf, sizeOf } from "../../files/file_source.ts";
import {
  openZipEntry,
  readZip,
  type ZipEntry,
} from "../../files/compression/zip.ts";
import type {
  OpenOptions,
  OpenRecording,
  RecordingFormat,
} from "../reading/format.ts";
import {
  areEventColumns,
  columnsNamed,
  guessColumns,
  guessUnit,
  timeIn,
  UNIT_US,
} from "./column_names.ts";
import {
  type ArrayColumn,
  type ColumnArray,
  columnRecording,
  firstRows,
} from "./columns.ts";
import {
  isNpy,
  MAX_HEADER_BYTES,
  type NpyHeader,
  parseNpyHeader,
} from "./npy_header.ts";
import { type NpyType, parseNpyType } from "./npy_values.ts";

/** Maximum number of files of an archive that are examined. */
const MAX_ARRAYS = 64;

/** An array in a file with its description. */
interface NpyArray {
  /** Name in an archive, without `.npy`. */
  readonly name: string;
  readonly header: NpyHeader;
  /** Maximum number of bytes after the header. */
  readonly bytes: number;
  /**
   * Opens the array again.
   *
   * @param start Byte offset in the array to start at, after the header.
   */
  readonly open: (start: number) => Promise<RecordingFile>;
}

/** Columns of a table, with their quantities if known. */
interface Table {
  readonly arrays: readonly ColumnArray[];
  readonly count: number;
  /** Number of bytes that the arrays lack. */
  readonly missing: number;
  /** Number of bytes after the arrays. */
  readonly surplus: number;
}

/** NumPy files (`.npy`) with one array. */
export const NPY_TABLE: RecordingFormat = {
  name: "NumPy",
  matches: isNpy,
  async open(file, options) {
    using opened = await RecordingFile.open(file);
    await opened.fill();
    const header = parseNpyHeader(opened.bytes);
    if (typeof header === "string") throw damaged(file, header);
    const array: NpyArray = {
      name: "",
      header,
      bytes: await sizeOf(file) - header.start,
      open: (start) => RecordingFile.open(file, header.start + start),
    };
    const table = tableOf(array) ??
      refuse(file, [`an array of type ${typeName(array)}`]);
    return await openTable(file, {
      name: "NumPy",
      table,
      source: file,
      options,
    });
  },
};

/**
 * NumPy archives (`.npz`) of arrays. For compressed arrays, byte offsets in
 * messages refer to the decompressed array.
 */
export const NPZ_TABLE: RecordingFormat = {
  name: "NumPy archive",
  matches(head) {
    return head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 &&
      head[3] === 4;
  },
  async open(file, options) {
    const arrays: NpyArray[] = [];
    for (const entry of (await readZip(file)).slice(0, MAX_ARRAYS)) {
      const array = await openEntry(file, entry);
      if (array !== undefined) arrays.push(array);
    }
    const columns = columnsOf(arrays);
    const tables = arrays.map(tableOf).filter((table) => table !== undefined);
    const table = columns ?? (tables.length === 1 ? tables[0] : undefined) ??
      refuse(
        file,
        arrays.map((array) => `"${array.name}" of type ${typeName(array)}`),
      );
    if (table.missing > 0) throw cutOff(file, table.missing);
    if (table.surplus > 0) {
      const surplus = counted(table.surplus, "byte");
      throw damaged(file, `it has ${surplus} after its arrays`);
    }
    return await openTable(file, { name: "NumPy archive", table, options });
  },
};

function damaged(file: FileSource, problem: string): RecordingError {
  return new RecordingError(nameOf(file), problem, { offset: 0 });
}

function cutOff(file: FileSource, missing: number): RecordingError {
  return damaged(file, `it is cut off: ${counted(missing, "byte")} missing`);
}

function refuse(file: FileSource, found: readonly string[]): never {
  throw damaged(
    file,
    `it holds ${
      found.join(" and ") || "no array"
    }, expected fields or arrays ` +
      "x, y, t and p, or x and t of a sensor in one row, or one array of " +
      "four columns, or of three without y",
  );
}

function typeName({ header: { descr, shape } }: NpyArray): string {
  return `${JSON.stringify(descr)}, shape ${JSON.stringify(shape)}`;
}

/** Reads the header of an array in an archive, if the file is one. */
async function openEntry(
  file: FileSource,
  entry: ZipEntry,
): Promise<NpyArray | undefined> {
  if (!entry.name.endsWith(".npy")) return undefined;
  using opened = await openZipEntry(file, entry);
  await opened.fill(12 + MAX_HEADER_BYTES);
  const header = parseNpyHeader(opened.bytes);
  if (typeof header === "string") {
    throw damaged(file, `"${entry.name}": ${header}`);
  }
  return {
    name: entry.name.slice(0, -".npy".length),
    header,
    bytes: entry.size - header.start,
    async open(start) {
      const stream = await openZipEntry(file, entry);
      for (let left = header.start + start; left > 0;) {
        if (!await stream.fill(left)) break;
        const count = Math.min(left, stream.bytes.length);
        stream.take(count);
        left -= count;
      }
      return stream;
    },
  };
}

/**
 * Number of columns of a plain array, with and without y, in order of
 * preference.
 */
const WIDTHS = [4, 3];

/** Interprets an array as a table, with fields or plain columns. */
function tableOf(array: NpyArray): Table | undefined {
  const { descr, shape, isFortran } = array.header;
  if (!isShape(shape)) return undefined;
  if (Array.isArray(descr)) {
    return shape.length === 1 ? fieldsOf(array, shape[0]) : undefined;
  }
  const type = parseNpyType(descr);
  if (type === undefined || type.code < 0 || shape.length !== 2) {
    return undefined;
  }
  const width = WIDTHS.find((width) => shape.includes(width));
  if (width === undefined) return undefined;
  const across = shape[1] === width;
  const count = across ? shape[0] : shape[1];
  const places = Array.from({ length: width }, (_, i) => i * type.size);
  const stride = width * type.size;
  if (across !== isFortran) {
    return complete(array, stride * count, {
      count,
      arrays: [{
        open: () => array.open(0),
        stride,
        columns: places.map((offset) => ({ offset, type })),
      }],
    });
  }
  return complete(array, stride * count, {
    count,
    arrays: places.map((place) => ({
      open: () => array.open(place * count),
      stride: type.size,
      columns: [{ offset: 0, type }],
    })),
  });
}

/** Interprets a structured array as a table. */
function fieldsOf(array: NpyArray, count: number): Table | undefined {
  const fields: { name: string; offset: number; type: NpyType }[] = [];
  let stride = 0;
  for (const entry of array.header.descr as unknown[]) {
    const [name, descr, more] = Array.isArray(entry) ? entry : [];
    const type = parseNpyType(descr);
    if (type === undefined || more !== undefined) return undefined;
    if (type.code >= 0) {
      fields.push({ name: String(name), offset: stride, type });
    }
    stride += type.size;
  }
  const names = fields.map(({ name }) => name);
  if (!areEventColumns(names)) return undefined;
  const open = () => array.open(0);
  const columns = columnsNamed(names).flatMap((name, i): ArrayColumn[] =>
    name === undefined ? [] : [{ ...fields[i], name }]
  );
  return complete(array, stride * count, {
    count,
    arrays: [{ open, stride, columns }],
  });
}

/** Interprets one-dimensional arrays as the columns of a table. */
function columnsOf(arrays: readonly NpyArray[]): Table | undefined {
  const found = arrays.flatMap((array) => {
    const { descr, shape } = array.header;
    const type = parseNpyType(descr);
    return type !== undefined && type.code >= 0 && isShape(shape) &&
        shape.length === 1
      ? [{ array, type, count: shape[0] }]
      : [];
  });
  const names = found.map(({ array }) => array.name);
  if (!areEventColumns(names)) return undefined;
  const columns = columnsNamed(names).flatMap((name, i) =>
    name === undefined ? [] : [{ ...found[i], name }]
  );
  const [{ count }] = columns;
  if (columns.some((column) => column.count !== count)) return undefined;
  const lacking = columns.map(({ array, type }) =>
    type.size * count - array.bytes
  );
  const positive = (sum: number, bytes: number) => sum + Math.max(0, bytes);
  return {
    count,
    missing: lacking.reduce(positive, 0),
    surplus: lacking.map((bytes) => -bytes).reduce(positive, 0),
    arrays: columns.map(({ array, name, type }) => ({
      open: () => array.open(0),
      stride: type.size,
      columns: [{ name, offset: 0, type }],
    })),
  };
}

function isShape(shape: unknown): shape is readonly number[] {
  return Array.isArray(shape) &&
    shape.every((side) => Number.isSafeInteger(side) && side >= 0);
}

/** Completes a table with the numbers of missing and of further bytes. */
function complete(
  { bytes }: NpyArray,
  needed: number,
  table: Omit<Table, "missing" | "surplus">,
): Table {
  return {
    ...table,
    missing: Math.max(0, needed - bytes),
    surplus: Math.max(0, bytes - needed),
  };
}

/**
 * Makes a recording from a table, whose columns are recognised by name or by
 * values.
 */
async function openTable(
  file: FileSource,
  { name, table: { arrays, count, missing }, source, options = {} }: {
    readonly name: string;
    readonly table: Table;
    /** The file, if it holds the array as it is. */
    readonly source?: FileSource;
    readonly options?: OpenOptions;
  },
): Promise<OpenRecording> {
  const columns = arrays.flatMap((array) => array.columns);
  const values = await firstRows(arrays, count);
  if (missing > 0 && values.some(({ length }) => length === 0)) {
    throw cutOff(file, missing);
  }
  const named = columns.every((column) => column.name !== undefined);
  const axes = named
    ? columns.map((column) => column.name!.axis)
    : guessColumns(values);
  if (axes === undefined) {
    throw damaged(
      file,
      "its columns cannot be told apart by their values",
    );
  }
  const time = axes.indexOf("t");
  const told = columns[time].name?.unit ?? options.timeUnit;
  const unit = told ?? guessUnit(values[time]);
  let next = 0;
  return columnRecording({
    format:
      `${name}, columns ${axes.join(" ")}${named ? "" : " as guessed"}, ` +
      timeIn(unit, told === undefined),
    arrays: arrays.map(({ open, stride, columns }) => ({
      open,
      stride,
      columns: columns.map(({ offset, type }) => ({
        name: { axis: axes[next++] },
        offset,
        type,
      })),
    })),
    count,
    unitUs: UNIT_US[unit],
    source,
  });
}
