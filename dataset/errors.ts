/**
 * What a caller of the dataset functions may want to catch.
 *
 * @module
 */

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
    super(`Cannot read recording "${path}": ${problem}`, {
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
    super(`Cannot use "${path}"${place}: ${problem}`, {
      cause: options.cause,
    });
    this.path = path;
    this.line = options.line;
  }
}
