/**
 * Text header of AEDAT files: version, size of an event, camera.
 *
 * @module
 */

import { RecordingError } from "../../files/errors.ts";
import { BUFFER_BYTES, type RecordingFile } from "../../files/buffered_file.ts";
import {
  backwardSteps,
  PROBED_EVENTS,
  runForward,
} from "../reading/time_order.ts";
import type { ZeroRecords } from "../reading/zero_tail.ts";
import { isText } from "../tables/text_lines.ts";

const LF = 0x0a;
const HASH = 0x23;

/** Header of an AEDAT file. */
export interface AedatHeader {
  /** Version of the format. */
  readonly version: "1.0" | "2.0";
  /** Size of an event in bytes: 6 in version 1.0, 8 in version 2.0. */
  readonly eventBytes: 6 | 8;
  /** Name of the camera, if the header has one. */
  readonly chip?: string;
}

/**
 * Reads the header of an AEDAT file and positions the file at its first event.
 *
 * The header consists of the initial lines that begin with `#` and end in LF or
 * CRLF. A line with control characters is not part of it: an event of version
 * 1.0 may begin with the same byte. The line `#End Of ASCII Header`, which
 * newer versions of jAER write, always ends the header. Without a version line
 * the version is 1.0, as in jAER, unless the file cannot be a recording.
 *
 * @param file The file, at its start.
 * @returns Contents of the header.
 * @throws {RecordingError} If the file is empty, has another version, has a
 *   header of 1 MiB or more or one that is cut off, or is no AEDAT file.
 *
 * @example
 * ```ts
 * import { readAedatHeader } from "./aedat_header.ts";
 * import { RecordingFile } from "../../files/buffered_file.ts";
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "#!AER-DAT2.0\r\n# AEChip: DVS128\r\n");
 * {
 *   using file = await RecordingFile.open(path);
 *   const header = await readAedatHeader(file);
 *   if (header.version !== "2.0" || header.chip !== "DVS128") {
 *     throw new Error("expected AEDAT 2.0 of a DVS128");
 *   }
 * }
 * await Deno.remove(path);
 * ```
 */
export async function readAedatHeader(
  file: RecordingFile,
): Promise<AedatHeader> {
  if (!await file.fill()) throw new RecordingError(file.path, "it is empty");
  let version: string | undefined;
  let chip: string | undefined;
  for (
    let line = takeLine(file);
    line !== undefined && line !== "#End Of ASCII Header";
    line = takeLine(file)
  ) {
    version ??= line.match(/^#!AER-DAT(.*)/)?.[1];
    chip ??= line.match(/^#\s*AEChip:\s*(.+)/)?.[1];
  }
  if (version === undefined) await refuseForeignFile(file);
  switch (version) {
    case undefined:
    case "1.0":
      return { version: "1.0", eventBytes: 6, chip };
    case "2.0":
      return { version, eventBytes: 8, chip };
  }
  throw new RecordingError(
    file.path,
    `it is AEDAT "${version}", only 1.0 and 2.0 can be read`,
    { offset: 0 },
  );
}

/**
 * Describes records of zeros in a file.
 *
 * @param header Its header.
 * @returns Size of a record, and when zeros are events.
 *
 * @example
 * ```ts
 * import { zeroRecords } from "./aedat_header.ts";
 * const { bytes } = zeroRecords({ eventBytes: 8 });
 * if (bytes !== 8) throw new Error("expected 8 bytes");
 * ```
 */
export function zeroRecords(
  { eventBytes }: Pick<AedatHeader, "eventBytes">,
): ZeroRecords & { readonly bytes: number } {
  return {
    bytes: eventBytes,
    least: 1,
    timeAt: (view, at) => view.getUint32(at + eventBytes - 4),
  };
}

/**
 * Takes the next header line, without its line break; `undefined` after the
 * last.
 */
function takeLine(file: RecordingFile): string | undefined {
  const end = file.bytes.indexOf(LF);
  const line = file.bytes.subarray(0, end < 0 ? undefined : end);
  const length = file.offset + line.length;
  const isLine = line[0] === HASH && isText(line);
  if (end < 0 && length === BUFFER_BYTES && (isLine || !line.length)) {
    throw new RecordingError(
      file.path,
      `byte ${file.offset}: the header does not end within ${length} bytes`,
      { offset: file.offset },
    );
  }
  if (!isLine) return undefined;
  if (end < 0) {
    throw new RecordingError(
      file.path,
      `byte ${file.offset} of ${length}: the header ends inside this line`,
      { offset: file.offset },
    );
  }
  file.take(end + 1);
  return new TextDecoder().decode(line).trimEnd();
}

/** Throws if the bytes cannot be events of version 1.0. */
async function refuseForeignFile(file: RecordingFile): Promise<void> {
  if (!await file.fill()) return;
  const { bytes, offset } = file;
  const refuse = (problem: string) => {
    throw new RecordingError(
      file.path,
      `it has no line "#!AER-DAT2.0" and ${problem}`,
      { offset },
    );
  };
  if (isText(bytes)) refuse("is text");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events = Math.min(PROBED_EVENTS, Math.floor(bytes.length / 6));
  const times = Array.from(
    { length: events },
    (_, i) => view.getUint32(6 * i + 2),
  );
  if (!runForward(times)) {
    refuse(
      `read as AEDAT 1.0 its time runs backwards ${backwardSteps(times)} ` +
        `times in ${events} events`,
    );
  }
}
