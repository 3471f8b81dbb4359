/**
 * CSV files, with columns selected by the names in the header.
 *
 * @module
 */

import papaparse from "npm:papaparse@5.7.1";
import { DatasetError } from "./errors.ts";
import { fileProblem } from "./file_problem.ts";
import { type FileSource, nameOf, readBytes } from "./file_source.ts";

/** One row of a table. */
export interface Row {
  /** Line number in the file, from 1. */
  readonly line: number;
  /** Fields of the requested columns, in the order requested; "" if missing. */
  readonly fields: readonly string[];
}

/** Result of Papa Parse, whose npm package has no types. */
interface Parsed {
  readonly data: readonly string[][];
  readonly errors: readonly {
    readonly message: string;
    readonly row?: number;
  }[];
}

/**
 * Reads columns of a CSV file by the names in its first line. The file may have
 * them in any order, and other columns too.
 *
 * @param file The file: its path, or a browser's `Blob`.
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
  file: FileSource,
  columns: readonly string[],
): Promise<Row[]> {
  const path = nameOf(file);
  const { header, rows } = await readRows(file);
  const places = columns.map((column) => {
    const place = header?.fields.indexOf(column) ?? -1;
    if (place < 0) {
      throw new DatasetError(path, `there is no column "${column}"`, {
        line: header?.line,
      });
    }
    return place;
  });
  return rows.map(({ line, fields }) => ({
    line,
    fields: places.map((place) => fields[place] ?? ""),
  }));
}

/**
 * Reads all rows of a CSV file.
 *
 * @param file The file: its path, or a browser's `Blob`.
 * @param options Field delimiter, a comma by default.
 * @returns The first line, and the rows below it without empty lines.
 * @throws {DatasetError} If the file cannot be read, or a quote is not closed.
 *
 * @example
 * ```ts
 * import { readRows } from "./csv_table.ts";
 * const file = new File(["file;label\n1.raw;wave\n"], "list.csv");
 * const { header, rows } = await readRows(file, { delimiter: ";" });
 * if (`${header?.fields} ${rows[0].fields}` !== "file,label 1.raw,wave") {
 *   throw new Error("misread");
 * }
 * ```
 */
export async function readRows(
  file: FileSource,
  { delimiter = "," }: { readonly delimiter?: string } = {},
): Promise<{ readonly header: Row | undefined; readonly rows: Row[] }> {
  const path = nameOf(file);
  const text = await readText(file);
  const { data, errors: [error] }: Parsed = papaparse.parse(
    text.replaceAll(/\r\n?/g, "\n"),
    { delimiter, newline: "\n" },
  );
  let lines = 0;
  const all = data.map((row): Row => {
    const line = lines + 1;
    // A quoted field may contain line breaks.
    lines += row.join().split("\n").length;
    return { line, fields: row.map((field) => field.trim()) };
  });
  if (error !== undefined) {
    const line = error.row === undefined ? undefined : all[error.row]?.line;
    throw new DatasetError(path, error.message, { line });
  }
  const rows = all.filter(({ fields }) =>
    fields.length > 1 || fields[0] !== ""
  );
  return { header: rows.shift(), rows };
}

/**
 * Reads a UTF-8 text file, with or without a byte order mark.
 *
 * @param file The file: its path, or a browser's `Blob`.
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
export async function readText(file: FileSource): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true })
      .decode(await readBytes(file));
  } catch (cause) {
    throw new DatasetError(nameOf(file), fileProblem(cause), { cause });
  }
}
