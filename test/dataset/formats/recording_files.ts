/**
 * Recordings of the tests of formats: made byte by byte, and real ones.
 *
 * @module
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { FileSource } from "../../../dataset/files/file_source.ts";
import type {
  FileFaults,
  OpenRecording,
  RecordingFormat,
} from "../../../dataset/formats/reading/format.ts";
import { fc } from "../../fixtures/properties.ts";
import { ROOT } from "../../fixtures/source_files.ts";
import { concatBytes } from "./aedat_files.ts";

/** An event as the tests write it down. */
export type Row = readonly [x: number, y: number, t: number, p: number];

/** Makes a file out of bytes and text. */
export function fileOf(...parts: (Uint8Array | string | number[])[]): File {
  const bytes = concatBytes(
    ...parts.map((part) => Array.isArray(part) ? Uint8Array.from(part) : part),
  );
  return new File([bytes], "recording");
}

/** Puts little-endian words of some bytes one after another. */
export function words(size: 2 | 4 | 8, values: readonly bigint[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(size * values.length));
  values.forEach((value, i) => {
    if (size === 8) view.setBigUint64(8 * i, value, true);
    else if (size === 4) view.setUint32(4 * i, Number(value), true);
    else view.setUint16(2 * i, Number(value), true);
  });
  return new Uint8Array(view.buffer);
}

/** Reads all events of a recording. */
export async function rowsOf(recording: OpenRecording): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const { x, y, t, p } of recording.blocks()) {
    assert(t.length > 0);
    assert.deepEqual([x.length, y.length, p.length], Array(3).fill(t.length));
    for (let i = 0; i < t.length; i++) rows.push([x[i], y[i], t[i], p[i]]);
  }
  return rows;
}

/** Reads a file, its format told by its content. */
export async function readRows(
  format: RecordingFormat,
  file: File,
): Promise<{ rows: Row[]; faults: readonly FileFaults[] }> {
  assert(
    format.matches(new Uint8Array(await file.slice(0, 4096).arrayBuffer())),
  );
  const recording = await format.open(file);
  const rows = await rowsOf(recording);
  return { rows, faults: recording.faults };
}

/** Events in the order of time, as a camera would send them. */
export function cameraRows(
  { width, height, steps }: {
    readonly width: number;
    readonly height: number;
    readonly steps: fc.Arbitrary<number>;
  },
): fc.Arbitrary<Row[]> {
  const event = fc.tuple(
    fc.nat(width - 1),
    fc.nat(height - 1),
    steps,
    fc.nat(1),
  );
  return fc.array(event, { minLength: 1, maxLength: 200 }).map((events) => {
    let time = 0;
    return events.map(([x, y, step, p]): Row => [x, y, time += step, p]);
  });
}

/** Digests of the columns, SHA3-224, and what is said of a real recording. */
export async function digestsOf(recording: OpenRecording): Promise<{
  readonly t: string;
  readonly x: string;
  readonly y: string;
  readonly on: string;
  readonly events: number;
  readonly ons: number;
  readonly first: number;
  readonly last: number;
}> {
  const [t, x, y, on] = Array.from({ length: 4 }, () => createHash("sha3-224"));
  let [events, ons, first, last] = [0, 0, NaN, NaN];
  for await (const block of recording.blocks()) {
    t.update(new Uint8Array(BigUint64Array.from(block.t, BigInt).buffer));
    x.update(new Uint8Array(block.x.slice().buffer));
    y.update(new Uint8Array(block.y.slice().buffer));
    on.update(block.p);
    if (events === 0) first = block.t[0];
    last = block.t[block.t.length - 1];
    events += block.t.length;
    ons += block.p.reduce((sum, p) => sum + p, 0);
  }
  return {
    t: t.digest("hex"),
    x: x.digest("hex"),
    y: y.digest("hex"),
    on: on.digest("hex"),
    events,
    ons,
    first,
    last,
  };
}

/** Declares a test of a real recording, where this machine has it. */
export function realTest(
  name: string,
  file: string,
  use: (path: string) => Promise<void>,
): void {
  const data = Deno.env.get("SLAYER_DATA") ??
    join(ROOT, "..", "shared", "data");
  const path = join(data, "formats", file);
  if (existsSync(path)) Deno.test(name, () => use(path));
}

/** Asserts that opening or reading a file is refused in these words. */
export async function refused(
  format: RecordingFormat,
  file: FileSource,
  problem: string,
): Promise<void> {
  await assert.rejects(async () => await rowsOf(await format.open(file)), {
    name: "RecordingError",
    message: `Cannot read recording "recording": ${problem}`,
  });
}
