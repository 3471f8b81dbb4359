/**
 * What a caller of the dataset functions may want to catch.
 *
 * @module
 */

import { shownLine } from "./files/shown_line.ts";

/**
 * Words a problem in one line that is not too long, whatever it quotes.
 *
 * @param problem What is the case.
 * @returns The same without control characters and full stop, maybe shortened.
 *
 * @example
 * ```ts
 * import { inOneLine } from "./errors.ts";
 * const line = inOneLine('class is "a\u0000\nb".');
 * if (line !== 'class is "a b"') throw new Error(line);
 * ```
 */
export function inOneLine(problem: string): string {
  return shownLine(problem).replace(/\.$/, "");
}

/** A recording that cannot be read. */
export class RecordingError extends Error {
  /** `"RecordingError"`. */
  override readonly name = "RecordingError";
  /** The file. */
  readonly path: string;
  /** Where in the file, in bytes; `undefined` if the whole file is meant. */
  readonly offset: number | undefined;

  /**
   * Words the problem.
   *
   * @param path The file.
   * @param problem What is the case, without full stop.
   * @param options Byte offset of the problem and the error beneath.
   */
  constructor(
    path: string,
    problem: string,
    options: { offset?: number; cause?: unknown } = {},
  ) {
    super(`Cannot read recording "${path}": ${inOneLine(problem)}`, {
      cause: options.cause,
    });
    this.path = path;
    this.offset = options.offset;
  }
}

/** A tag file, list, class file or event store that cannot be used. */
export class DatasetError extends Error {
  /** `"DatasetError"`. */
  override readonly name = "DatasetError";
  /** The file or folder. */
  readonly path: string;
  /** What is the case. */
  readonly problem: string;
  /** Line of a text file, counted from 1. */
  readonly line: number | undefined;

  /**
   * Words the problem.
   *
   * @param path The file or folder.
   * @param problem What is the case, without full stop.
   * @param options Line of the problem and the error beneath.
   */
  constructor(
    path: string,
    problem: string,
    options: { line?: number; cause?: unknown } = {},
  ) {
    const place = options.line === undefined ? "" : ` line ${options.line}`;
    super(`Cannot use "${path}"${place}: ${inOneLine(problem)}`, {
      cause: options.cause,
    });
    this.path = path;
    this.problem = inOneLine(problem);
    this.line = options.line;
  }
}
