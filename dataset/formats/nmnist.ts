/**
 * Reader of N-MNIST: handwritten digits recorded by a moving event camera,
 * 34×34 pixels, one file per digit.
 *
 * @module
 */

import { DatasetError, RecordingError } from "../files/errors.ts";
import { allocateEvents, type Events, type Sensor } from "../events.ts";
import { counted } from "../files/counted.ts";
import { folderOf, join } from "../files/file_path.ts";
import { fileProblem } from "../files/file_problem.ts";
import { type FileSource, nameOf, readBytes } from "../files/file_source.ts";
import type { SampleSource } from "../sample_source.ts";
import { sha256 } from "../files/sha256.ts";
import { findZeroTail, zeroTailError } from "./reading/zero_tail.ts";

/** Sensor region of N-MNIST, 34×34 pixels. */
export const NMNIST_SENSOR: Sensor = { width: 34, height: 34 };

const EVENT_BYTES = 5;

/** File name suffixes of recordings; the first existing file is read. */
const EXTENSIONS = [".bs2", ".bin"];

/** An entry of a list of recordings. */
export interface NmnistEntry {
  /** File name of the recording without suffix. */
  readonly id: string;
  /** The digit, 0 to 9. */
  readonly label: number;
}

/**
 * Reads a recording of N-MNIST, a `.bs2` or `.bin` file.
 *
 * An event has 40 bits: column, row, then one bit of polarity (1 is ON) and 23
 * bits of time in µs, big-endian.
 *
 * @param file The file: its path, or a browser's `Blob`.
 * @returns Its events, in the order recorded.
 * @throws {RecordingError} If the file cannot be read, is empty, is cut off
 *   inside an event, ends in zeros, or has an event outside 34×34 pixels.
 *
 * @example
 * ```ts
 * import { readNmnist } from "./nmnist.ts";
 * const path = await Deno.makeTempFile({ suffix: ".bs2" });
 * await Deno.writeFile(path, Uint8Array.of(33, 2, 0x80, 1, 0));
 * const { x, y, t, p } = await readNmnist(path);
 * if (x[0] !== 33 || y[0] !== 2 || t[0] !== 256 || p[0] !== 1) {
 *   throw new Error("expected an ON event after 256 µs");
 * }
 * await Deno.remove(path);
 * ```
 */
export async function readNmnist(file: FileSource): Promise<Events> {
  const path = nameOf(file);
  const bytes = await readWhole(file);
  if (bytes.length === 0) throw new RecordingError(path, "it is empty");
  const left = bytes.length % EVENT_BYTES;
  if (left !== 0) {
    const offset = bytes.length - left;
    throw new RecordingError(
      path,
      `byte ${offset} of ${bytes.length}: an event has ${EVENT_BYTES} bytes, ` +
        `${left} are left`,
      { offset },
    );
  }
  const zeros = await findZeroTail(bytes, {
    start: 0,
    bytes: EVENT_BYTES,
    least: 2,
    timeAt: (view, at) => view.getUint32(at + 1) & 0x7fffff,
  });
  if (zeros !== undefined) throw zeroTailError(path, zeros);
  const events = allocateEvents(bytes.length / EVENT_BYTES);
  const { width, height } = NMNIST_SENSOR;
  for (let i = 0, at = 0; at < bytes.length; i++, at += EVENT_BYTES) {
    const x = bytes[at];
    const y = bytes[at + 1];
    if (x >= width || y >= height) {
      throw new RecordingError(
        path,
        `byte ${at}: pixel (${x}, ${y}) is outside ${width}×${height}`,
        { offset: at },
      );
    }
    events.x[i] = x;
    events.y[i] = y;
    events.p[i] = bytes[at + 2] >>> 7;
    events.t[i] = (bytes[at + 2] & 0x7f) << 16 | bytes[at + 3] << 8 |
      bytes[at + 4];
  }
  return events;
}

async function readWhole(file: FileSource): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readBytes(file);
  } catch (cause) {
    throw new RecordingError(nameOf(file), fileProblem(cause), { cause });
  }
}

