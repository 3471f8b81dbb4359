/**
 * Reader of Event Stream files (`.es`), version 2, which store the time between
 * events.
 *
 * A file starts with `Event Stream`, three version bytes, the type of its
 * events, and the sensor's width and height in 16 bits each, little-endian. A
 * DVS event has the time in bits 1–7 of its first byte and the polarity in bit
 * 0. An ATIS event has the time in bits 2–7 and the polarity in bit 1; bit 0
 * marks exposure measurements, which are skipped. x and y follow in 16 bits
 * each, little-endian, with y from the bottom. Special first bytes without an
 * event add to the time or reset the decoder after an error.
 *
 * Source: the Event Stream specification, version 2.0.
 *
 * @module
 */

import { RecordingError } from "../files/errors.ts";
import type { Sensor } from "../events.ts";
import { RecordingFile } from "../files/buffered_file.ts";
import { nameOf } from "../files/file_source.ts";
import type { RecordingFormat } from "./reading/format.ts";
import { decodedRecording, type Decoder } from "./reading/decoded_recording.ts";
import { type FaultCounts, OUTSIDE } from "./reading/fault_counts.ts";

const MARK = "Event Stream";

/** Supported major version, with any minor version. */
const MAJOR = 2;

/** Sizes of the header and of an event in bytes. */
const HEADER_BYTES = 20;
const EVENT_BYTES = 5;

/** Event types by number. */
const TYPES = ["generic", "DVS", "ATIS", "display", "color"];

/** Layout of the first byte of an event. */
interface FirstByte {
  /** Lowest value of special bytes, which have no event. */
  readonly special: number;
  /** Time that a special byte adds, in µs. */
  readonly addedUs: (byte: number) => number;
  /** Number of flag bits below the time. */
  readonly flags: number;
  /** Index of the polarity bit. */
  readonly polarity: number;
  /** Mask of the bit that marks exposure measurements. */
  readonly exposure: number;
}

const FIRST_BYTES: Readonly<Record<string, FirstByte>> = {
  "DVS": {
    special: 0xfe,
    addedUs: (byte) => byte === 0xff ? 0x7f : 0,
    flags: 1,
    polarity: 0,
    exposure: 0,
  },
  "ATIS": {
    special: 0xfc,
    addedUs: (byte) => 0x3f * (byte & 3),
    flags: 2,
    polarity: 1,
    exposure: 1,
  },
};

/** Event Stream files. */
export const EVENT_STREAM: RecordingFormat = {
  name: "Event Stream",
  matches(head) {
    return MARK === String.fromCharCode(...head.subarray(0, MARK.length));
  },
  async open(file) {
    using opened = await RecordingFile.open(file);
    await opened.fill();
    const { bytes } = opened;
    const refuse = (problem: string, offset: number) => {
      throw new RecordingError(nameOf(file), problem, { offset });
    };
    const [major, minor, patch, number] = bytes.subarray(MARK.length);
    if (number === undefined) {
      refuse(`byte ${bytes.length}: the header has 16 bytes`, bytes.length);
    }
    if (major !== MAJOR) {
      refuse(
        `it is Event Stream ${major}.${minor}.${patch}, only ${MAJOR} can be ` +
          "read",
        MARK.length,
      );
    }
    const type = TYPES[number] ?? `unknown (${number})`;
    if (!Object.hasOwn(FIRST_BYTES, type)) {
      refuse(
        `the type of its events is ${type}: only those of DVS and ATIS have ` +
          "pixels and polarities",
        MARK.length + 3,
      );
    }
    if (bytes.length < HEADER_BYTES) {
      refuse(
        `byte ${bytes.length}: the header has ${HEADER_BYTES} bytes`,
        bytes.length,
      );
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const sensor = {
      width: view.getUint16(16, true),
      height: view.getUint16(18, true),
    };
    return decodedRecording(file, {
      format: `Event Stream ${major}, ${type}`,
      sensor,
      start: HEADER_BYTES,
      record: { name: "event", bytes: EVENT_BYTES },
      zeros: { least: 2 },
      decoder: (faults) => streamDecoder(FIRST_BYTES[type], { sensor, faults }),
    });
  },
};

function streamDecoder(
  { special, addedUs, flags, polarity, exposure }: FirstByte,
  { sensor: { width, height }, faults }: {
    readonly sensor: Sensor;
    readonly faults: FaultCounts;
  },
): Decoder {
  let time = 0;
  return {
    decode({ bytes, offset }, { x, y, t, p }) {
      const end = bytes.length;
      let [at, events] = [0, 0];
      while (at < end && events < t.length) {
        const first = bytes[at];
        if (first >= special) {
          time += addedUs(first);
          at++;
          continue;
        }
        if (at + EVENT_BYTES > end) break;
        const column = bytes[at + 1] | bytes[at + 2] << 8;
        const row = bytes[at + 3] | bytes[at + 4] << 8;
        time += first >>> flags;
        if (column >= width || row >= height) {
          faults.add(OUTSIDE, offset + at);
        } else if ((first & exposure) === 0) {
          x[events] = column;
          y[events] = height - 1 - row;
          t[events] = time;
          p[events] = first >>> polarity & 1;
          events++;
        }
        at += EVENT_BYTES;
      }
      return { taken: at, events };
    },
  };
}
