/**
 * Small recordings as text, for folders of them.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";

/**
 * Writes a recording of one pixel, or of a square of pixels that take turns, as
 * CSV with times in seconds.
 *
 * @param options Number of events, ms between them, time of the first in s, the
 * column of the first pixel and the side of the square; the first row is 2.
 * @returns The text.
 */
export function recordingText(
  { events = 3, everyMs = 10, start = 3.25, x = 5, side = 1 }: {
    events?: number;
    everyMs?: number;
    start?: number;
    x?: number;
    side?: number;
  } = {},
): string {
  const rows = Array.from(
    { length: events },
    (_, i) => {
      const time = (start + i * everyMs / 1000).toFixed(6);
      const row = 2 + Math.floor(i / side) % side;
      return `${time},${x + i % side},${row},${i % 2}\n`;
    },
  );
  return `t_s,x,y,p\n${rows.join("")}`;
}

/**
 * Writes files into a temporary folder.
 *
 * @param files Their contents, by their paths below the folder.
 * @param use Called with the folder, which is gone afterwards.
 */
export async function withFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  await using folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder.path, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
  }
  await use(folder.path);
}

/**
 * Makes one small recording for each path.
 *
 * @param paths Paths below the folder.
 * @returns The files; the recordings differ in their numbers of events.
 */
export function recordingsAt(paths: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    paths.map((path, n) => [path, recordingText({ events: 3 + n })]),
  );
}
