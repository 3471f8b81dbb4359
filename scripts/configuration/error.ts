/**
 * The error of a configuration that cannot be used.
 *
 * @module
 */

import { inOneLine } from "../../dataset/files/errors.ts";

/** A configuration file, or a value set on top of it, that cannot be used. */
export class ConfigurationError extends Error {
  /** Name of the class. */
  override readonly name = "ConfigurationError";
  /** The file. */
  readonly path: string;
  /** Key in dots, such as `training.lr`; empty for the whole file. */
  readonly key: string;
  /** Line in the file, from 1; `undefined` where the file has no such line. */
  readonly line: number | undefined;

  /**
   * Makes the error of one key, line or file.
   *
   * @param path The file.
   * @param problem The problem, without full stop.
   * @param options Key and line of the problem; `override`, the `key=value` set
   * on top of the file that caused it; and the error that caused this one.
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
