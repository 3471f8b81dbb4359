/**
 * Header of AEDAT 3.1 files.
 *
 * @module
 */

import type { Sensor } from "../../events.ts";
import type { RandomAccessFile } from "../../files/random_access_file.ts";
import { sensorOfCamera } from "./cameras.ts";

/** First line of a file. */
export const VERSION_LINE = "#!AER-DAT3.1";

/** Last line of a header. */
const END_LINE = "#!END-HEADER";

/** Maximum size of a header in bytes. */
const MAX_BYTES = 1 << 20;

const LF = 0x0a;

/** Contents of a header. */
export interface Aedat3Header {
  /** Byte offset of the first packet. */
  readonly end: number;
  /** Sensor of the camera, if the header names a known one. */
  readonly sensor: Sensor | undefined;
}

/**
 * Reads the header of an AEDAT 3.1 file.
 *
 * The sensor is that of the first line `#Source`; a line `#-Source` describes a
 * file from which this one was made.
 *
 * @param file The file.
 * @returns The fields of the header.
 * @throws {RecordingError} If the file is of another format or version, its
 *   packets are compressed, or its header does not end within 1 MiB.
 *
 * @example
 * ```ts
 * import { readAedat3Header } from "./aedat3_header.ts";
 * import { RandomAccessFile } from "../../files/random_access_file.ts";
 * const lines = ["#!AER-DAT3.1", "#Source 1: DVS128", "#!END-HEADER", ""];
 * const blob = new Blob([lines.join("\r\n")]);
 * using file = await RandomAccessFile.open(blob);
 * const { end, sensor } = await readAedat3Header(file);
 * if (end !== blob.size || sensor?.width !== 128) throw new Error("misread");
 * ```
 */
export async function readAedat3Header(
  file: RandomAccessFile,
): Promise<Aedat3Header> {
  const bytes = await file.read(0, Math.min(file.size, MAX_BYTES));
  let sensor: Sensor | undefined;
  for (let start = 0;;) {
    const end = bytes.indexOf(LF, start);
    const line = new TextDecoder().decode(
      bytes.subarray(start, end < 0 ? start + 80 : end),
    ).trimEnd();
    if (start === 0 && line !== VERSION_LINE) {
      throw file.damage(0, `the line "${VERSION_LINE}" belongs here`);
    }
    if (end < 0 || !line.startsWith("#")) {
      throw file.damage(start, `the line "${END_LINE}" belongs here or before`);
    }
    if (line === END_LINE) return { end: end + 1, sensor };
    const [, format] = /^#Format:\s*(.*)/.exec(line) ?? [];
    if (format !== undefined && format !== "RAW") {
      throw file.damage(
        start,
        `its packets are "${format}", only RAW can be read`,
      );
    }
    const [, camera] = /^#Source \d+:\s*(.*)/.exec(line) ?? [];
    if (camera !== undefined) sensor ??= sensorOfCamera(camera);
    start = end + 1;
  }
}
