/**
 * Runs the commands that draw, on small recordings.
 *
 * @module
 */

import { join } from "node:path";
import { encodeAedat } from "../../../../dataset/formats/aedat2/aedat_encode.ts";
import type { Events } from "../../../../dataset/events.ts";
import { runTask } from "../../../fixtures/run_task.ts";
import type { Outcome } from "../../../fixtures/run_script.ts";

/** Four events: two at the start, two 100 ms later. */
export const FOUR: Events = {
  x: Uint16Array.of(10, 20, 10, 30),
  y: Uint16Array.of(5, 6, 5, 7),
  t: Uint32Array.of(0x9000_0000, 0x9000_0001, 0x9001_86a0, 0x9001_86a0),
  p: Uint8Array.of(1, 0, 0, 1),
};

/**
 * Runs a command that draws.
 *
 * @param name The command.
 * @param args Its arguments.
 * @returns Its exit code and what it printed.
 */
export function draw(
  name: "show" | "animate",
  args: readonly string[],
): Promise<Outcome> {
  return runTask(name, args);
}

/**
 * Writes a recording.
 *
 * @param folder Folder to write to.
 * @param name Name of its file.
 * @param events Its events.
 * @returns Path of the file.
 */
export async function writeRecording(
  folder: string,
  name: string,
  events: Events,
): Promise<string> {
  const path = join(folder, name);
  await Deno.writeFile(path, ReadableStream.from(encodeAedat(events)));
  return path;
}

/**
 * Lists what is in a folder.
 *
 * @param folder The folder.
 * @returns Names, sorted; none if there is no such folder.
 */
export async function list(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
}
