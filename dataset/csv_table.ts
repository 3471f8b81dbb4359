/**
 * CSV files, as columns by name.
 *
 * @module
 */

import { parse } from "npm:csv-parse@7.0.3/sync";
import { DatasetError } from "./errors.ts";
import { fileProblem } from "./file_problem.ts";

/** One row of a table. */
export interface Row {
  /** Its line in the file, counted from 1. */
  readonly line: number;
  /** The fields of the columns asked for, in the order asked; "" if missing. */
  readonly fields: readonly string[];
}

/**
 * Reads columns of a CSV file by the names in its first line, in whatever
 * order and company they stand there.
 *
 * @param path The file.
 * @param columns Names of the columns.
 * @returns The rows below the header, without empty lines.
 * @throws {DatasetError} If the file cannot be read or lacks a column.
 *
 * @example
 * ```ts
 * import { readTable } from "./csv_table.ts";
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "person,class\n7,cat\n");
 * const [{ line, fields }] = await readTable(path, ["class"]);
 * if (line !== 2 || fields[0] !== "cat") throw new Error("misread");
 * await Deno.remove(path);
 * ```
 */
export async function readTable(
  path: string,
  columns: readonly string[],
): Promise<Row[]> {
  const text = await readText(path);
  let rows: { record: string[]; info: { lines: number } }[];
  try {
    rows = parse(text, {
      info: true,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as typeof rows;
  } catch (cause) {
    const { message, lines } = cause as Error & { lines?: number };
    throw new DatasetError(path, message, { line: lines, cause });
  }
  const header = rows.shift();
  const places = columns.map((column) => {
    const place = header?.record.indexOf(column) ?? -1;
    if (place < 0) {
      throw new DatasetError(path, `there is no column "${column}"`, {
        line: header?.info.lines,
      });
    }
    return place;
  });
  return rows.map(({ record, info }) => ({
    line: info.lines,
    fields: places.map((place) => record[place] ?? ""),
  }));
}

/**
 * Reads a UTF-8 text file, with or without a byte order mark.
 *
 * @param path The file.
 * @returns The text without the mark.
 * @throws {DatasetError} If it cannot be read or is not UTF-8.
 *
 * @example
 * ```ts
 * import { readText } from "./csv_table.ts";
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "\ufeffcat");
 * if ((await readText(path)) !== "cat") throw new Error("expected cat");
 * await Deno.remove(path);
 * ```
 */
export async function readText(path: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true })
      .decode(await Deno.readFile(path));
  } catch (cause) {
    throw new DatasetError(path, fileProblem(cause), { cause });
  }
}
