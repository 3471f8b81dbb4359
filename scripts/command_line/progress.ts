/**
 * How far a long task is: a bar where somebody watches, plain lines where the
 * output goes elsewhere.
 *
 * @module
 */

import { shownLine } from "../../dataset/files/shown_line.ts";
import { lineWidth } from "./terminal.ts";

/** What is shown beside the bar; what is left out is not shown. */
export interface Measures {
  /** Loss per sample. */
  readonly loss?: number;
  /** Share of right predictions, 0 to 1. */
  readonly accuracy?: number;
  /** Samples done in a second. */
  readonly samplesPerSecond?: number;
}

/** Where progress is shown. */
export interface Output {
  /** Whether somebody watches. */
  readonly terminal: boolean;
  /** Width of the terminal, in characters. */
  columns(): number;
  /** Writes a text as it is. */
  write(text: string): void;
  /** Time in ms. */
  now(): number;
}

/** A task that is under way. */
export interface Progress extends Disposable {
  /**
   * Shows how far the task is, unless it was shown just before.
   *
   * @param done How much of the total is done.
   * @param measures What else to show.
   */
  update(done: number, measures?: Measures): void;
  /**
   * Puts a line in the place of the bar.
   *
   * @param line What came of the task.
   */
  finish(line: string): void;
}

/** Time between two bars, in ms. */
const REDRAW_MS = 100;

/** Time between two plain lines, in ms. */
const REPORT_MS = 5000;

const NARROWEST_BAR = 6;
const WIDEST_BAR = 30;

/** Erases the line that the cursor is on. */
const ERASE = "\r\x1b[2K";

const STANDARD_OUTPUT: Output = {
  terminal: Deno.stdout.isTerminal(),
  columns: () => lineWidth(),
  write: (text) => {
    try {
      Deno.stdout.writeSync(new TextEncoder().encode(text));
    } catch {
      // A closed pipe or terminal, or a full disk, is no reason to end a run.
    }
  },
  now: () => performance.now(),
};

/**
 * Shows the progress of a task.
 *
 * A terminal shows one line that changes, never longer than the terminal is
 * wide, without colours and with the cursor left as it is. Elsewhere a line is
 * written every five seconds at most. Disposing erases a bar that was not
 * replaced by a last line.
 *
 * @param task What the task is called, and how much there is to do.
 * @param output Where to show it; the standard output unless given.
 * @returns The progress, which is at its start.
 *
 * @example
 * ```ts
 * import { createProgress } from "./progress.ts";
 * using progress = createProgress({ total: 2, label: "epoch 1" });
 * progress.update(1, { loss: 14.1, accuracy: 0.5, samplesPerSecond: 400 });
 * progress.finish("epoch 1: loss 7, accuracy 70 %");
 * ```
 */
export function createProgress(
  { total, label: task }: { readonly total: number; readonly label: string },
  output: Output = STANDARD_OUTPUT,
): Progress {
  const label = shownLine(task);
  const start = output.now();
  let last = output.terminal ? -Infinity : start;
  let drawn = false;
  const erase = () => {
    if (drawn) output.write(ERASE);
    drawn = false;
  };
  return {
    update(done, measures = {}) {
      const now = output.now();
      if (now - last < (output.terminal ? REDRAW_MS : REPORT_MS)) return;
      last = now;
      const left = (now - start) / done * (total - done);
      const state = { label, done, total, left, ...measures };
      if (output.terminal) {
        output.write(ERASE + drawBar(state, output.columns() - 1));
        drawn = true;
      } else {
        const words = fieldsOf(state).map(({ long }) => long);
        const line = [`${label}: ${done} of ${total}`, ...words].join(", ");
        output.write(`${line}\n`);
      }
    },
    finish(line) {
      erase();
      output.write(`${shownLine(line)}\n`);
    },
    [Symbol.dispose]: erase,
  };
}

/**
 * Erases a bar that may be there, for a line of text to take its place; the bar
 * comes again with its next update.
 *
 * @param output Where; the standard output unless given.
 */
export function eraseBar(output: Output = STANDARD_OUTPUT): void {
  if (output.terminal) output.write(ERASE);
}

/** Where a task is. */
interface State extends Measures {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** Time left, in ms. */
  readonly left: number;
}

/** Something that is known of a task, in many words and in few. */
interface Field {
  readonly long: string;
  readonly short: string;
  /** Those with a higher one are left out first. */
  readonly rank: number;
}

/** Draws a bar with what fits beside it. */
function drawBar(state: State, columns: number): string {
  const { label, done, total } = state;
  const fields = fieldsOf(state);
  const candidates = [
    { gap: "  ", words: fields.map(({ long }) => long) },
    ...[4, 3, 2, 1, 0].map((most) => ({
      gap: " ",
      words: fields.filter(({ rank }) => rank <= most)
        .map(({ short }) => short),
    })),
  ];
  for (const { gap, words } of candidates) {
    const room = columns - [label, "", ...words].join(gap).length;
    if (room < NARROWEST_BAR) continue;
    const width = Math.min(room, WIDEST_BAR);
    const filled = Math.floor(Math.min(done / total, 1) * width);
    const bar = "━".repeat(filled) + "─".repeat(width - filled);
    return [label, bar, ...words].join(gap);
  }
  return label.length > columns ? `${label.slice(0, columns - 1)}…` : label;
}

/** What is known, in the order in which it is shown. */
function fieldsOf(state: State): Field[] {
  const { loss, accuracy, samplesPerSecond, left } = state;
  const fields: Field[] = [];
  if (loss !== undefined) {
    const long = `loss ${rounded(loss)}`;
    fields.push({ long, short: long, rank: 2 });
  }
  if (accuracy !== undefined) {
    const share = percent(accuracy);
    fields.push({ long: `accuracy ${share}`, short: `acc ${share}`, rank: 3 });
  }
  if (samplesPerSecond !== undefined) {
    const rate = rounded(samplesPerSecond);
    fields.push({ long: `${rate} samples/s`, short: `${rate}/s`, rank: 4 });
  }
  if (Number.isFinite(left)) {
    const time = clock(left);
    fields.push({ long: `${time} left`, short: time, rank: 1 });
  }
  return fields;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Writes a time as 0:07, 12:34 or 1:02:03. */
function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, i) => i === 0 ? part : String(part).padStart(2, "0"))
    .join(":");
}
