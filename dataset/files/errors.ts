/**
 * Errors that a caller of the dataset functions may want to catch.
 *
 * @module
 */

import { shownLine } from "./shown_line.ts";

/**
 * Formats a problem as one short line, whatever it quotes.
 *
 * @param problem The problem in words.
 * @returns The problem without control characters and full stop; the middle of
 *   a long one is cut out.
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
  /** The problem, without path. */
  readonly problem: string;
  /** Byte offset of the problem; `undefined` if it concerns the whole file. */
  readonly offset: number | undefined;

  /**
   * Makes the error and its message.
   *
   * @param path The file.
   * @param problem Description of the problem, without full stop.
   * @param options Byte offset of the problem, and the error that caused it.
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
    this.problem = inOneLine(problem);
    this.offset = options.offset;
  }
}

/**
 * A recording that is cut off inside an event or a packet; the data before the
 * cut are intact.
 */
export class CutOffError extends RecordingError {
  declare readonly offset: number;
  /** Truncated or missing part, such as "the last event, which is cut off". */
  readonly lost: string;
  /** Number of lost parts. */
  readonly count: number;

  /**
   * Makes the error and its message.
   *
   * @param path The file.
   * @param problem Description of the problem, without full stop.
   * @param options Byte offset of the cut, and description and number of the
   *   lost parts.
   */
  constructor(
    path: string,
    problem: string,
    { offset, lost, count = 1 }: {
      readonly offset: number;
      readonly lost: string;
      readonly count?: number;
    },
  ) {
    super(path, problem, { offset });
    this.lost = lost;
    this.count = count;
  }
}

/** A tag file, list, class file or event store that cannot be used. */
export class DatasetError extends Error {
  /** `"DatasetError"`. */
  override readonly name = "DatasetError";
  /** The file or folder. */
  readonly path: string;
  /** The problem, without path and line. */
  readonly problem: string;
  /** Line of a text file, from 1. */
  readonly line: number | undefined;

  /**
   * Makes the error and its message.
   *
   * @param path The file or folder.
   * @param problem Description of the problem, without full stop.
   * @param options Line of the problem, and the error that caused it.
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
