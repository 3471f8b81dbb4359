/**
 * One-line summary of a live classification.
 *
 * @module
 */

import { shownLine } from "../../dataset/files/shown_line.ts";
import type { Output } from "../command_line/progress.ts";
import type { Verdict } from "./follow_recording.ts";

/** Widths of the start, a class name, a share and the number of events. */
const [START, NAME, SHARE, EVENTS] = [9, 14, 6, 6];

/** Width of a line without class names, and of one without the second class. */
const BOTH = START + 2 + SHARE + 2 + SHARE + 1 + EVENTS;
const ONE = START + 2 + SHARE + 1 + EVENTS;

/** Least width of the names of two classes. */
const LEAST_NAME = 5;

/** Erases the line that the cursor is on. */
const ERASE = "\r\x1b[2K";

/**
 * Formats a decision.
 *
 * @param verdict The decision.
 * @param facts Names of the classes, length of a window in ms, and the width
 * of the terminal, if it is one: names are cut, and the second class is left
 * out where there is no room for it.
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
  { classes, windowMs, columns }: {
    readonly classes: readonly string[];
    readonly windowMs: number;
    readonly columns?: number;
  },
): string {
  const time = (window * windowMs / 1000).toFixed(2);
  const start = `${time.padStart(START - 2)} s`;
  const count = String(events).padStart(EVENTS);
  const wider = start.length - START + count.length - EVENTS;
  const { name, both } = widthsFor(columns && columns - wider);
  const second = [...shares.keys()].filter((other) => other !== label)
    .sort((a, b) => shares[b] - shares[a])[0];
  const named = (output: number | undefined) => {
    if (output === undefined) return "".padEnd(name + SHARE);
    const whole = shownLine(classes[output]);
    const word = columns === undefined
      ? whole
      : [...whole].slice(0, name).join("");
    const share = `${Math.round(100 * shares[output])} %`;
    return `${word.padEnd(name)}${share.padStart(SHARE)}`;
  };
  const room = both ? 2 * (name + SHARE) + 2 : name + SHARE;
  const found = label === undefined
    ? "no output spike".slice(0, room).padEnd(room)
    : both
    ? `${named(label)}  ${named(second)}`
    : named(label);
  return `${start}  ${found} ${count}`;
}

/**
 * Heading of the columns of {@linkcode verdictLine}.
 *
 * @param columns Width of the terminal, if it is one.
 * @returns The heading.
 */
export function headingOf(columns?: number): string {
  const { name, both } = widthsFor(columns);
  const head = (word: string) =>
    word.slice(0, name).padEnd(name) + "share".padStart(SHARE);
  const classes = both ? `${head("class")}  ${head("next")}` : head("class");
  return `${"start".padStart(START)}  ${classes} ${"events".padStart(EVENTS)}`;
}

/** Width of class names in a line, and whether it has the second class. */
function widthsFor(
  columns: number = Infinity,
): { readonly name: number; readonly both: boolean } {
  const each = Math.floor((columns - BOTH) / 2);
  const both = each >= LEAST_NAME;
  const name = both ? each : Math.max(0, columns - ONE);
  return { name: Math.min(NAME, name), both };
}

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
      const short = [...line].slice(0, this.#output.columns() - 1).join("");
      this.#output.write(`${ERASE}${short}${final ? "\n" : ""}`);
    } else if (final) {
      this.#output.write(`${line}\n`);
    }
  }
}
