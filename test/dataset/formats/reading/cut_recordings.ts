/**
 * Recordings of eight events in several formats, cut off at some byte.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { FileFaults } from "../../../../dataset/formats/reading/format.ts";
import { openRecording } from "../../../../dataset/formats/open_recording.ts";
import { encodeRecording } from "../../../../dataset/formats/writing/encode_recording.ts";
import { concatBytes } from "../aedat_files.ts";
import { readRows, type Row } from "../recordings.ts";

/** The events: x, y, t, p. */
export const ROWS = Array.from(
  { length: 8 },
  (_, i): Row => [3 * i, 100 - i, 1000 + 70 * i, i % 2],
);

/** The events as text. */
export const CSV = `t,x,y,p\n${
  ROWS.map(([x, y, t, p]) => `${t},${x},${y},${p}`).join("\n")
}\n`;

/**
 * Writes the events in another format.
 *
 * @param ending Ending of the file's name, such as `.bin`.
 * @returns The file.
 */
export async function written(
  ending: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const recording = await openRecording(new File([CSV], "a.csv"));
  return concatBytes(
    ...await Array.fromAsync(encodeRecording(recording, `a${ending}`)),
  );
}

/**
 * Reads the first bytes of a file.
 *
 * @param name Name of the file.
 * @param bytes The whole file.
 * @param end Where it is cut off.
 * @returns Its events, and the faults of its reader.
 */
export async function readCut(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  end: number,
): Promise<{ readonly rows: Row[]; readonly faults: readonly FileFaults[] }> {
  const recording = await openRecording(new File([bytes.slice(0, end)], name));
  const rows = await readRows(recording);
  // Faults are those of one pass over the file.
  assert.deepEqual(await readRows(recording), rows);
  return { rows, faults: recording.faults };
}
