/**
 * Encoder of recordings of up to 128×128 pixels as AEDAT 2.0.
 *
 * @module
 */

import { DVS128 } from "../../events.ts";
import { encodeAedat } from "../aedat2/aedat_encode.ts";
import type { OpenRecording } from "../reading/format.ts";
import { checkEvents } from "./check_events.ts";

/** Range of the 32-bit clock in µs. */
export const CLOCK_US: number = 2 ** 32;

/** Largest forward step of a 32-bit clock that can be unwrapped, in µs. */
const MAX_STEP_US = 2 ** 31 - 1;

/**
 * Encodes a recording as AEDAT 2.0, with times modulo 2³² µs. Readers undo that
 * if the first one is below.
 *
 * @param recording The recording.
 * @returns The file in pieces.
 * @throws {RangeError} If an event is outside 128×128 pixels, or 35 minutes
 *   apart from the preceding one.
 *
 * @example
 * ```ts
 * import { openRecording } from "../open_recording.ts";
 * import { encodeAsAedat } from "./aedat.ts";
 * const file = new File(["t,x,y,p\n1000,5,7,1\n"], "hand.csv");
 * const [header] = await Array.fromAsync(
 *   encodeAsAedat(await openRecording(file)),
 * );
 * if (header[0] !== 0x23) throw new Error("expected a header");
 * ```
 */
export async function* encodeAsAedat(
  recording: OpenRecording,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const [header] = encodeAedat({
    x: new Uint16Array(),
    y: new Uint16Array(),
    t: new Uint32Array(),
    p: new Uint8Array(),
  });
  yield header;
  let last: number | undefined;
  for await (const block of recording.blocks()) {
    checkEvents(block, {
      format: "AEDAT 2.0 of a DVS128",
      sensor: DVS128,
      endUs: 2 ** 53,
    });
    for (const time of block.t) {
      if (Math.abs(time - (last ?? time)) > MAX_STEP_US) {
        throw new RangeError(
          `Cannot write AEDAT 2.0: an event at ${time} µs follows one at ` +
            `${last} µs, its clock of 32 bits has looped`,
        );
      }
      last = time;
    }
    // Converts upright axes to those of the addresses, see `AedatOptions`.
    const [, ...pieces] = encodeAedat({
      x: block.y.map((row) => DVS128.height - 1 - row),
      y: block.x.map((column) => DVS128.width - 1 - column),
      t: Uint32Array.from(block.t, (time) => time % CLOCK_US),
      p: block.p.map((polarity) => 1 - polarity),
    });
    yield* pieces;
  }
}
