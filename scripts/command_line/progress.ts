/**
 * Progress of a long task: a bar on a terminal, plain lines in a file or pipe.
 *
 * @module
 */

import { shownLine } from "../../dataset/files/shown_line.ts";
import { lineWidth } from "./terminal.ts";

/** Measures shown beside the bar; each is optional. */
export interface Measures {
  /** Loss per sample. */
  readonly loss?: number;
  /** Fraction of samples that were classified correctly, 0 to 1. */
  readonly accuracy?: number;
  /** Samples processed per second. */
  readonly samplesPerSecond?: number;
}

/** A stream that progress is written to. */
export interface Output {
  /** Whether it is a terminal. */
  readonly terminal: boolean;
  /** Width of the terminal, in characters. */
  columns(): number;
  /** Writes a text as it is. */
  write(text: string): void;
  /** Time in ms. */
  now(): number;
}

/** Progress of a running task. */
export interface Progress extends Disposable {
  /**
   * Shows the progress, at most ten times a second on a terminal.
   *
   * @param done Amount of the total that is done.
   * @param measures Measures to show beside it.
   */
  update(done: number, measures?: Measures): void;
  /**
   * Replaces the bar by a line.
   *
   * @param line Result of the task.
   */
  finish(line: string): void;
}

/** Shortest time between two drawings of the bar, in ms. */
const REDRAW_MS = 100;

/** Shortest time between two plain lines, in ms. */
const REPORT_MS = 5000;

const NARROWEST_BAR = 6;
const WIDEST_BAR = 30;

/** Erases the line that the cursor is on. */
const ERASE = "\r\x1b[2K";

/** Whether a terminal shows progress bars. */
let bars = true;

/** Default stream of progress. */
let standard = outputTo(Deno.stdout);

function outputTo(file: typeof Deno.stdout | typeof Deno.stderr): Output {
  return {
    terminal: bars && file.isTerminal(),
    columns: () => lineWidth(),
    write: (text) => {
      try {
        file.writeSync(new TextEncoder().encode(text));
      } catch {
        // A closed pipe or terminal, or a full disk, must not end the task.
      }
    },
    now: () => performance.now(),
  };
}

/**
 * Returns the stream that progress is written to.
 *
 * @returns Standard output, or standard error after `showOnStderr()`.
 */
export function progressOutput(): Output {
  return standard;
}

/** Redirects progress to standard error. */
export function showOnStderr(): void {
  standard = outputTo(Deno.stderr);
}

/**
 * Prints lines instead of bars, for process launchers whose output looks like a
 * terminal but is not one.
 */
export function showLines(): void {
  bars = false;
  standard = { ...standard, terminal: false };
}

/** Disables progress. */
export function showNothing(): void {
  standard = { ...outputTo(Deno.stdout), terminal: false, write: () => {} };
}

/**
 * Shows the progress of a task.
 *
 * A terminal shows one line that changes, never longer than the terminal is
 * wide, without colours; the cursor stays where it is. Elsewhere at most one
 * line is written every five seconds. Disposing erases a bar that was not
 * replaced by a final line.
 *
 * @param task Name of the task, and its total amount of work.
 * @param output The stream; the standard output unless given or changed.
 * @returns The progress, at its start.
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
  output: Output = standard,
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
 * Erases a bar that may be on the terminal, so that a line of text can be
 * written there; the next update draws the bar anew.
 *
 * @param output The stream; the standard output unless given or changed.
 */
export function eraseBar(output: Output = standard): void {
  if (output.terminal) output.write(ERASE);
}

/** State of a task. */
interface State extends Measures {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** Time left, in ms. */
  readonly left: number;
}

/** A measure of a task, with a long and a short text. */
interface Field {
  readonly long: string;
  readonly short: string;
  /** The field with the highest rank is left out first. */
  readonly rank: number;
}

/** Draws a bar, and as many fields as fit beside it. */
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

/** Lists the fields of a state, in the order in which they are shown. */
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
