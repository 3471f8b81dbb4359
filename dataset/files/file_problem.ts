/**
 * What to say of files that cannot be used.
 *
 * @module
 */

/** Problems by the names of errors, which Deno has and browsers have not. */
const PROBLEMS: Readonly<Record<string, string>> = {
  NotFound: "there is no such file or folder",
  IsADirectory: "it is a folder",
  PermissionDenied: "permission is denied",
  NotCapable: "the program is not allowed to use it",
  AlreadyExists: "it is a file",
  NotADirectory: "a part of it is a file, not a folder",
};

/** Problems that have no class of errors, by the code of the system. */
const CODES: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EROFS: "its disk can only be read",
};

/**
 * Says why a file could not be opened, read or written.
 *
 * @param cause What the runtime threw.
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
