/**
 * Recordings written as those of N-MNIST are, see `tables/spike_files.ts`.
 *
 * @module
 */

import type { OpenRecording } from "../reading/format.ts";
import { checkEvents } from "./check_events.ts";

const EVENT_BYTES = 5;

/** Row of the events that add to the time. */
const LOOP_ROW = 240;

/** Time in µs that one of them adds. */
const LOOP_US = 1 << 13;

/** First time in µs that an event has no bits for. */
const TIME_RANGE_US = 1 << 23;

/** First time in µs, 2.4 hours, that a million of such events do not reach. */
const END_US = 2 ** 33;

/**
 * Encodes a recording as `.bin`. Times above 2²³ µs, 8.4 s, take events of row
 * 240, which not every reader of such files knows.
 *
 * @param recording The recording.
 * @returns The file in pieces.
 * @throws {RangeError} If an event is outside 256×240 pixels, not from 0 to
 *   below 2³³ µs, or before the time that the file has reached.
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