/**
 * Reads a list of N-MNIST recordings: an id and a class per line, separated by
 * white space; lines that start with `#` are comments.
 *
 * @param path Path of the list.
 * @returns Its entries, in list order.
 * @throws {DatasetError} If the list cannot be read or is empty, or a line is
 *   not an id and a digit.
 *
 * @example
 * ```ts
 * import { readNmnistList } from "./nmnist.ts";
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "#sample #class\r\n60001\t7\r\n");
 * const [{ id, label }] = await readNmnistList(path);
 * if (id !== "60001" || label !== 7) throw new Error("expected a seven");
 * await Deno.remove(path);
 * ```
 */
export async function readNmnistList(path: string): Promise<NmnistEntry[]> {
  const text = await Deno.readTextFile(path).catch((cause) => {
    throw new DatasetError(path, fileProblem(cause), { cause });
  });
  const entries: NmnistEntry[] = [];
  for (const [index, row] of text.split("\n").entries()) {
    const line = row.trim();
    if (line === "" || line.startsWith("#")) continue;
    const fields = line.split(/\s+/);
    if (fields.length !== 2) {
      throw new DatasetError(path, `"${line}" is not an id and a class`, {
        line: index + 1,
      });
    }
    const [id, label] = fields;
    if (!/^[0-9]$/.test(label)) {
      throw new DatasetError(path, `class "${label}" is not one of 0 to 9`, {
        line: index + 1,
      });
    }
    entries.push({ id, label: Number(label) });
  }
  if (entries.length === 0) {
    throw new DatasetError(path, "it lists no recordings");
  }
  return entries;
}

/**
 * Opens the listed recordings of N-MNIST.
 *
 * @param listPath Path of a list that `readNmnistList()` can read.
 * @param directory Folder of the recordings, `ID.bs2` or `ID.bin`; the former
 *   is read if both exist. By default, the folder of the list.
 * @returns The recordings, in list order; each is read on demand.
 * @throws {DatasetError} If the list or the folder cannot be read, or a
 *   recording is missing.
 *
 * @example
 * ```ts
 * import { openNmnist } from "./nmnist.ts";
 * const folder = await Deno.makeTempDir();
 * await Deno.writeFile(`${folder}/1.bs2`, Uint8Array.of(33, 2, 0x80, 1, 0));
 * await Deno.writeTextFile(`${folder}/train.txt`, "#sample #class\n1\t5\n");
 * const digits = await openNmnist(`${folder}/train.txt`);
 * const { t } = await digits.events(0);
 * if (digits.labels[0] !== 5 || t[0] !== 256) {
 *   throw new Error("expected a five with an event after 256 µs");
 * }
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function openNmnist(
  listPath: string,
  directory: string = folderOf(listPath),
): Promise<SampleSource> {
  const entries = await readNmnistList(listPath);
  const present = await readNames(directory);
  const recordings = entries.map(({ id }) => {
    const names = EXTENSIONS.map((extension) => id + extension);
    const name = names.find((name) => present.has(name));
    if (name === undefined) {
      const expected = names.map((name) => `"${name}"`).join(" or ");
      throw new DatasetError(directory, `there is no ${expected}`);
    }
    return name;
  });
  const pathOf = (index: number) => {
    if (index in recordings) return join(directory, recordings[index]);
    throw new RangeError(
      `Cannot read sample ${index}: the list has ` +
        counted(recordings.length, "recording"),
    );
  };
  return {
    sensor: NMNIST_SENSOR,
    timing: { unitUs: 1, fromFirstEvent: false },
    classes: Array.from("0123456789"),
    labels: entries.map(({ label }) => label),
    events: async (index) => await readNmnist(pathOf(index)),
    async origin(index) {
      const digest = await sha256(await readWhole(pathOf(index)));
      return { recording: recordings[index], digest };
    },
  };
}

/** Reads the file names in a folder. */
async function readNames(directory: string): Promise<Set<string>> {
  try {
    return new Set((await Array.fromAsync(Deno.readDir(directory)))
      .map(({ name }) => name));
  } catch (cause) {
    throw new DatasetError(directory, fileProblem(cause), { cause });
  }
}
