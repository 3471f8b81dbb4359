/**
 * A strict reader of event files: every field occurs once and has its type, and
 * no byte is left over.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Histogram } from "../../../../scripts/run/tensorboard/histogram.ts";
import type { LogEvent } from "../../../../scripts/run/tensorboard/protobuf.ts";

/** Content of an event file. */
export interface EventLog {
  /** The version at its start, and the time beside it. */
  readonly version: string;
  readonly begun: number;
  readonly events: readonly LogEvent[];
}

/** Fields of a message by their numbers: numbers, or bytes. */
type Fields = Map<number, number | Uint8Array>;

/**
 * Reads an event file.
 *
 * @param bytes All of it.
 * @returns Its content.
 * @throws {AssertionError} If it is not an event file, or not complete.
 */
export function readEvents(bytes: Uint8Array): EventLog {
  const [first, ...others] = readRecords(bytes).map(readFields);
  assert.deepEqual([...first.keys()], [1, 3]);
  return {
    version: text(first.get(3)),
    begun: first.get(1) as number,
    events: others.map(readEvent),
  };
}

/**
 * Reads the records of a TFRecord file.
 *
 * @param bytes All of it.
 * @returns Contents of the records.
 * @throws {AssertionError} If a checksum is wrong, or bytes are missing.
 */
export function readRecords(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const records: Uint8Array[] = [];
  const check = (start: number, end: number) => {
    assert(end + 4 <= bytes.length, `bytes are missing after ${start}`);
    const sum = slowCrc32c(bytes.subarray(start, end));
    const rotated = BigInt(sum >>> 15) | BigInt(sum) << 17n & 0xffffffffn;
    const masked = Number((rotated + 0xa282ead8n) & 0xffffffffn);
    assert.equal(view.getUint32(end, true), masked, `checksum at ${end}`);
  };
  for (let at = 0; at < bytes.length;) {
    check(at, at + 8);
    const start = at + 12;
    const end = start + Number(view.getBigUint64(at, true));
    check(start, end);
    records.push(bytes.subarray(start, end));
    at = end + 4;
  }
  return records;
}

/** Computes the checksum bit by bit, from its polynomial. */
function slowCrc32c(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      remainder = remainder & 1
        ? (remainder >>> 1) ^ 0x82f63b78
        : remainder >>> 1;
    }
  }
  return ~remainder >>> 0;
}

function readEvent(fields: Fields): LogEvent {
  assertKnown(fields, [1, 2, 5]);
  const summary = readFields(fields.get(5) as Uint8Array);
  assert.deepEqual([...summary.keys()], [1]);
  const value = readFields(summary.get(1) as Uint8Array);
  assertKnown(value, [1, 2, 5]);
  assert.equal(value.size, 2);
  return {
    time: fields.get(1) as number,
    step: (fields.get(2) ?? 0) as number,
    tag: text(value.get(1)),
    value: value.has(2)
      ? value.get(2) as number
      : readHistogram(readFields(value.get(5) as Uint8Array)),
  };
}

function readHistogram(fields: Fields): Histogram {
  assertKnown(fields, [1, 2, 3, 4, 5, 6, 7]);
  const number = (field: number) => (fields.get(field) ?? 0) as number;
  const doubles = (field: number) => {
    const bytes = fields.get(field) as Uint8Array;
    return new Float64Array(bytes.slice().buffer);
  };
  return {
    min: number(1),
    max: number(2),
    count: number(3),
    sum: number(4),
    sumSquares: number(5),
    limits: doubles(6),
    counts: doubles(7),
  };
}

function assertKnown(fields: Fields, known: readonly number[]): void {
  assert(known.some((field) => fields.has(field)));
  assert.deepEqual([...fields.keys()].filter((f) => !known.includes(f)), []);
}

function text(bytes: number | Uint8Array | undefined): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes as Uint8Array);
}

function readFields(bytes: Uint8Array): Fields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const byte = view.getUint8(at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(value);
    }
  };
  const fields: Fields = new Map();
  while (at < bytes.length) {
    const key = varint();
    const [field, wireType] = [key >>> 3, key & 7];
    assert(!fields.has(field), `field ${field} is there twice`);
    if (wireType === 0) fields.set(field, varint());
    else if (wireType === 1) {
      fields.set(field, view.getFloat64(at, true));
      at += 8;
    } else if (wireType === 2) {
      const length = varint();
      assert(at + length <= bytes.length, `field ${field} is cut short`);
      fields.set(field, bytes.subarray(at, at += length));
    } else if (wireType === 5) {
      fields.set(field, view.getFloat32(at, true));
      at += 4;
    } else assert.fail(`field ${field} has wire type ${wireType}`);
  }
  return fields;
}
