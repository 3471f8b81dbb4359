/**
 * Reader of events in NumPy files: one-dimensional structured arrays with the
 * fields x, y, t (µs) and p.
 *
 * @module
 */

import { counted } from "../files/counted.ts";
import { DatasetError } from "../files/errors.ts";
import { allocateEvents, type Events, type Sensor } from "../events.ts";
import { fileProblem } from "../files/file_problem.ts";
import { type FileSource, nameOf, readBytes } from "../files/file_source.ts";
import { findZeroTail } from "./reading/zero_tail.ts";
import { parseNpyHeader } from "./tables/npy_header.ts";

/** Sizes of readable field types in bytes, by NumPy's names. */
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
  /** Byte offset of the first event. */
  readonly start: number;
  /** Size of an event in bytes. */
  readonly stride: number;
  readonly fields: Readonly<Record<typeof FIELDS[number], Field>>;
  readonly count: number;
}

/**
 * Reads the events of a NumPy file.
 *
 * @param file The file, NAME.npy: its path, or a browser's `Blob`.
 * @param sensor The sensor, which bounds x and y.
 * @returns The events.
 * @throws {DatasetError} If the file cannot be read, is not such an array, is
 *   cut off, ends in zeros, or has an event that is not on the sensor or whose
 *   time exceeds 32 bits.
 *
 * @example
 * ```ts
 * import { DVS128 } from "../events.ts";
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
  const { start, stride, fields, count } = parseHeader(path, bytes);
  if (bytes.length !== start + count * stride) {
    throw new DatasetError(
      path,
      `${counted(count, "event")} of ${stride} bytes after byte ${start} ` +
        `would end at byte ${start + count * stride} of ${bytes.length}`,
    );
  }
  const zeros = await findZeroTail(bytes, {
    start,
    bytes: stride,
    least: 2,
    timeAt: (view, at) => readNumber(view, at + fields.t.offset, fields.t.type),
  });
  if (zeros !== undefined) {
    throw new DatasetError(
      path,
      `byte ${zeros.offset} of ${zeros.size}: only zeros follow`,
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

function parseHeader(path: string, bytes: Uint8Array): Header {
  const damaged = (problem: string) => new DatasetError(path, problem);
  const header = parseNpyHeader(bytes);
  if (typeof header === "string") throw damaged(header);
  const { start, descr, shape } = header;
  if (!isShape(shape) || !Array.isArray(descr)) {
    throw damaged("it holds no one-dimensional structured array");
  }
  const found = new Map<string | undefined, Partial<Field>>();
  let stride = 0;
  for (const entry of descr) {
    const [name, type] = isField(entry) ? entry : [];
    found.set(name, { offset: stride, type });
    stride += sizeOf(type);
  }
  const fields = JSON.stringify(descr);
  const fieldOf = (name: string) => {
    const field = found.get(name);
    if (Object.hasOwn(SIZES, field?.type ?? "")) return field as Field;
    throw damaged(`it has no field ${name} of integers, only ${fields}`);
  };
  const [x, y, t, p] = FIELDS.map(fieldOf);
  if (Number.isNaN(stride)) throw damaged(`its fields are ${fields}`);
  return { start, stride, fields: { x, y, t, p }, count: shape[0] };
}

/** Tells whether an entry is a scalar field; array fields have a shape too. */
function isField(entry: unknown): entry is readonly [string, string] {
  return Array.isArray(entry) && entry.length === 2 &&
    entry.every((text) => typeof text === "string");
}

/** Finds the size of a field in bytes; `NaN` if its type is unknown. */
function sizeOf(type = ""): number {
  return Object.hasOwn(SIZES, type)
    ? SIZES[type]
    : Number(/^\|V(\d+)$/.exec(type)?.[1]);
}

function isShape(shape: unknown): shape is readonly [number] {
  return Array.isArray(shape) && shape.length === 1 &&
    Number.isSafeInteger(shape[0]) && shape[0] >= 0;
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
