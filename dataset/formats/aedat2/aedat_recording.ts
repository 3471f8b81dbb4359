/**
 * AEDAT 1.0 and 2.0 of the DVS128 in the conventions of all formats: x from the
 * left, y from the top, p = 1 for ON, unwrapped times.
 *
 * @module
 */

import { DVS128 } from "../../events.ts";
import { RecordingFile } from "../../files/buffered_file.ts";
import { readAedat } from "./aedat.ts";
import { readAedatHeader } from "./aedat_header.ts";
import { countedRecording } from "../reading/counted_recording.ts";
import type { RecordingFormat } from "../reading/format.ts";

/** Start of the version line. */
const MARK = /^#!AER-DAT[12]\./;

/** Size of an event in AEDAT 1.0 in bytes: address 2, time 4. */
const EVENT_BYTES = 6;

/** Minimum number of events by which a file without a header is recognised. */
const LEAST_EVENTS = 32;

/** Minimum share of events that are later than the preceding one. */
const LEAST_STEPS = 0.25;

/** AEDAT 1.0 and 2.0. */
export const AEDAT: RecordingFormat = {
  name: "AEDAT 1.0 and 2.0",
  matches(head) {
    return MARK.test(String.fromCharCode(...head.subarray(0, 16)));
  },
  async open(file) {
    using opened = await RecordingFile.open(file);
    const { version } = await readAedatHeader(opened);
    return countedRecording({
      format: `AEDAT ${version}`,
      sensor: DVS128,
      async *read() {
        let last: number | undefined;
        let time = 0;
        for await (const chunk of readAedat(file, { axes: "jaer" })) {
          const { x, y, p } = chunk;
          const t = new Float64Array(x.length);
          for (let i = 0; i < t.length; i++) {
            const low = chunk.t[i];
            time += last === undefined ? low : (low - last) | 0;
            last = low;
            t[i] = time;
            y[i] = DVS128.height - 1 - y[i];
          }
          if (t.length > 0) yield { x, y, t, p };
        }
      },
    });
  },
};

/**
 * AEDAT 1.0 without a header, as the format was before it had one: the first
 * events have addresses of a DVS128, and their times advance and never fall.
 */
export const BARE_AEDAT: RecordingFormat = {
  ...AEDAT,
  name: "AEDAT 1.0 without a header",
  matches({ buffer, byteOffset, length }) {
    const view = new DataView(buffer, byteOffset, length);
    const count = Math.floor(length / EVENT_BYTES);
    let [last, steps] = [0, 0];
    for (let i = 0; i < count; i++) {
      const address = view.getUint16(i * EVENT_BYTES);
      const time = view.getUint32(i * EVENT_BYTES + 2);
      if (address > 0x7fff || time < last) return false;
      if (time > last) steps++;
      last = time;
    }
    return count >= LEAST_EVENTS && steps >= LEAST_STEPS * count;
  },
};
