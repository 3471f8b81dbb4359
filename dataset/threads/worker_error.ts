/**
 * Transfer of errors between threads.
 *
 * @module
 */

import { DatasetError, RecordingError } from "../files/errors.ts";

/** An error of a worker as a cloneable value. */
export interface ThreadProblem {
  /** Name of its class. */
  readonly name: string;
  /** Its message. */
  readonly message: string;
  /** The underlying error. */
  readonly cause: unknown;
  /** Its other fields. */
  readonly fields: Partial<Error>;
}

const CLASSES = [DatasetError, RecordingError, RangeError, TypeError];

/**
 * Converts an error to a plain value, because structured cloning loses its
 * class and the fields of that class.
 *
 * @param error The error.
 * @returns A value that structured cloning accepts.
 */
export function takeApart(error: unknown): ThreadProblem {
  const { message, cause, name, stack } = error as Error;
  return { name, message, cause, fields: { ...error as Error, stack } };
}

/**
 * Restores an error.
 *
 * @param problem Value that a worker posted as its error.
 * @returns The error, with its class if that is known.
 *
 * @example
 * ```ts
 * import { putTogether, takeApart } from "./worker_error.ts";
 * import { DatasetError } from "../files/errors.ts";
 * const parts = takeApart(new DatasetError("events.zarr", "it is gone"));
 * const error = putTogether(structuredClone(parts));
 * if (!(error instanceof DatasetError)) throw new Error("expected its class");
 * ```
 */
export function putTogether(
  { name, message, cause, fields }: ThreadProblem,
): Error {
  const error = new Error(message, { cause });
  const known = CLASSES.find((known) => known.name === name);
  if (known) Object.setPrototypeOf(error, known.prototype);
  return Object.assign(error, fields);
}
