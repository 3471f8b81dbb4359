/**
 * Recordings of gestures, as README.md describes them: tiny ones.
 *
 * @module
 */

import { join } from "node:path";
import { openRecording } from "../dataset/formats/open_recording.ts";
import { encodeRecording } from "../dataset/formats/writing/encode_recording.ts";

/** ms that a recording lasts, and ms from one event to the next. */
const [LENGTH, STEP] = [1100, 1];

/** Rows and columns of pixels. */
const SIDE = 16;

/**
 * Writes recordings of two gestures by four people into `gestures` and a list of
 * them, `gestures.csv`: a bar that moves in the right half when somebody waves,
 * and in the left half for a clap.
 *
 * @param folder The folder of both.
 */
export async function writeGestures(folder: string): Promise<void> {
  const rows = ["file,label,group,split"];
  for (const [n, person] of ["ann", "bob", "cleo", "dan"].entries()) {
    for (const label of ["wave", "clap"]) {
      const text = textOf(label, 5 + n);
      const path = join(folder, "gestures", label, person);
      await Deno.mkdir(path, { recursive: true });
      const ending = label === "wave" ? "csv" : "raw";
      const file = join(path, `1.${ending}`);
      if (ending === "csv") await Deno.writeTextFile(file, text);
      else {
        const recording = await openRecording(new File([text], "1.csv"));
        const bytes = encodeRecording(recording, file);
        await Deno.writeFile(file, ReadableStream.from(bytes));
      }
      const split = n === 0 ? "test" : "train";
      rows.push(
        `gestures/${label}/${person}/1.${ending},${label},${person},${split}`,
      );
    }
  }
  await Deno.writeTextFile(
    join(folder, "gestures.csv"),
    `${rows.join("\n")}\n`,
  );
}

function textOf(label: string, place: number): string {
  const lines = Array.from({ length: LENGTH / STEP }, (_, i) => {
    const along = Math.floor(i * SIDE / 200) % (SIDE / 2);
    const x = label === "wave" ? SIDE / 2 + along : along;
    return `${((i * STEP) / 1000).toFixed(3)},${x},${place + i % 3},${i % 2}\n`;
  });
  return `t_s,x,y,p\n${lines.join("")}`;
}
