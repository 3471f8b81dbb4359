/**
 * Reader of the text files of SL-Animals: lists of recordings, classes and
 * tags.
 *
 * @module
 */

import { counted } from "../files/counted.ts";
import { readTable, readText } from "../files/csv_table.ts";
import { DatasetError } from "../files/errors.ts";
import { type FileSource, nameOf } from "../files/file_source.ts";

/** The four sessions in which the signs were recorded. */
export type Session = "S1" | "S2" | "S3" | "S4";

/** Person and session in the name of a recording. */
export interface RecordingName {
  /** Number of the person who signs. */
  readonly person: number;
  /** Session in which the person was recorded. */
  readonly session: Session;
}

/** A sign in a recording, a range of its records. */
export interface Tag {
  /** Class of the sign, from 0. */
  readonly label: number;
  /** Index of the first record, from 0; special events count as records. */
  readonly start: number;
  /** Index after the last record. */
  readonly end: number;
  /** Line of the tag file, from 1; absent without a tag file. */
  readonly line?: number;
}

const SESSIONS: Readonly<Record<string, Session>> = {
  indoor: "S3",
  sunlight: "S4",
  imse: "S1",
  dc: "S2",
};

/**
 * Parses person and session from the name of a recording.
 *
 * @param name Name of the recording without suffix, such as `user00_indoor`.
 * @returns Person and session.
 * @throws {RangeError} If the name is not of this form.
 *
 * @example
 * ```ts
 * import { sessionOf } from "./sl_animals.ts";
 * const { person, session } = sessionOf("user26_imse");
 * if (person !== 26 || session !== "S1") throw new Error("misread");
 * ```
 */
export function sessionOf(name: string): RecordingName {
  const [, person, place] = /^user(\d{1,9})_([a-z]+)$/.exec(name) ?? [];
  const session = Object.hasOwn(SESSIONS, place ?? "")
    ? SESSIONS[place]
    : undefined;
  if (session === undefined) {
    throw new RangeError(
      `Cannot tell person and session from "${name}": a recording is named ` +
        `like user00_${Object.keys(SESSIONS).join(", user00_")}`,
    );
  }
  return { person: Number(person), session };
}

/**
 * Reads a list of recordings, one name per line; blank lines are ignored.
 *
 * Names must have the form that {@linkcode sessionOf} parses, so that a list
 * cannot refer to files outside the folder of the recordings.
 *
 * @param path Path of the list.
 * @returns The names, in list order.
 * @throws {DatasetError} If the list cannot be read or is empty, or if a name
 *   is malformed or listed twice.
 *
 * @example
 * ```ts
 * import { readFileList } from "./sl_animals.ts";
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "user00_indoor\r\n\r\nuser18_sunlight\r\n");
 * const names = await readFileList(path);
 * if (names.join() !== "user00_indoor,user18_sunlight") throw new Error("?");
 * await Deno.remove(path);
 * ```
 */
export async function readFileList(path: string): Promise<string[]> {
  const lineOf = new Map<string, number>();
  const lines = (await readText(path)).split(/\r\n|\r|\n/);
  for (const [index, text] of lines.entries()) {
    const name = text.trim();
    const line = index + 1;
    if (name === "") continue;
    if (lineOf.has(name)) {
      throw new DatasetError(
        path,
        `"${name}" is already on line ${lineOf.get(name)}`,
        { line },
      );
    }
    try {
      sessionOf(name);
    } catch (cause) {
      throw new DatasetError(path, (cause as Error).message, { line, cause });
    }
    lineOf.set(name, line);
  }
  if (lineOf.size === 0) throw new DatasetError(path, "it names no recording");
  return [...lineOf.keys()];
}

