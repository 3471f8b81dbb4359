/**
 * Encoder of recordings as CSV.
 *
 * @module
 */

import type { OpenRecording } from "../reading/format.ts";

/** Lines per piece of the output. */
const PIECE_LINES = 1 << 14;

/**
 * Encodes a recording as CSV with the columns `t_us`, `x`, `y` and `p`.
 *
 * @param recording The recording.
 * @returns The file in pieces.
 *
 * @example
 * ```ts
 * import { openRecording } from "../open_recording.ts";
 * import { encodeAsCsv } from "./csv.ts";
 * const file = new File(["x y p t_ms\n5 7 1 1\n"], "hand.txt");
 * const pieces = encodeAsCsv(await openRecording(file));
 * const text = await new Blob(await Array.fromAsync(pieces)).text();
 * if (text !== "t_us,x,y,p\n1000,5,7,1\n") throw new Error(text);
 * ```
 */
export async function* encodeAsCsv(
  recording: OpenRecording,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const encoder = new TextEncoder();
  yield encoder.encode("t_us,x,y,p\n");
  for await (const { x, y, t, p } of recording.blocks()) {
    for (let first = 0; first < t.length; first += PIECE_LINES) {
      let text = "";
      const end = Math.min(first + PIECE_LINES, t.length);
      for (let i = first; i < end; i++) {
        text += `${t[i]},${x[i]},${y[i]},${p[i]}\n`;
      }
      yield encoder.encode(text);
    }
  }
}
