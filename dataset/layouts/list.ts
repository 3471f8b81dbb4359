/**
 * Layout of a CSV file that lists recordings, or parts of them, with their
 * classes.
 *
 * @module
 */

import { readRows } from "../files/csv_table.ts";
import { DatasetError } from "../files/errors.ts";
import { folderOf, join } from "../files/file_path.ts";
import { setNamed } from "./folder_names.ts";
import type { Layout, ListedSample, Part, Place, SetName } from "./layout.ts";
import { withoutRepeats } from "./list_repeats.ts";
import {
  columnNamed,
  isListHeader,
  mayBeListHeader,
  PARTS,
  unusedPeople,
  wrongColumn,
} from "./list_columns.ts";

/**
 * A CSV file with the columns `file` (relative to the folder of the list) and
 * `label`, and optionally `start` and `end` in µs on the recording's own clock
 * (or `start_ms`, `end_ms`; `start_s`, `end_s`; `start_event`, `end_event`),
 * `group`, and `split` (train, validation or test). In a folder it is the only
 * CSV file with these columns, or the files named `train.csv` and `test.csv`.
 */
export const list: Layout = {
  description: "a CSV list with the columns file and label",
  matches: async (place) => (await findLists(place)).length > 0,
  async list(place) {
    const found = await findLists(place);
    if (found.length === 0) {
      throw new DatasetError(place.path, "it has no columns file and label");
    }
    const bySets = found.every(({ path }) => setOf(path) !== undefined);
    if (found.length > 1 && !bySets) {
      const names = found.map(({ path }) => path.split("/").at(-1));
      throw new DatasetError(
        place.path,
        `it has several lists, choose one of ${names.join(", ")}`,
      );
    }
    const lists = await Promise.all(found.map(async (list) => ({
      path: list.path,
      samples: await readList(list, found.length > 1),
    })));
    const { samples, remark } = withoutRepeats(lists);
    const remarks = found.flatMap(({ names }) => unusedPeople(names));
    if (remark !== undefined) remarks.push(remark);
    return { samples, list: found[0].path, remarks: [...new Set(remarks)] };
  },
};

/** Finds the set in the name of a list, such as `train.csv`. */
function setOf(path: string): SetName | undefined {
  return setNamed(path.split("/").at(-1)!.replace(/\.\w+$/, ""));
}

/**
 * Reads a list; with `bySet`, the list's name defines the set of samples
 * without one.
 */
async function readList(
  { path, delimiter }: FoundList,
  bySet: boolean,
): Promise<ListedSample[]> {
  const { header, rows } = await readRows(path, { delimiter });
  const { line, fields: names } = header!;
  const wrong = wrongColumn(names);
  if (wrong !== undefined) throw new DatasetError(path, wrong, { line });
  const columns = names.map(columnNamed);
  const part = PARTS.find(([start, end]) =>
    columns.includes(start) && columns.includes(end)
  );
  const samples = rows.map(({ line, fields }): ListedSample => {
    const field = (name: string) => fields[columns.indexOf(name)] ?? "";
    const refuse = (problem: string): never => {
      throw new DatasetError(path, problem, { line });
    };
    const recording = withSlashes(field("file")) || refuse("it names no file");
    const set = setNamed(field("split"));
    if (set === undefined && field("split") !== "") {
      refuse(
        `split "${field("split")}" is not train, validation or test`,
      );
    }
    return {
      path: recording.startsWith("/")
        ? recording
        : join(folderOf(path), recording),
      recording,
      label: field("label") || refuse("it names no class"),
      group: field("group") || undefined,
      set: set ?? (bySet ? setOf(path) : undefined),
      part: part && partOf(part, field, refuse),
      line,
    };
  });
  if (samples.length === 0) {
    throw new DatasetError(path, "it lists no recording");
  }
  return samples;
}

/** Converts a Windows path to one with slashes. */
function withSlashes(path: string): string {
  return path.includes("/") ? path : path.replaceAll("\\", "/");
}

/**
 * Parses the part of a recording in a row; `undefined`, the whole recording, if
 * both ends are empty.
 */
function partOf(
  [startName, endName, unit, factor]: typeof PARTS[number],
  field: (name: string) => string,
  refuse: (problem: string) => never,
): Part | undefined {
  const words = [field(startName), field(endName)];
  if (words.every((word) => word === "")) return undefined;
  const [start, end] = words.map((word) => {
    const value = word === "" ? NaN : Number(word);
    const whole = unit !== "events" || Number.isInteger(value);
    if (!Number.isFinite(value) || value < 0 || !whole) {
      refuse(`"${word}" is no time or number of an event`);
    }
    return Math.round(value * factor);
  });
  if (end <= start) refuse(`it ends at ${words[1]}, it starts at ${words[0]}`);
  return { start, end, unit };
}

/** A list with its field delimiter and columns. */
interface FoundList {
  readonly path: string;
  readonly delimiter: string;
  /** Column names in its first line. */
  readonly names: readonly string[];
}

/**
 * Finds lists: the place itself, or CSV files in it. Column names may be
 * misspelled.
 */
async function findLists(place: Place): Promise<FoundList[]> {
  const { path, files } = place;
  if (files === undefined) {
    const list = await asTable(path);
    return list && (isListHeader(list.names) || mayBeListHeader(list.names))
      ? [list]
      : [];
  }
  const tables = await Promise.all(
    files.map((name) => asTable(join(path, name))),
  );
  return tables.filter((table) => table !== undefined)
    .filter(({ names }) => isListHeader(names));
}

/**
 * Reads the column names in the first line of a CSV file, if it can be read.
 */
async function asTable(
  path: string,
): Promise<FoundList | undefined> {
  if (!/\.(csv|tsv)$/i.test(path)) return undefined;
  using file = await Deno.open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  const head = new Uint8Array(4096);
  const read = await file.read(head) ?? 0;
  const text = new TextDecoder().decode(head.subarray(0, read));
  const [line] = text.split(/[\r\n]/);
  const [delimiter = ","] = /[,;\t]/.exec(line) ?? [];
  const names = line.replace(/^\ufeff/, "").replaceAll('"', "").split(delimiter)
    .map((name) => name.trim());
  return { path, delimiter, names };
}
