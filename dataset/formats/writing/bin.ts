/**
 * Encoder of recordings in the format of N-MNIST, see `tables/spike_files.ts`.
 *
 * @module
 */

import type { OpenRecording } from "../reading/format.ts";
import { checkEvents } from "./check_events.ts";

const EVENT_BYTES = 5;

/** Row of pseudo-events that advance the clock. */
const LOOP_ROW = 240;

/** Time by which a pseudo-event advances the clock, in µs. */
const LOOP_US = 1 << 13;

/** Range of an event's 23-bit time in µs. */
const TIME_RANGE_US = 1 << 23;

/**
 * End of the supported range in µs, 2.4 h, for which a million pseudo-events
 * suffice.
 */
const END_US = 2 ** 33;

/**
 * Encodes a recording as `.bin`. Times from 2²³ µs (8.4 s) on need
 * pseudo-events in row 240, which not every reader supports.
 *
 * @param recording The recording.
 * @returns The file in pieces.
 * @throws {RangeError} If an event is outside 256×240 pixels, its time is not
 *   in [0, 2³³) µs, or it precedes the time base of the file.
 *
 * @example
 * ```ts
 * import { openRecording } from "../open_recording.ts";
 * import { encodeAsBin } from "./bin.ts";
 * const file = new File(["t,x,y,p\n1000,5,7,1\n"], "hand.csv");
 * const [bytes] = await Array.fromAsync(
 *   encodeAsBin(await openRecording(file)),
 * );
 * if (bytes.join() !== "5,7,128,3,232") throw new Error(`${bytes}`);
 * ```
 */
export async function* encodeAsBin(
  recording: OpenRecording,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let baseUs = 0;
  for await (const block of recording.blocks()) {
    const { x, y, t, p } = block;
    checkEvents(block, {
      format: ".bin",
      sensor: { width: 256, height: LOOP_ROW },
      endUs: END_US,
    });
    const latest = t.reduce((latest, time) => Math.max(latest, time), 0);
    const loops = Math.max(0, Math.ceil((latest - baseUs) / LOOP_US));
    const bytes = new Uint8Array(EVENT_BYTES * (t.length + loops));
    let at = 0;
    for (let i = 0; i < t.length; i++) {
      for (; t[i] - baseUs >= TIME_RANGE_US; baseUs += LOOP_US) {
        bytes[at + 1] = LOOP_ROW;
        at += EVENT_BYTES;
      }
      const time = Math.floor(t[i]) - baseUs;
      if (time < 0) {
        throw new RangeError(
          `Cannot write .bin: an event is at ${
            t[i]
          } µs, the file has reached ` +
            `${baseUs}`,
        );
      }
      bytes[at] = x[i];
      bytes[at + 1] = y[i];
      bytes[at + 2] = p[i] << 7 | time >>> 16;
      bytes[at + 3] = time >>> 8;
      bytes[at + 4] = time;
      at += EVENT_BYTES;
    }
    yield bytes.subarray(0, at);
  }
}
