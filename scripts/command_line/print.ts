/**
 * Prints lines of a training run. Where they cannot be written (a closed
 * terminal or pipe, a log on a full disk) they are lost and the run goes on:
 * its results are in files of their own.
 *
 * @module
 */

import { cleanLine, shownLine } from "../../dataset/files/shown_line.ts";
import { eraseBar, showNothing, showOnStderr } from "./progress.ts";

let log = console.log;
let logWarning = console.warn;

/**
 * Redirects lines and progress to standard error, so that standard output holds
 * results alone.
 */
export function printOnStderr(): void {
  log = console.error;
  showOnStderr();
}

/**
 * Silences lines, warnings and progress, because another process of this run
 * prints them.
 */
export function printNothing(): void {
  log = () => {};
  logWarning = () => {};
  showNothing();
}

/**
 * Prints a line; it replaces a progress bar on the terminal.
 *
 * @param line The line.
 */
export function print(line: string): void {
  attempt(() => log(cleanLine(line)));
}

/**
 * Prints a warning; it replaces a progress bar on the terminal.
 *
 * @param warning The problem and its remedy.
 */
export function warn(warning: string): void {
  attempt(() => logWarning(shownLine(`warning: ${warning}`)));
}

/**
 * Prints an error, even if other output is silenced.
 *
 * @param problem The problem.
 */
export function printError(problem: string): void {
  attempt(() => console.error(`error: ${shownLine(problem)}`));
}

function attempt(write: () => void): void {
  eraseBar();
  try {
    write();
  } catch {
    // The line is lost, but the run goes on.
  }
}
