/**
 * Encoding of recordings in any writable format.
 *
 * @module
 */

import type { Sensor } from "../../events.ts";
import type { OpenRecording } from "../reading/format.ts";
import { CLOCK_US, encodeAsAedat } from "./aedat.ts";
import { encodeAsAedat4, likelySensor } from "./aedat4.ts";
import { encodeAsBin } from "./bin.ts";
import { encodeAsCsv } from "./csv.ts";
import { encodeAsEvt3 } from "./evt3.ts";
import { encodeAsNpy } from "./npy.ts";
import { encodeAsNpz } from "./npz.ts";
import { encodeAsBs1, encodeAsBs2, encodeAsBs3 } from "./spikes.ts";

/** Encoders by file name suffix. */
const ENCODERS: Readonly<Record<string, typeof encodeAsCsv>> = {
  ".aedat": encodeAsAedat,
  ".aedat4": encodeAsAedat4,
  ".raw": encodeAsEvt3,
  ".bin": encodeAsBin,
  ".bs1": encodeAsBs1,
  ".bs2": encodeAsBs2,
  ".bs3": encodeAsBs3,
  ".csv": encodeAsCsv,
  ".npy": encodeAsNpy,
  ".npz": encodeAsNpz,
};

/** File name suffixes of writable formats. */
export const WRITTEN_ENDINGS: readonly string[] = Object.keys(ENCODERS);

/**
 * Encodes a recording in the format given by the suffix of a file name:
 * `.aedat` (AEDAT 2.0), `.aedat4` (AEDAT 4), `.raw` (Prophesee EVT 3.0), `.bin`
 * (N-MNIST), `.bs1`, `.bs2` or `.bs3` (SLAYER), `.csv`, or `.npy` or `.npz`
 * (NumPy).
 *
 * @param recording The recording.
 * @param name Name or path of the file.
 * @returns The file in pieces; reading starts when the first one is requested.
 * @throws {RangeError} If the name has another suffix, or, while pieces are
 *   read, if an event is out of the format's range.
 *
 * @example
 * ```ts
 * import { openRecording } from "../open_recording.ts";
 * import { encodeRecording } from "./encode_recording.ts";
 * const file = new File(["t,x,y,p\n1000,5,7,1\n"], "hand.csv");
 * const pieces = encodeRecording(await openRecording(file), "hand.raw");
 * const blob = new Blob(await Array.fromAsync(pieces));
 * if (!(await blob.text()).startsWith("% evt 3.0\n")) throw new Error("?");
 * ```
 */
export function encodeRecording(
  recording: OpenRecording,
  name: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const ending = endingOf(name);
  if (ending === undefined) {
    throw new RangeError(
      `Cannot write "${name}": its name does not end in ` +
        WRITTEN_ENDINGS.join(", "),
    );
  }
  return ENCODERS[ending](recording);
}

/** Finds the suffix of a writable format in a file name. */
function endingOf(name: string): string | undefined {
  return WRITTEN_ENDINGS.find((ending) => name.toLowerCase().endsWith(ending));
}

/**
 * Describes what a format does not keep of a recording's times.
 *
 * @param name Name or path of the file.
 * @param firstUs Time of the first event in µs.
 * @returns One line; `undefined` if the format keeps them.
 *
 * @example
 * ```ts
 * import { lossOfTimes } from "./encode_recording.ts";
 * const loss = lossOfTimes("hand.aedat", 2 ** 32 + 5);
 * if (!loss?.endsWith("at 4294967301 µs, is at 5 µs")) throw new Error(loss);
 * ```
 */
export function lossOfTimes(name: string, firstUs: number): string | undefined {
  if (endingOf(name) !== ".aedat" || firstUs < CLOCK_US) return undefined;
  return "times are kept modulo 2^32 µs, which shifts all of them alike: " +
    `the first event, at ${firstUs} µs, is at ${firstUs % CLOCK_US} µs`;
}

/**
 * Guesses the size of the sensor if a format needs it and the recording does
 * not give it.
 *
 * @param name Name or path of the file.
 * @param recording The recording, which is read once if its size is guessed.
 * @returns The likely size; `undefined` if none is to be guessed.
 *
 * @example
 * ```ts
 * import { openRecording } from "../open_recording.ts";
 * import { guessedSensor } from "./encode_recording.ts";
 * const file = new File(["t,x,y,p\n1000,127,126,1\n"], "hand.csv");
 * const sensor = await guessedSensor("a.aedat4", await openRecording(file));
 * if (sensor?.height !== 128) throw new Error("expected a DVS128");
 * ```
 */
export async function guessedSensor(
  name: string,
  recording: OpenRecording,
): Promise<Sensor | undefined> {
  if (endingOf(name) !== ".aedat4" || recording.sensor) return undefined;
  return await likelySensor(recording);
}