/**
 * Reads the names of the classes from a CSV file with the columns `class`
 * (1, 2, 3 …) and `class Def`.
 *
 * @param file The file: its path, or a browser's `Blob`.
 * @returns The names; a label is an index into them.
 * @throws {DatasetError} If the file cannot be read, a column is missing, the
 *   numbers are not 1, 2, 3 …, or a name is empty, cannot be shown or is listed
 *   twice.
 *
 * @example
 * ```ts
 * import { readClasses } from "./sl_animals.ts";
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "class,class Def\n1,cat\n2,dog\n");
 * if ((await readClasses(path))[1] !== "dog") throw new Error("expected dog");
 * await Deno.remove(path);
 * ```
 */
export async function readClasses(file: FileSource): Promise<string[]> {
  const path = nameOf(file);
  const names: string[] = [];
  for (
    const { line, fields } of await readTable(file, ["class", "class Def"])
  ) {
    const name = fields[1];
    checkClass(path, line, fields[0], names.length + 1);
    if (name === "") {
      throw new DatasetError(path, "the name is empty", { line });
    }
    if (!canBeShown(name)) {
      throw new DatasetError(
        path,
        `"${name}" has characters that cannot be shown`,
        { line },
      );
    }
    if (names.includes(name)) {
      throw new DatasetError(path, `"${name}" is listed twice`, { line });
    }
    names.push(name);
  }
  if (names.length === 0) throw new DatasetError(path, "it names no class");
  return names;
}

/**
 * Tells whether a name can be shown in a terminal and a picture: it has no line
 * breaks or other control characters, and no characters that XML forbids.
 *
 * @param name The name.
 * @returns Whether it can be shown.
 *
 * @example
 * ```ts
 * import { canBeShown } from "./sl_animals.ts";
 * if (!canBeShown("sea lion")) throw new Error("expected a name");
 * if (canBeShown("sea\u001b[31mlion")) throw new Error("expected none");
 * ```
 */
export function canBeShown(name: string): boolean {
  return !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/u.test(name);
}

/**
 * Reads the tags of a recording from a CSV file with the columns `class`,
 * `startTime_ev`, `endTime_ev`, and possibly others: one row per class, in
 * order.
 *
 * Despite their names, `startTime_ev` and `endTime_ev` count records, not time.
 *
 * @param file The tag file: its path, or a browser's `Blob`.
 * @param classes Names of the classes.
 * @returns One tag per class, in the order of the classes.
 * @throws {DatasetError} If the file cannot be read, a column is missing, a
 *   field is not a whole number, a sign ends before it starts, or there is not
 *   exactly one row for each class.
 *
 * @example
 * ```ts
 * import { readTags } from "./sl_animals.ts";
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(
 *   path,
 *   "class,startTime_ev,endTime_ev\n1,100,900\n2,950,2000\n",
 * );
 * const tags = await readTags(path, ["cat", "dog"]);
 * if (tags[1].label !== 1 || tags[1].end !== 2000) throw new Error("misread");
 * await Deno.remove(path);
 * ```
 */
export async function readTags(
  file: FileSource,
  classes: readonly string[],
): Promise<Tag[]> {
  const path = nameOf(file);
  const columns = ["class", "startTime_ev", "endTime_ev"];
  const rows = await readTable(file, columns);
  const tags = rows.map(({ line, fields }, label): Tag => {
    checkClass(path, line, fields[0], label + 1);
    const [start, end] = [1, 2].map((column) =>
      parseCount(path, line, columns[column], fields[column])
    );
    if (end <= start) {
      throw new DatasetError(
        path,
        `the sign ends at record ${end}, it starts at ${start}`,
        { line },
      );
    }
    return { label, start, end, line };
  });
  if (tags.length !== classes.length) {
    throw new DatasetError(
      path,
      `it tags ${counted(tags.length, "sign")}, expected ${classes.length}`,
    );
  }
  return tags;
}

function checkClass(
  path: string,
  line: number,
  text: string,
  expected: number,
) {
  if (parseCount(path, line, "class", text) !== expected) {
    throw new DatasetError(
      path,
      `it has class ${text} where class ${expected} is expected`,
      { line },
    );
  }
}

function parseCount(path: string, line: number, column: string, text: string) {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new DatasetError(
      path,
      `${column} is "${text}", which is not a whole number from 0`,
      { line },
    );
  }
  return value;
}
