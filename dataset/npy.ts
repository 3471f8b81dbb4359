/**
 * Events in NumPy files: one-dimensional structured arrays with the fields x,
 * y, t (µs) and p.
 *
 * @module
 */

import { counted } from "./counted.ts";
import { DatasetError } from "./errors.ts";
import { allocateEvents, type Events, type Sensor } from "./events.ts";
import { fileProblem } from "./file_problem.ts";
import { type FileSource, nameOf, readBytes } from "./file_source.ts";

/** Bytes of a field's type, by NumPy's name for it. */
const SIZES: Readonly<Record<string, number>> = {
  "|b1": 1,
  "|i1": 1,
  "|u1": 1,
  "<i2": 2,
  "<u2": 2,
  "<i4": 4,
  "<u4": 4,
  "<i8": 8,
  "<u8": 8,
};

const FIELDS = ["x", "y", "t", "p"] as const;

interface Field {
  readonly offset: number;
  readonly type: string;
}

interface Header {
  /** Where the first event starts. */
  readonly start: number;
  /** Bytes of an event. */
  readonly stride: number;
  readonly fields: Readonly<Record<typeof FIELDS[number], Field>>;
  readonly count: number;
}

/**
 * Reads the events of a NumPy file.
 *
 * @param file The file, NAME.npy: its path, or what a browser hands over.
 * @param sensor The sensor, for x and y to be held against.
 * @returns The events.
 * @throws {DatasetError} If the file cannot be read, is of another kind, is cut
 *   off, or has an event that is not the sensor's or whose time has more than
 *   32 bits.
 *
 * @example
 * ```ts
 * import { DVS128 } from "./events.ts";
 * import { readNpy } from "./npy.ts";
 * const header = "{'descr': [('x', '<i2'), ('y', '<i2'), ('t', '<i8'), " +
 *   "('p', '|b1')], 'fortran_order': False, 'shape': (1,), }\n";
 * const path = await Deno.makeTempFile();
 * await Deno.writeFile(
 *   path,
 *   Uint8Array.of(
 *     ...[0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, header.length, 0],
 *     ...new TextEncoder().encode(header),
 *     ...[5, 0, 7, 0, 1, 2, 0, 0, 0, 0, 0, 0, 1],
 *   ),
 * );
 * const { x, y, t, p } = await readNpy(path, DVS128);
 * if (`${x} ${y} ${t} ${p}` !== "5 7 513 1") throw new Error("misread");
 * await Deno.remove(path);
 * ```
 *
 * Source: NEP 1, "A simple file format for NumPy arrays".
 */
export async function readNpy(
  file: FileSource,
  sensor: Sensor,
): Promise<Events> {
  const path = nameOf(file);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await readBytes(file);
  } catch (cause) {
    throw new DatasetError(path, fileProblem(cause), { cause });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { start, stride, fields, count } = parseHeader(path, bytes, view);
  if (bytes.length !== start + count * stride) {
    throw new DatasetError(
      path,
      `${counted(count, "event")} of ${stride} bytes after byte ${start} ` +
        `would end at byte ${start + count * stride} of ${bytes.length}`,
    );
  }
  const events = allocateEvents(count);
  const limits = { x: sensor.width, y: sensor.height, t: 2 ** 32, p: 2 };
  for (const name of FIELDS) {
    const { offset, type } = fields[name];
    const column = events[name];
    for (let i = 0; i < count; i++) {
      const value = readNumber(view, start + i * stride + offset, type);
      if (!(value >= 0 && value < limits[name])) {
        throw new DatasetError(
          path,
          `event ${i} has ${name} ${value}, which is not from 0 to ` +
            `${limits[name] - 1}`,
        );
      }
      column[i] = value;
    }
  }
  return events;
}

function parseHeader(
  path: string,
  bytes: Uint8Array,
  view: DataView,
): Header {
  const damaged = (problem: string) => new DatasetError(path, problem);
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (bytes.length < 12 || magic.some((byte, i) => bytes[i] !== byte)) {
    throw damaged("it is no NumPy file");
  }
  const wide = bytes[6] > 1;
  const from = wide ? 12 : 10;
  const start = from +
    (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const text = new TextDecoder().decode(bytes.subarray(from, start));
  const shape = /'shape': *\((\d+),\)/.exec(text);
  const descr = /'descr': *\[(.*?)\]/.exec(text);
  if (shape === null || descr === null) {
    throw damaged("it holds no one-dimensional structured array");
  }
  const found: Record<string, Field> = {};
  let stride = 0;
  for (const [, name, type] of descr[1].matchAll(/\('(\w*)', *'(.*?)'\)/g)) {
    found[name] = { offset: stride, type };
    stride += SIZES[type] ?? Number(/^\|V(\d+)$/.exec(type)?.[1]);
  }
  for (const name of FIELDS) {
    if (found[name] === undefined || !Object.hasOwn(SIZES, found[name].type)) {
      throw damaged(`it has no field ${name} of integers, only ${descr[1]}`);
    }
  }
  if (Number.isNaN(stride)) throw damaged(`its fields are ${descr[1]}`);
  const { x, y, t, p } = found;
  return { start, stride, fields: { x, y, t, p }, count: Number(shape[1]) };
}

function readNumber(view: DataView, at: number, type: string): number {
  switch (type) {
    case "<i2":
      return view.getInt16(at, true);
    case "<u2":
      return view.getUint16(at, true);
    case "<i4":
      return view.getInt32(at, true);
    case "<u4":
      return view.getUint32(at, true);
    case "<i8":
      return view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
    case "<u8":
      return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
    case "|i1":
      return view.getInt8(at);
    default:
      return view.getUint8(at);
  }
}
