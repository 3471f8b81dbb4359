/**
 * Pieces of recordings for `deno task follow`, and the lines that it prints.
 *
 * @module
 */

import { deepStrictEqual } from "node:assert/strict";

/**
 * Waits for the end of a task.
 *
 * @param child The task.
 * @param errors Standard error, which it must print before it ends with 0.
 * @returns The lines of its standard output.
 */
export async function linesOf(
  child: Deno.ChildProcess,
  errors = "",
): Promise<string[]> {
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  deepStrictEqual([code, text(stderr)], [0, errors]);
  return text(stdout).trimEnd().split("\n");
}

/**
 * Cuts a file into pieces.
 *
 * @param file The file.
 * @param bytes Size of a piece, but for the last.
 * @returns The pieces.
 */
export async function piecesOf(
  file: string,
  bytes: number,
): Promise<Uint8Array[]> {
  const whole = await Deno.readFile(file);
  return Array.from(
    { length: Math.ceil(whole.length / bytes) },
    (_, i) => whole.slice(i * bytes, (i + 1) * bytes),
  );
}
