/**
 * One-line summary of a live classification.
 *
 * @module
 */

import { shownLine } from "../../dataset/files/shown_line.ts";
import type { Output } from "../command_line/progress.ts";
import type { Verdict } from "./follow_recording.ts";

/** Largest width of a short line. */
const COLUMNS = 60;

/** Width of class names, which are truncated in a short line. */
const NAME = 14;

/** Erases the line that the cursor is on. */
const ERASE = "\r\x1b[2K";

/**
 * Formats a decision.
 *
 * @param verdict The decision.
 * @param facts Names of the classes, length of a window in ms, and whether the
 * line is limited to 60 columns.
 * @returns Start of the window, the two leading classes with their shares, and
 * the number of events.
 *
 * @example
 * ```ts
 * import { verdictLine } from "./verdict_line.ts";
 * const line = verdictLine({
 *   window: 3,
 *   bins: 100,
 *   ended: true,
 *   events: 1200,
 *   label: 1,
 *   scores: [2, 6],
 *   shares: [0.25, 0.75],
 *   latencyMs: 9,
 * }, { classes: ["clap", "wave"], windowMs: 500 });
 * const expected =
 *   "   1.50 s  wave            75 %  clap            25 %   1200";
 * if (line !== expected) throw new Error(line);
 * ```
 */
export function verdictLine(
  { window, events, label, shares }: Verdict,
  { classes, windowMs, short = false }: {
    readonly classes: readonly string[];
    readonly windowMs: number;
    readonly short?: boolean;
  },
): string {
  const start = `${(window * windowMs / 1000).toFixed(2).padStart(7)} s`;
  const second = [...shares.keys()].filter((other) => other !== label)
    .sort((a, b) => shares[b] - shares[a])[0];
  const named = (output: number | undefined) => {
    if (output === undefined) return "".padEnd(NAME + 6);
    const whole = shownLine(classes[output]);
    const name = short ? [...whole].slice(0, NAME).join("") : whole;
    const share = `${Math.round(100 * shares[output])} %`;
    return `${name.padEnd(NAME)}${share.padStart(6)}`;
  };
  const found = label === undefined
    ? "no output spike".padEnd(2 * (NAME + 6) + 2)
    : `${named(label)}  ${named(second)}`;
  const line = `${start}  ${found} ${String(events).padStart(6)}`;
  return short ? line.slice(0, COLUMNS) : line;
}

/** Heading of the columns of {@linkcode verdictLine}. */
export const HEADING =
  `${"start".padStart(9)}  ${"class".padEnd(NAME)}${"share".padStart(6)}  ` +
  `${"next".padEnd(NAME)}${"share".padStart(6)} events`;

/** Shows lines: on a terminal one that changes, elsewhere only final ones. */
export class LiveLine {
  readonly #output: Output;

  /** @param output The stream. */
  constructor(output: Output) {
    this.#output = output;
  }

  /**
   * Shows a line.
   *
   * @param line The line.
   * @param options Whether the line is final.
   */
  show(line: string, { final }: { readonly final: boolean }): void {
    const { terminal } = this.#output;
    if (terminal) {
      const short = line.slice(0, this.#output.columns() - 1);
      this.#output.write(`${ERASE}${short}${final ? "\n" : ""}`);
    } else if (final) {
      this.#output.write(`${line}\n`);
    }
  }
}
