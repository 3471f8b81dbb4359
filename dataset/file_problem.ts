/**
 * What to say of files that cannot be used.
 *
 * @module
 */

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
  if (cause instanceof Deno.errors.NotFound) {
    return "there is no such file or folder";
  }
  if (cause instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (cause instanceof Deno.errors.PermissionDenied) {
    return "permission is denied";
  }
  if (cause instanceof Deno.errors.AlreadyExists) return "it is a file";
  if (cause instanceof Deno.errors.NotADirectory) {
    return "a part of it is a file, not a folder";
  }
  return cause instanceof Error ? cause.message : String(cause);
}
