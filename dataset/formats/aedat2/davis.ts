/**
 * Reader of DAVIS240 and DAVIS346 recordings in AEDAT 2.0.
 *
 * An address has 32 bits, big-endian. Bit 31 marks APS and IMU samples; DVS
 * events have y in bits 22–30, x in bits 12–21 and p in bit 11. Bit 10 marks
 * signals of the synchronisation input. Both axes are reversed: address (0, 0)
 * is the lower right pixel of the picture.
 *
 * Source: iniVation, AEDAT 2.0 file format.
 *
 * @module
 */

import { sensorOfCamera } from "../aedat3/cameras.ts";
import { readAedatHeader, zeroRecords } from "./aedat_header.ts";
import { type BlockBuilder, gatherBlocks } from "../reading/block_builder.ts";
import { countedRecording } from "../reading/counted_recording.ts";
import { cutRecord } from "../reading/cut_off.ts";
import { type FaultCounts, OUTSIDE } from "../reading/fault_counts.ts";
import { RecordingError } from "../../files/errors.ts";
import type { Sensor } from "../../events.ts";
import { RecordingFile } from "../../files/buffered_file.ts";
import type { FileSource } from "../../files/file_source.ts";
import type { OpenRecording, RecordingFormat } from "../reading/format.ts";
import { endBeforeZeros } from "../reading/zero_tail.ts";

const EVENT_BYTES = 8;

/** Flag of APS and IMU samples. */
const SAMPLE_BIT = 0x80000000;

/** Flag of signals at the synchronisation input. */
const SIGNAL_BIT = 0x400;

/** Header line with the name of one of these cameras. */
const CHIP_LINE = /^#\s*AEChip:\s*\S*\bdavis(240|346)/im;

/**
 * AEDAT 2.0 with a DAVIS240 or DAVIS346 in the header.
 *
 * DVS events are read; APS and IMU samples and signals at the synchronisation
 * input are skipped and counted as faults. The 32-bit times are unwrapped, for
 * which consecutive records must be less than 35 minutes apart.
 *
 * @example
 * ```ts
 * import { davis } from "./davis.ts";
 * const header = "#!AER-DAT2.0\r\n# AEChip: Davis346red\r\n";
 * const event = new DataView(new ArrayBuffer(8));
 * event.setUint32(0, (259 - 7) * 2 ** 22 + (345 - 5) * 2 ** 12 + 2 ** 11);
 * event.setUint32(4, 1000);
 * const recording = await davis.open(new Blob([header, event]));
 * for await (const { x, y, t, p } of recording.blocks()) {
 *   if (`${x},${y},${t},${p}` !== "5,7,1000,1") throw new Error("misread");
 * }
 * ```
 */
export const davis: RecordingFormat = {
  name: "AEDAT 2.0 (DAVIS)",
  matches(head) {
    const text = new TextDecoder().decode(head);
    return text.startsWith("#!AER-DAT2.0") && CHIP_LINE.test(text);
  },
  async open(source: FileSource): Promise<OpenRecording> {
    using file = await RecordingFile.open(source);
    const sensor = await readSensor(file);
    return countedRecording({
      format: "AEDAT 2.0 (DAVIS)",
      sensor,
      read: (faults) =>
        gatherBlocks(async function* (builder) {
          using file = await RecordingFile.open(source);
          await readSensor(file);
          const records = zeroRecords({ eventBytes: EVENT_BYTES });
          await endBeforeZeros(file, source, records);
          yield* readEvents(file, { sensor, builder, faults });
        }),
    });
  },
};

/** Reads the header and positions the file at its first event. */
async function readSensor(file: RecordingFile): Promise<Sensor> {
  const { version, chip = "" } = await readAedatHeader(file);
  const sensor = sensorOfCamera(chip);
  if (version !== "2.0" || !CHIP_LINE.test(`# AEChip: ${chip}`) || !sensor) {
    throw new RecordingError(
      file.path,
      `it is AEDAT ${version} of "${chip}", not AEDAT 2.0 of a DAVIS240 or ` +
        `DAVIS346`,
      { offset: 0 },
    );
  }
  return sensor;
}

/** Options for decoding records. */
interface DecodeOptions {
  readonly sensor: Sensor;
  readonly builder: BlockBuilder;
  readonly faults: FaultCounts;
}

async function* readEvents(
  file: RecordingFile,
  options: DecodeOptions,
): AsyncGenerator<void> {
  let time: number | undefined;
  while (await file.fill()) {
    const { bytes, offset } = file;
    if (bytes.length < EVENT_BYTES) {
      throw cutRecord(file.path, {
        name: "event",
        bytes: EVENT_BYTES,
        offset,
        left: bytes.length,
      });
    }
    const records = Math.min(
      Math.floor(bytes.length / EVENT_BYTES),
      options.builder.room,
    );
    const taken = bytes.subarray(0, records * EVENT_BYTES);
    time = decodeRecords(taken, { ...options, offset, time });
    file.take(taken.length);
    yield;
  }
}

/**
 * Decodes records into a builder with room for all of them; returns the last
 * time.
 */
function decodeRecords(
  bytes: Uint8Array<ArrayBuffer>,
  { sensor, builder, faults, offset, time }: DecodeOptions & {
    /** Byte offset of the first record in the file. */
    readonly offset: number;
    /** Unwrapped time of the preceding record in µs. */
    readonly time: number | undefined;
  },
): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { x, y, t, p } = builder;
  const [right, bottom] = [sensor.width - 1, sensor.height - 1];
  let latest = time ?? view.getUint32(4);
  let count = builder.count;
  for (let at = 0; at < bytes.length; at += EVENT_BYTES) {
    const address = view.getUint32(at);
    latest += (view.getUint32(at + 4) - latest) | 0;
    const column = right - (address >>> 12 & 0x3ff);
    const row = bottom - (address >>> 22 & 0x1ff);
    if (
      address >= SAMPLE_BIT || (address & SIGNAL_BIT) !== 0 ||
      column < 0 || row < 0
    ) {
      faults.add(
        address >= SAMPLE_BIT
          ? "samples of the APS and the IMU, which are left out"
          : (address & SIGNAL_BIT) !== 0
          ? "signals at the synchronisation input, which are left out"
          : OUTSIDE,
        offset + at,
      );
      continue;
    }
    x[count] = column;
    y[count] = row;
    t[count] = latest;
    p[count] = address >>> 11 & 1;
    count++;
  }
  builder.count = count;
  return latest;
}
