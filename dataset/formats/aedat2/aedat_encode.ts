/**
 * Encoder of DVS128 recordings as AEDAT 2.0.
 *
 * @module
 */

import { DVS128, type Events } from "../../events.ts";

/** Events per piece of the output, which has up to 1 MiB. */
const PIECE_EVENTS = 1 << 17;

/** Contents of the header. */
export interface EncodeOptions {
  /** Start of the recording; without it the header has no date. */
  readonly start?: Date;
}

/**
 * Encodes events as jAER does: a header with CRLF lines, then big-endian
 * addresses and times. Equal events and start dates give equal bytes.
 *
 * @param events Events with x and y below 128 and p 0 or 1, in the default axes
 *   of `readAedat()`.
 * @param options Start date of the recording.
 * @returns The file in pieces of at most 1 MiB, the header first.
 * @throws {RangeError} If the columns differ in length, or an event is out of
 *   range for a DVS128.
 *
 * @example
 * ```ts
 * import { encodeAedat } from "./aedat_encode.ts";
 * const path = await Deno.makeTempFile();
 * const recording = encodeAedat({
 *   x: Uint16Array.of(5),
 *   y: Uint16Array.of(7),
 *   t: Uint32Array.of(1000),
 *   p: Uint8Array.of(1),
 * }, { start: new Date("2019-06-01") });
 * await Deno.writeFile(path, ReadableStream.from(recording));
 * const text = await Deno.readTextFile(path);
 * if (!text.startsWith("#!AER-DAT2.0\r\n")) throw new Error(text);
 * await Deno.remove(path);
 * ```
 */
export function* encodeAedat(
  events: Events,
  options: EncodeOptions = {},
): Generator<Uint8Array<ArrayBuffer>> {
  const { x, y, t, p } = events;
  if (x.length !== t.length || y.length !== t.length || p.length !== t.length) {
    throw new RangeError(
      `Cannot encode events: x, y, t and p have ${x.length}, ${y.length}, ` +
        `${t.length} and ${p.length} elements`,
    );
  }
  yield encodeHeader(options);
  for (let first = 0; first < t.length; first += PIECE_EVENTS) {
    const end = Math.min(first + PIECE_EVENTS, t.length);
    const piece = new DataView(new ArrayBuffer(8 * (end - first)));
    for (let i = first, at = 0; i < end; i++, at += 8) {
      if (x[i] >= DVS128.width || y[i] >= DVS128.height || p[i] > 1) {
        throw new RangeError(
          `Cannot encode event ${i}: x ${x[i]}, y ${y[i]}, p ${p[i]} is not ` +
            `an event of a DVS128`,
        );
      }
      piece.setUint32(at, x[i] << 8 | y[i] << 1 | p[i]);
      piece.setUint32(at + 4, t[i]);
    }
    yield new Uint8Array(piece.buffer);
  }
}

/** Encodes the header. */
function encodeHeader({ start }: EncodeOptions): Uint8Array<ArrayBuffer> {
  const lines = [
    "#!AER-DAT2.0",
    "# This is a raw AE data file - do not edit",
    "# Data format is int32 address, int32 timestamp (8 bytes total), " +
    "repeated for each event",
    "# Timestamps tick is 1 us",
  ];
  if (start !== undefined) lines.push(`# created ${formatDate(start)}`);
  lines.push("# AEChip: ch.unizh.ini.jaer.chip.retina.DVS128");
  lines.push("#End Of ASCII Header");
  return new TextEncoder().encode(lines.map((line) => line + "\r\n").join(""));
}

/** Formats a date like Java: `Sat Jun 01 00:00:00 UTC 2019`. */
function formatDate(date: Date): string {
  const [day, dayOfMonth, month, year, time] = date.toUTCString().split(/,? /);
  return `${day} ${month} ${dayOfMonth} ${time} UTC ${year}`;
}
