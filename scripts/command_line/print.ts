/**
 * Lines that a training run prints. Where they cannot be written (a closed
 * terminal or pipe, a log on a full disk) they are lost and the run goes on:
 * its results are in files of their own.
 *
 * @module
 */

import { cleanLine, shownLine } from "../../dataset/files/shown_line.ts";
import { eraseBar } from "./progress.ts";

/**
 * Prints a line, in the place of a progress bar if there is one.
 *
 * @param line The line.
 */
export function print(line: string): void {
  attempt(() => console.log(cleanLine(line)));
}

/**
 * Prints a warning, in the place of a progress bar if there is one.
 *
 * @param warning What is wrong, and what to do about it.
 */
export function warn(warning: string): void {
  attempt(() => console.warn(shownLine(`warning: ${warning}`)));
}

function attempt(write: () => void): void {
  eraseBar();
  try {
    write();
  } catch {
    // Lost, as said above.
  }
}
