/**
 * Encoder of recordings as Prophesee RAW in EVT 3.0, see `prophesee/evt3.ts`.
 *
 * @module
 */

import type { OpenRecording } from "../reading/format.ts";
import { checkEvents } from "./check_events.ts";

/** Maximum sensor side in pixels that 11-bit addresses allow. */
const MAX_PIXELS = 2048;

/** End of the supported range in µs, 12 days. */
const END_US = 2 ** 40;

/**
 * Largest step of the upper time bits that readers do not take for a backward
 * step.
 */
const MAX_STEP = 2048;

/** Maximum number of words per event, without clock steps. */
const EVENT_WORDS = 4;

/**
 * Encodes a recording as EVT 3.0.
 *
 * The clock starts at 0 and wraps every 17 s. In gaps between events it
 * advances in steps that are small enough to be unwrapped.
 *
 * @param recording The recording.
 * @returns The file in pieces.
 * @throws {RangeError} If an event is outside 2048×2048 pixels, its time is not
 *   in [0, 2⁴⁰) µs, or it precedes the last wrap of the clock.
 *
 * @example
 * ```ts
 * import { openRecording } from "../open_recording.ts";
 * import { encodeAsEvt3 } from "./evt3.ts";
 * const file = new File(["t,x,y,p\n1000,5,7,1\n"], "hand.csv");
 * const [header] = await Array.fromAsync(
 *   encodeAsEvt3(await openRecording(file)),
 * );
 * if (header[0] !== 0x25) throw new Error("expected a header");
 * ```
 */
export async function* encodeAsEvt3(
  recording: OpenRecording,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  yield encodeHeader(recording);
  let [high, low, row] = [-1, -1, -1];
  for await (const block of recording.blocks()) {
    const { x, y, t, p } = block;
    checkEvents(block, {
      format: "EVT 3.0",
      sensor: { width: MAX_PIXELS, height: MAX_PIXELS },
      endUs: END_US,
    });
    const steps = clockSteps(t, high);
    const words = new DataView(
      new ArrayBuffer(2 * (EVENT_WORDS * t.length + steps)),
    );
    let at = 0;
    const put = (word: number) => {
      words.setUint16(at, word, true);
      at += 2;
    };
    for (let i = 0; i < t.length; i++) {
      const time = Math.floor(t[i]);
      const upper = Math.floor(time / 4096);
      if (high - upper >= MAX_STEP || isLooped(high, upper)) {
        throw new RangeError(
          `Cannot write EVT 3.0: an event is at ${time} µs, the clock has ` +
            `looped and reached ${high * 4096}`,
        );
      }
      while (high !== upper) {
        high = upper < high ? upper : Math.min(upper, high + MAX_STEP);
        put(0x8000 | high % 4096);
        low = 0;
      }
      if (low !== time % 4096) {
        low = time % 4096;
        put(0x6000 | low);
      }
      if (row !== y[i]) {
        row = y[i];
        put(row);
      }
      put(0x2000 | p[i] << 11 | x[i]);
    }
    yield new Uint8Array(words.buffer, 0, at);
  }
}

/**
 * Tells whether an upper time belongs to an earlier clock period than another.
 */
function isLooped(high: number, upper: number): boolean {
  return Math.floor(upper / 4096) < Math.floor(high / 4096);
}

/**
 * Computes an upper bound of the number of clock steps in gaps between events.
 */
function clockSteps(t: Float64Array, high: number): number {
  let steps = 0;
  let last = high;
  for (const time of t) {
    const upper = Math.floor(time / 4096);
    if (upper > last) steps += Math.floor((upper - last) / MAX_STEP);
    last = upper;
  }
  return steps;
}

function encodeHeader({ sensor }: OpenRecording): Uint8Array<ArrayBuffer> {
  const lines = ["% evt 3.0"];
  if (sensor !== undefined) {
    const { width, height } = sensor;
    lines.push(`% format EVT3;height=${height};width=${width}`);
    lines.push(`% geometry ${width}x${height}`);
  }
  lines.push("% end");
  return new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
}
