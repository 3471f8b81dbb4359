/**
 * Text header of Prophesee's files, with lines `% KEY VALUE`.
 *
 * @module
 */

import { RecordingError } from "../../files/errors.ts";
import type { Sensor } from "../../events.ts";

const LF = 0x0a;
const PERCENT = 0x25;

/** Header of a RAW or DAT file. */
export interface PropheseeHeader {
  /** Byte offset of the data. */
  readonly start: number;
  /** Values by lower-case key; the last value of a repeated key counts. */
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Parses a header.
 *
 * It ends after the line `% end`, or before the first line that is not text
 * after a percent sign, as older files have no `% end`.
 *
 * @param bytes The first bytes of the file.
 * @returns Keys and values within these bytes.
 *
 * @example
 * ```ts
 * import { parsePropheseeHeader } from "./raw_header.ts";
 * const text = "% evt 3.0\n% geometry 1280x720\n% end\n";
 * const { start, values } = parsePropheseeHeader(
 *   new TextEncoder().encode(text),
 * );
 * if (start !== text.length || values.get("evt") !== "3.0") {
 *   throw new Error("misread");
 * }
 * ```
 *
 * Source: Prophesee, "RAW File Format" and "DAT File Format".
 */
export function parsePropheseeHeader(bytes: Uint8Array): PropheseeHeader {
  const values = new Map<string, string>();
  let start = 0;
  while (bytes[start] === PERCENT) {
    const end = bytes.indexOf(LF, start);
    const line = bytes.subarray(start, end);
    if (end < 0 || !isText(line)) break;
    start = end + 1;
    const [, key, value] = /^%\s*(\S*)\s*(.*)$/.exec(
      new TextDecoder().decode(line).trimEnd(),
    ) ?? [];
    if (key === "end" && value === "") break;
    if (key) values.set(key.toLowerCase(), value);
  }
  return { start, values };
}

/**
 * Tells whether bytes are text, with tabs and CR as the only control
 * characters.
 */
function isText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0d);
}

/**
 * Finds the sensor's size in a header: `format`, `geometry`, or `width` and
 * `height`.
 *
 * @param path The file, for messages.
 * @param values Values of the header by key.
 * @returns The size; `undefined` if there is none.
 * @throws {RecordingError} If a side is not in the range 1 to 65535.
 *
 * @example
 * ```ts
 * import { sensorOf } from "./raw_header.ts";
 * const sensor = sensorOf("a.raw", new Map([["geometry", "640x480"]]));
 * if (sensor?.width !== 640) throw new Error("expected 640 columns");
 * ```
 */
export function sensorOf(
  path: string,
  values: ReadonlyMap<string, string>,
): Sensor | undefined {
  const format = formatOptions(values);
  const [, columns, rows] = /^(\d+)x(\d+)$/.exec(
    values.get("geometry") ?? "",
  ) ?? [];
  const width = format.get("width") ?? columns ?? values.get("width");
  const height = format.get("height") ?? rows ?? values.get("height");
  if (width === undefined || height === undefined) return undefined;
  const sensor = { width: Number(width), height: Number(height) };
  const isSide = (side: number) =>
    Number.isInteger(side) && side > 0 && side < 65536;
  if (isSide(sensor.width) && isSide(sensor.height)) return sensor;
  throw new RecordingError(
    path,
    `its header says ${width}×${height} pixels: sides go from 1 to 65535`,
    { offset: 0 },
  );
}

/**
 * Parses the line `% format EVT3;height=720;width=1280`.
 *
 * @param values Values of the header by key.
 * @returns Options by name, with the encoding under the name `""`.
 *
 * @example
 * ```ts
 * import { formatOptions } from "./raw_header.ts";
 * const options = formatOptions(new Map([["format", "EVT21;endianness=legacy"]]));
 * if (options.get("endianness") !== "legacy") throw new Error("misread");
 * ```
 */
export function formatOptions(
  values: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  return new Map(
    (values.get("format") ?? "").split(";").map((part): [string, string] => {
      const [name, value] = part.split("=");
      return value === undefined ? ["", name] : [name, value];
    }),
  );
}
