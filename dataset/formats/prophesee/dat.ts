/**
 * Reader of Prophesee's DAT files: a header, then a time and an address per
 * event.
 *
 * The header is followed by two bytes, the type and size of the events. An
 * event consists of two little-endian 32-bit words: the time in µs, then x in
 * bits 0–13, y in bits 14–27 and p in bits 28–31.
 *
 * Source: Prophesee, "DAT File Format".
 *
 * @module
 */

import { RecordingError } from "../../files/errors.ts";
import { RecordingFile } from "../../files/buffered_file.ts";
import { nameOf } from "../../files/file_source.ts";
import type { RecordingFormat } from "../reading/format.ts";
import {
  decodedRecording,
  type Decoder,
} from "../reading/decoded_recording.ts";
import { type FaultCounts, OUTSIDE } from "../reading/fault_counts.ts";
import { parsePropheseeHeader, sensorOf } from "./raw_header.ts";

/** Types of pixel events: generic (0) and contrast detection (12). */
const EVENT_TYPES: readonly number[] = [0, 12];

/** Size of an event in bytes. */
const EVENT_BYTES = 8;

/** Version with the above layout of events. */
const VERSION = "2";

/** Maximum sensor side in pixels that addresses allow. */
const MAX_PIXELS = 1 << 14;

/** Prophesee's DAT files. */
export const PROPHESEE_DAT: RecordingFormat = {
  name: "Prophesee DAT",
  matches(head) {
    const { start, values } = parsePropheseeHeader(head);
    return start > 0 && head[start + 1] === EVENT_BYTES &&
      (values.has("version") || EVENT_TYPES.includes(head[start]));
  },
  async open(file) {
    using opened = await RecordingFile.open(file);
    await opened.fill();
    const { start, values } = parsePropheseeHeader(opened.bytes);
    const path = nameOf(file);
    const refuse = (problem: string, offset: number) => {
      throw new RecordingError(path, problem, { offset });
    };
    const version = values.get("version") ?? VERSION;
    if (version !== VERSION) {
      refuse(`it is DAT "${version}", only ${VERSION} can be read`, 0);
    }
    const [type, size] = opened.bytes.subarray(start);
    if (size === undefined) {
      const length = opened.bytes.length;
      refuse(
        `byte ${length}: the file ends before the type and size of its events`,
        length,
      );
    }
    if (!EVENT_TYPES.includes(type) || size !== EVENT_BYTES) {
      refuse(
        `byte ${start}: its events have type ${type} and ${size} bytes, only ` +
          `types ${EVENT_TYPES.join(" and ")} of ${EVENT_BYTES} can be read`,
        start,
      );
    }
    const sensor = sensorOf(path, values);
    return decodedRecording(file, {
      format: "Prophesee DAT",
      sensor,
      start: start + 2,
      record: { name: "event", bytes: EVENT_BYTES },
      zeros: { least: 1, timeAt: (view, at) => view.getUint32(at, true) },
      decoder: (faults) =>
        datDecoder(
          sensor ?? { width: MAX_PIXELS, height: MAX_PIXELS },
          faults,
        ),
    });
  },
};

function datDecoder(
  { width, height }: { readonly width: number; readonly height: number },
  faults: FaultCounts,
): Decoder {
  let last: number | undefined;
  let time = 0;
  return {
    decode({ bytes, offset }, { x, y, t, p }) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const end = bytes.length & ~7;
      let [at, events] = [0, 0];
      for (; at < end && events < t.length; at += EVENT_BYTES) {
        const low = view.getUint32(at, true);
        const word = view.getUint32(at + 4, true);
        // The 32-bit clock wraps after 71 minutes.
        time += last === undefined ? low : (low - last) | 0;
        last = low;
        const column = word & 0x3fff;
        const row = word >>> 14 & 0x3fff;
        if (column < width && row < height) {
          x[events] = column;
          y[events] = row;
          t[events] = time;
          p[events] = Number(word >>> 28 !== 0);
          events++;
        } else {
          faults.add(OUTSIDE, offset + at);
        }
      }
      return { taken: at, events };
    },
  };
}
