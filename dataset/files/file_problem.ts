/**
 * Descriptions of why files cannot be opened, read or written.
 *
 * @module
 */

/** Phrases by error name, because browsers lack Deno's error classes. */
const PROBLEMS: Readonly<Record<string, string>> = {
  NotFound: "there is no such file or folder",
  IsADirectory: "it is a folder",
  PermissionDenied: "permission is denied",
  NotCapable: "the program is not allowed to use it",
  AlreadyExists: "it is a file",
  NotADirectory: "a part of it is a file, not a folder",
};

/** Phrases by system error code, for errors that have no class in Deno. */
const CODES: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EROFS: "its disk is read-only",
};

/**
 * Describes why a file could not be opened, read or written.
 *
 * @param cause The error that the runtime threw.
 * @returns A phrase to put after the colon of a message.
 *
 * @example
 * ```ts
 * import { fileProblem } from "./file_problem.ts";
 * const problem = fileProblem(new Deno.errors.NotFound("os error 2"));
 * if (problem !== "there is no such file or folder") throw new Error(problem);
 * ```
 */
export function fileProblem(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { code = "" } = cause as { code?: string };
  return PROBLEMS[cause.name] ?? CODES[code] ?? cause.message;
}
