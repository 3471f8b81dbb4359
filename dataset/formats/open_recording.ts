/**
 * Opening of recordings in any readable format.
 *
 * @module
 */

import { davis } from "./aedat2/davis.ts";
import { aedat3 } from "./aedat3/aedat3.ts";
import { aedat4 } from "./aedat4/aedat4.ts";
import { hdf5 } from "./hdf5/hdf5.ts";
import { mcap, ros2Bag, rosBag } from "./ros/ros.ts";
import { RecordingError } from "../files/errors.ts";
import { RecordingFile } from "../files/buffered_file.ts";
import { type FileSource, nameOf } from "../files/file_source.ts";
import { AEDAT, BARE_AEDAT } from "./aedat2/aedat_recording.ts";
import { EVENT_STREAM } from "./event_stream.ts";
import type {
  OpenOptions,
  OpenRecording,
  RecordingFormat,
} from "./reading/format.ts";
import { PROPHESEE_DAT } from "./prophesee/dat.ts";
import { PROPHESEE_RAW } from "./prophesee/raw.ts";
import { NPY_TABLE, NPZ_TABLE } from "./tables/numpy.ts";
import { SPIKE_FILES } from "./tables/spike_files.ts";
import { TEXT_TABLE } from "./tables/text.ts";

/** Formats recognised by content; the first match counts. */
const MARKED: readonly RecordingFormat[] = [
  davis,
  AEDAT,
  aedat3,
  aedat4,
  PROPHESEE_RAW,
  PROPHESEE_DAT,
  EVENT_STREAM,
  NPY_TABLE,
  NPZ_TABLE,
  hdf5,
  rosBag,
  ros2Bag,
  mcap,
];

/** Formats without a signature, by file name suffix. */
const UNMARKED: Readonly<Record<string, RecordingFormat>> = {
  ".aedat": AEDAT,
  ".dat": AEDAT,
  ...SPIKE_FILES,
  ".csv": TEXT_TABLE,
  ".tsv": TEXT_TABLE,
  ".txt": TEXT_TABLE,
};

/** Formats without a signature, recognised by their first events. */
const NAMELESS: readonly RecordingFormat[] = [TEXT_TABLE, BARE_AEDAT];

/** Number of bytes by which formats are recognised. */
const HEAD_BYTES = 4096;

/**
 * Opens a recording in any readable format: AEDAT 1.0, 2.0, 3.1 and 4,
 * Prophesee RAW (EVT 2.0, 2.1, 3.0) and DAT, Event Stream, HDF5 (Metavision,
 * DSEC, SHD and SSC), ROS bags and MCAP, NumPy arrays and archives, text,
 * N-MNIST and SLAYER's spike files.
 *
 * The format is recognised by the file's content, or by its name's suffix if
 * the format has no signature. With any other name, text and AEDAT 1.0 are
 * recognised by their first events.
 *
 * @param file The file: its path, or a browser's `Blob`.
 * @param options Properties that the format does not store.
 * @returns The recording; `blocks()` reads its events.
 * @throws {RecordingError} If the file cannot be read, is empty or of an
 *   unknown format, or its header is damaged.
 *
 * @example
 * ```ts
 * import { openRecording } from "./open_recording.ts";
 * const file = new File(["t,x,y,p\n1000,5,7,1\n"], "hand.csv");
 * const recording = await openRecording(file);
 * for await (const { x, y, t, p } of recording.blocks()) {
 *   if (`${[x[0], y[0], t[0], p[0]]}` !== "5,7,1000,1") {
 *     throw new Error("expected an event");
 *   }
 * }
 * ```
 */
export async function openRecording(
  file: FileSource,
  options: OpenOptions = {},
): Promise<OpenRecording> {
  const head = await readHead(file);
  const name = nameOf(file).toLowerCase();
  const ending = Object.keys(UNMARKED).find((end) => name.endsWith(end));
  const find = (formats: readonly RecordingFormat[]) =>
    formats.find((format) => format.matches(head));
  const format = find(MARKED) ??
    (ending === undefined ? find(NAMELESS) : UNMARKED[ending]);
  if (format !== undefined) return await format.open(file, options);
  throw new RecordingError(
    nameOf(file),
    `it has no mark of ${MARKED.map(({ name }) => name).join(", ")}, and its ` +
      `name does not end in ${Object.keys(UNMARKED).join(", ")}`,
    { offset: 0 },
  );
}

/** Reads the first bytes of a file. */
async function readHead(file: FileSource): Promise<Uint8Array> {
  using opened = await RecordingFile.open(file);
  if (await opened.fill()) return opened.bytes.slice(0, HEAD_BYTES);
  throw new RecordingError(nameOf(file), "it is empty", { offset: 0 });
}
