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
import {
  FIRST_FLOAT,
  parseNpyType,
  readValues,
  type Strided,
} from "./tables/npy_values.ts";

const FIELDS = ["x", "y", "t", "p"] as const;

/** Number of events decoded at once, small enough for a core's own cache. */
const MOST_EVENTS = 1 << 12;

/** Location of a field in an event, and its type. */
type Field = Pick<Strided, "offset" | "type">;

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
  const { start, stride, fields, count } = parseHeader(path, bytes);
  if (bytes.length !== start + count * stride) {
    throw new DatasetError(
      path,
      `${counted(count, "event")} of ${stride} bytes after byte ${start} ` +
        `would end at byte ${start + count * stride} of ${bytes.length}`,
    );
  }
  const time = new Float64Array(1);
  const zeros = await findZeroTail(bytes, {
    start,
    bytes: stride,
    least: 2,
    timeAt({ buffer, byteOffset }, at) {
      const event = new Uint8Array(buffer, byteOffset + at, stride);
      readValues(event, time, { ...fields.t, stride });
      return time[0];
    },
  });
  if (zeros !== undefined) {
    throw new DatasetError(
      path,
      `byte ${zeros.offset} of ${zeros.size}: only zeros follow`,
    );
  }
  const events = allocateEvents(count);
  const limits = { x: sensor.width, y: sensor.height, t: 2 ** 32, p: 2 };
  const room = new Float64Array(Math.min(count, MOST_EVENTS));
  for (let first = 0; first < count; first += room.length) {
    const values = room.subarray(0, count - first);
    for (const name of FIELDS) {
      const { offset, type } = fields[name];
      const at = start + first * stride + offset;
      readValues(bytes, values, { type, offset: at, stride });
      const limit = limits[name];
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        if (!(value >= 0 && value < limit)) {
          throw new DatasetError(
            path,
            `event ${first + i} has ${name} ${value}, which is not from 0 to ` +
              `${limit - 1}`,
          );
        }
      }
      events[name].set(values, first);
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
  const found = new Map<string | undefined, Field | undefined>();
  let stride = 0;
  for (const entry of descr) {
    const [name, text] = isField(entry) ? entry : [];
    const type = parseNpyType(text);
    found.set(name, type && { offset: stride, type });
    stride += type?.size ?? NaN;
  }
  const fields = JSON.stringify(descr);
  const fieldOf = (name: string) => {
    const field = found.get(name);
    const code = field?.type.code ?? -1;
    if (field !== undefined && code >= 0 && code < FIRST_FLOAT) return field;
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

function isShape(shape: unknown): shape is readonly [number] {
  return Array.isArray(shape) && shape.length === 1 &&
    Number.isSafeInteger(shape[0]) && shape[0] >= 0;
}
