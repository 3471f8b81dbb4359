/**
 * Encodes TensorBoard's events as protocol buffers.
 *
 * @module
 */

import type { Histogram } from "./histogram.ts";

/** A named value. */
export interface TaggedValue {
  /** Name of the value; the part before a slash is its group in TensorBoard. */
  readonly tag: string;
  /** A number, or a histogram. */
  readonly value: number | Histogram;
}

/** A named value at a time of a run. */
export interface LogEvent extends TaggedValue {
  /** When it was measured, in s since 1970. */
  readonly time: number;
  /** Number of the batch or of the epoch. */
  readonly step: number;
}

/** Wire types of protocol buffers. */
const [VARINT, FIXED64, BYTES, FIXED32] = [0, 1, 2, 5];

/**
 * Encodes an event.
 *
 * @param event The event.
 * @returns The message `Event`, with a `Summary` of one value.
 *
 * Source: `event.proto`, `summary.proto` and `histogram.proto` of TensorBoard.
 *
 * @example
 * ```ts
 * import { encodeEvent } from "./protobuf.ts";
 * const bytes = encodeEvent({ time: 1, step: 0, tag: "loss", value: 2 });
 * if (bytes[0] !== 0x09) throw new Error("expected the time first");
 * ```
 */
export function encodeEvent(
  { time, step, tag, value }: LogEvent,
): Uint8Array<ArrayBuffer> {
  const content = typeof value === "number"
    ? float(2, value)
    : bytesField(5, encodeHistogram(value));
  const tagged = joined([
    bytesField(1, new TextEncoder().encode(tag)),
    content,
  ]);
  return joined([
    double(1, time),
    step === 0 ? new Uint8Array() : joined([key(2, VARINT), varint(step)]),
    bytesField(5, bytesField(1, tagged)),
  ]);
}

/**
 * Encodes the event that a file begins with.
 *
 * @param time When the file was created, in s since 1970.
 * @returns The message `Event`, with the version of the format.
 */
export function encodeVersion(time: number): Uint8Array<ArrayBuffer> {
  const version = new TextEncoder().encode("brain.Event:2");
  return joined([double(1, time), bytesField(3, version)]);
}

function encodeHistogram(histogram: Histogram): Uint8Array {
  const { min, max, count, sum, sumSquares, limits, counts } = histogram;
  return joined([
    ...[min, max, count, sum, sumSquares].map((value, index) =>
      // Protocol buffers leave out fields that are zero.
      value === 0 ? new Uint8Array() : double(index + 1, value)
    ),
    bytesField(6, doubles(limits)),
    bytesField(7, doubles(counts)),
  ]);
}

function key(field: number, wireType: number): Uint8Array {
  return Uint8Array.of(field << 3 | wireType);
}

/** Encodes a whole number, seven bits a byte, the lowest first. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) {
    bytes.push(rest % 128 | 128);
  }
  return Uint8Array.of(...bytes, rest);
}

function bytesField(field: number, content: Uint8Array): Uint8Array {
  return joined([key(field, BYTES), varint(content.length), content]);
}

function float(field: number, value: number): Uint8Array {
  const content = new Uint8Array(4);
  new DataView(content.buffer).setFloat32(0, value, true);
  return joined([key(field, FIXED32), content]);
}

function double(field: number, value: number): Uint8Array {
  return joined([key(field, FIXED64), doubles([value])]);
}

function doubles(values: ArrayLike<number>): Uint8Array {
  const content = new Uint8Array(values.length * 8);
  const view = new DataView(content.buffer);
  for (let i = 0; i < values.length; i++) {
    view.setFloat64(i * 8, values[i], true);
  }
  return content;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
