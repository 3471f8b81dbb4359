/**
 * Streaming decoder of DVS128 recordings in AEDAT 1.0 and 2.0.
 *
 * @module
 */

import { RecordingFile } from "../../files/buffered_file.ts";
import { DVS128 } from "../../events.ts";
import { RecordingError } from "../../files/errors.ts";
import { type FileSource, nameOf } from "../../files/file_source.ts";
import type { Decoder, Decoding } from "../reading/decoded_recording.ts";
import type { AedatOptions } from "./aedat.ts";
import { decodeEvents, turnToJaerAxes } from "./aedat_decode.ts";
import { readAedatHeader, zeroRecords } from "./aedat_header.ts";

/**
 * Reads the header and returns the decoder of a file.
 *
 * @param file The file, or its beginning with the whole header.
 * @param options Axes: `"reference"` as in `readAedat()`; otherwise x is from
 *   the left, y from the top, and p = 1 is ON.
 * @returns Format, sensor and decoder.
 * @throws {RecordingError} If the header is damaged.
 */
export async function aedatDecoding(
  file: FileSource,
  { axes }: AedatOptions,
): Promise<Decoding> {
  using opened = await RecordingFile.open(file);
  const { version, eventBytes } = await readAedatHeader(opened);
  return {
    format: `AEDAT ${version}`,
    sensor: DVS128,
    start: opened.offset,
    record: { name: "event", bytes: eventBytes },
    zeros: zeroRecords({ eventBytes }),
    decoder: () =>
      aedatDecoder(nameOf(file), {
        eventBytes,
        isUpright: axes !== "reference",
      }),
  };
}

function aedatDecoder(
  path: string,
  { eventBytes, isUpright }: {
    readonly eventBytes: 6 | 8;
    readonly isUpright: boolean;
  },
): Decoder {
  let last: number | undefined;
  let time = 0;
  return {
    decode({ bytes, offset }, block) {
      const room = Math.min(bytes.length, block.t.length * eventBytes);
      const taken = room - room % eventBytes;
      const { foreign, ...decoded } = decodeEvents(
        bytes.subarray(0, taken),
        eventBytes,
      );
      if (foreign !== undefined) {
        const at = offset + foreign * eventBytes;
        throw new RecordingError(
          path,
          `byte ${at}: its address is not a DVS128's`,
          { offset: at },
        );
      }
      const { x, y, t, p } = isUpright ? turnToJaerAxes(decoded) : decoded;
      for (let i = 0; i < t.length; i++) {
        // The 32-bit clock wraps after 71 minutes.
        time += last === undefined ? t[i] : (t[i] - last) | 0;
        last = t[i];
        block.x[i] = x[i];
        block.y[i] = isUpright ? DVS128.height - 1 - y[i] : y[i];
        block.t[i] = time;
        block.p[i] = p[i];
      }
      return { taken, events: t.length };
    },
  };
}
