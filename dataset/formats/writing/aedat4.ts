/**
 * Encoder of recordings as AEDAT 4.
 *
 * @module
 */

import type { Sensor } from "../../events.ts";
import { encodeAedat4 } from "../aedat4/aedat4_encode.ts";
import { commonSensor } from "../reading/common_sensor.ts";
import type { OpenRecording } from "../reading/format.ts";
import { checkEvents } from "./check_events.ts";

/** Maximum sensor side in pixels that signed 16-bit coordinates allow. */
const LARGEST_SIDE = 2 ** 15;

/**
 * Encodes a recording as AEDAT 4 with LZ4 compression. A recording without a
 * sensor size is read twice, first to find the likely one.
 *
 * @param recording The recording.
 * @returns The file in pieces.
 * @throws {RangeError} If an event is outside 32768×32768 pixels, or its time
 *   is negative.
 *
 * @example
 * ```ts
 * import { openRecording } from "../open_recording.ts";
 * import { encodeAsAedat4 } from "./aedat4.ts";
 * const file = new File(["t,x,y,p\n1000,5,7,1\n"], "hand.csv");
 * const pieces = encodeAsAedat4(await openRecording(file));
 * const { sensor } = await openRecording(
 *   new File(await Array.fromAsync(pieces), "hand.aedat4"),
 * );
 * if (sensor?.width !== 6 || sensor.height !== 8) throw new Error("not 6×8");
 * ```
 */
export async function* encodeAsAedat4(
  recording: OpenRecording,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const sensor = recording.sensor ?? await likelySensor(recording);
  yield* encodeAedat4(checked(recording), { sensor });
}

async function* checked(recording: OpenRecording) {
  for await (const block of recording.blocks()) {
    checkEvents(block, {
      format: "AEDAT 4",
      sensor: { width: LARGEST_SIDE, height: LARGEST_SIDE },
      endUs: 2 ** 53,
    });
    yield block;
  }
}

/**
 * Finds the most likely sensor of a recording that does not give its size.
 *
 * @param recording The recording, which is read once.
 * @returns The camera that its events extend over, or else the smallest sensor
 *   that contains all of them.
 *
 * @example
 * ```ts
 * import { openRecording } from "../open_recording.ts";
 * import { likelySensor } from "./aedat4.ts";
 * const file = new File(["t,x,y,p\n1000,631,479,1\n"], "hand.csv");
 * const { width, height } = await likelySensor(await openRecording(file));
 * if (width !== 640 || height !== 480) throw new Error("not 640×480");
 * ```
 */
export async function likelySensor(recording: OpenRecording): Promise<Sensor> {
  let [width, height] = [1, 1];
  for await (const { x, y } of recording.blocks()) {
    for (let i = 0; i < x.length; i++) {
      if (x[i] >= width) width = x[i] + 1;
      if (y[i] >= height) height = y[i] + 1;
    }
  }
  return commonSensor([{ width, height, told: false }]);
}
