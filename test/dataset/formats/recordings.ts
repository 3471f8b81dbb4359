/**
 * Recordings for the tests of all file formats: events as rows, and files of them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { RecordingError } from "../../../dataset/files/errors.ts";
import type {
  EventBlock,
  OpenRecording,
  RecordingFormat,
} from "../../../dataset/formats/reading/format.ts";
import { fc } from "../../fixtures/properties.ts";

/** An event. */
export type Row = readonly [x: number, y: number, t: number, p: number];

/** Reads all events of a recording, one row an event. */
export async function readRows(recording: OpenRecording): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const block of recording.blocks()) {
    assert(block.t.length > 0 && block.t.length <= 1 << 17);
    for (const row of rowsOf(block)) rows.push(row);
  }
  return rows;
}

/** The events of a block, one row an event. */
export function rowsOf({ x, y, t, p }: EventBlock): Row[] {
  assert([x, y, p].every(({ length }) => length === t.length));
  return Array.from(t, (time, i) => [x[i], y[i], time, p[i]]);
}

/** Puts rows into columns. */
export function blockOf(rows: readonly Row[]): EventBlock {
  return {
    x: Uint16Array.from(rows, ([x]) => x),
    y: Uint16Array.from(rows, ([, y]) => y),
    t: Float64Array.from(rows, ([, , t]) => t),
    p: Uint8Array.from(rows, ([, , , p]) => p),
  };
}

/** Events of a sensor with times in any order. */
export function anyRow(
  { width, height, time }: { width: number; height: number; time: number },
): fc.Arbitrary<Row> {
  return fc.tuple(
    fc.nat(width - 1),
    fc.nat(height - 1),
    fc.integer({ min: 0, max: time }),
    fc.nat(1),
  );
}

/** A named file of some bytes, as a browser hands it over. */
export function fileOf(bytes: Uint8Array<ArrayBuffer>, name = "a"): File {
  return new File([bytes], name);
}

/**
 * Checks that a file is refused, in one line and with the byte.
 *
 * @param read Reads the file.
 * @param problem The end of the message.
 * @param offset The byte.
 */
export async function assertRefused(
  read: () => Promise<unknown>,
  { problem, offset }: { problem: string; offset: number | undefined },
): Promise<void> {
  await assert.rejects(read, (error) => {
    assert(error instanceof RecordingError, String(error));
    assert.equal(error.message, `Cannot read recording "a": ${problem}`);
    assert.equal(error.offset, offset);
    return true;
  });
}

/** Reads a file whole, and counts its events. */
export async function countEvents(
  format: RecordingFormat,
  file: File | string,
): Promise<number> {
  const recording = await format.open(file);
  let count = 0;
  for await (const { t } of recording.blocks()) count += t.length;
  return count;
}
