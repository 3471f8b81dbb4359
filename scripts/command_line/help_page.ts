/**
 * The page of `--help`, laid out for the width of the terminal.
 *
 * @module
 */

/** The texts of a page of help. */
export interface HelpPage {
  /** Purpose of the command, in a sentence. */
  readonly summary: string;
  /** The command line, with all arguments and options. */
  readonly usage: string;
  /** Arguments and options, each with its purpose. */
  readonly entries: readonly {
    readonly term: string;
    readonly description: string;
  }[];
  /** Whole command lines to copy. */
  readonly examples: readonly string[];
}

/** Width of the column of terms. */
const TERMS = 26;

/** Spaces before a term, and between a term and its description. */
const INDENT = 2;

/** Spaces before a description on the line below its term. */
const BELOW = 6;

/** Widths below this put descriptions under their terms, not beside them. */
const NARROWEST = 28;

/** Smallest width of a page, however narrow the terminal. */
const FEWEST_COLUMNS = 20;

/**
 * Lays out a page of help.
 *
 * @param page Its texts.
 * @param width Characters in a line; only a long word of an example may exceed
 *   it, as examples are to be copied.
 * @returns The page.
 *
 * @example
 * ```ts
 * import { formatHelp } from "./help_page.ts";
 * const page = formatHelp({
 *   summary: "Copies a file.",
 *   usage: "copy [--over] FROM TO",
 *   entries: [{ term: "--over", description: "Replace what is there" }],
 *   examples: ["copy a.txt b.txt"],
 * }, 80);
 * const line = "  --over                      Replace what is there";
 * if (!page.split("\n").includes(line)) throw new Error(page);
 * ```
 */
export function formatHelp(
  { summary, usage, entries, examples }: HelpPage,
  width: number,
): string {
  const columns = Math.max(width, FEWEST_COLUMNS);
  const start = "Usage: ";
  // An option in brackets stays on one line with its value.
  const parts = usage.match(/\[[^\]]*\]\S*|\S+/g) ?? [];
  return [
    ...wrap(summary.split(" "), columns),
    ...hang(start, wrap(parts, columns - start.length)),
    "",
    ...entries.flatMap(({ term, description }) =>
      formatEntry(term, description.split(" "), columns)
    ),
    "",
    "Examples:",
    ...examples.flatMap((line) => formatExample(line, columns)),
  ].join("\n");
}

function formatEntry(
  term: string,
  description: readonly string[],
  columns: number,
): string[] {
  const before = INDENT + TERMS + INDENT;
  const beside = columns - before >= NARROWEST;
  const lines = wrap(description, columns - (beside ? before : BELOW));
  const start = " ".repeat(INDENT) + term;
  return beside && term.length <= TERMS ? hang(start.padEnd(before), lines) : [
    start,
    ...lines.map((line) => " ".repeat(beside ? before : BELOW) + line),
  ];
}

/** Breaks a long command line with backslashes, as a shell continues it. */
function formatExample(example: string, columns: number): string[] {
  const room = columns - INDENT;
  // An option stays on one line with its value.
  const parts = example.match(/--[\w-]+ [\w./][^ ]*|\S+/g) ?? [];
  const lines = example.length <= room
    ? [example]
    : fill(parts, room - INDENT - " \\".length);
  return lines.map((line, i) =>
    " ".repeat(i === 0 ? INDENT : 2 * INDENT) + line +
    (i < lines.length - 1 ? " \\" : "")
  );
}

/** Prepends a text to the first line, and indents the others by its width. */
function hang(start: string, lines: readonly string[]): string[] {
  return lines.map((line, i) =>
    (i === 0 ? start : " ".repeat(start.length)) + line
  );
}

/** Breaks words into lines, also words that are longer than a line. */
function wrap(words: readonly string[], columns: number): string[] {
  const pieces = new RegExp(`.{1,${columns}}`, "gu");
  return fill(words.flatMap((word) => word.match(pieces) ?? []), columns);
}

/** Puts as many words into each line as fit. */
function fill(words: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
