/**
 * Errors that cross from one thread to another.
 *
 * @module
 */

import { DatasetError, RecordingError } from "../files/errors.ts";

/** An error that a worker met, as it can be cloned. */
export interface ThreadProblem {
  /** Name of its class. */
  readonly name: string;
  /** Its message. */
  readonly message: string;
  /** The error beneath. */
  readonly cause: unknown;
  /** Its other fields. */
  readonly fields: Partial<Error>;
}

const CLASSES = [DatasetError, RecordingError, RangeError, TypeError];

/**
 * Takes an error apart: cloning it would keep neither its class nor the fields
 * of that class.
 *
 * @param error The error.
 * @returns A value that structured cloning accepts.
 */
export function takeApart(error: unknown): ThreadProblem {
  const { message, cause, name, stack } = error as Error;
  return { name, message, cause, fields: { ...error as Error, stack } };
}

/**
 * Puts an error together again.
 *
 * @param problem Value that a worker posted as its error.
 * @returns The error, of its class.
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
