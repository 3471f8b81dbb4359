/**
 * What is thrown when a configuration cannot be used.
 *
 * @module
 */

import { inOneLine } from "../../dataset/errors.ts";

/** A configuration file, or a value set on top of it, that cannot be used. */
export class ConfigurationError extends Error {
  /** Name of the class. */
  override readonly name = "ConfigurationError";
  /** The file. */
  readonly path: string;
  /** Key in dots, such as `training.lr`; empty if the whole file is meant. */
  readonly key: string;
  /** Line in the file, from 1; `undefined` where no line is to blame. */
  readonly line: number | undefined;

  /**
   * Words the problem.
   *
   * @param path The file.
   * @param problem What is the case, without full stop.
   * @param options Key and line of the problem, the `key=value` set on top of
   * the file that brought it in, and the error beneath.
   */
  constructor(
    path: string,
    problem: string,
    options: {
      key?: string;
      line?: number;
      override?: string;
      cause?: unknown;
    } = {},
  ) {
    const place = options.override !== undefined
      ? ` with "${inOneLine(options.override)}"`
      : options.line !== undefined
      ? ` line ${options.line}`
      : "";
    const line = inOneLine(problem);
    super(`Cannot use configuration "${path}"${place}: ${line}`, {
      cause: options.cause,
    });
    this.path = path;
    this.key = options.key ?? "";
    this.line = options.line;
  }
}
