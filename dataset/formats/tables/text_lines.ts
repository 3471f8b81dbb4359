/**
 * Parser of lines of numbers.
 *
 * @module
 */

const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const SEMICOLON = 0x3b;

/** Lookup table of bytes that may surround a number. */
const BLANKS = tableOf(SPACE, TAB, CR, QUOTE);

/** Lookup table of bytes that end a number. */
const SEPARATORS = tableOf(SPACE, TAB, CR, QUOTE, COMMA, SEMICOLON, LF);

/** Number of decimals within the precision of float64. */
const MAX_DECIMALS = 15;

/** Powers of ten by exponent. */
const POWERS = Float64Array.from(
  { length: MAX_DECIMALS + 1 },
  (_, i) => 10 ** i,
);

/** Words for numbers. */
const WORDS: Readonly<Record<string, number>> = {
  true: 1,
  false: 0,
  on: 1,
  off: 0,
};

/**
 * Parser of the numbers in a line.
 *
 * Numbers are separated by a comma, a semicolon, tabs or spaces. Two adjacent
 * commas enclose a missing number.
 *
 * @example
 * ```ts
 * import { LineParser } from "./text_lines.ts";
 * const parser = new LineParser(2);
 * const end = parser.parse(new TextEncoder().encode("12, -3.5\n"), 0);
 * const { count, numbers } = parser;
 * if (end !== 8 || count !== 2 || numbers.join() !== "12,0,-3,-0.5") {
 *   throw new Error(`${numbers}`);
 * }
 * ```
 */
export class LineParser {
  /**
   * Whole part and fraction of each number in the last line, two elements per
   * number; `NaN` if it is not a number.
   */
  readonly numbers: Float64Array;
  /**
   * Number of fields in the last line, including those beyond the capacity; all
   * fields after the last used column count as one.
   */
  count = 0;
  /** Size of the last field in the last line, in bytes. */
  width = 0;
  readonly #point: number;
  readonly #used: readonly boolean[] | undefined;

  /**
   * Makes a parser with space for the numbers of a line.
   *
   * @param columns Capacity in numbers.
   * @param options Whether the decimal separator is a comma, which then does
   *   not separate numbers; a point by default. Which columns are used, up to
   *   the last of them: others may hold any text, and are `NaN`.
   */
  constructor(
    columns: number,
    { decimalComma = false, used }: {
      readonly decimalComma?: boolean;
      readonly used?: readonly boolean[];
    } = {},
  ) {
    this.numbers = new Float64Array(2 * columns);
    this.#point = decimalComma ? COMMA : POINT;
    this.#used = used;
  }

  /**
   * Parses a line.
   *
   * @param bytes Lines of text.
   * @param start Offset of the line.
   * @returns Offset of its LF, or of the end of the bytes.
   */
  parse(bytes: Uint8Array, start: number): number {
    const { numbers } = this;
    const point = this.#point;
    const used = this.#used;
    const end = bytes.length;
    let count = 0;
    let width = 0;
    let at = start;
    while (at < end && isBlank(bytes[at])) at++;
    while (at < end && bytes[at] !== LF) {
      const from = at;
      let whole = NaN;
      let fraction = NaN;
      if (used !== undefined && used[count] !== true) {
        at = count < used.length
          ? this.#fieldEnd(bytes, at)
          : lineEnd(bytes, at);
      } else {
        const first = bytes[at];
        if (first === MINUS || first === PLUS) at++;
        const digits = at;
        whole = 0;
        for (; at < end; at++) {
          const digit = bytes[at] - ZERO;
          if (digit < 0 || digit > 9) break;
          whole = 10 * whole + digit;
        }
        let isNumber = at > digits;
        fraction = 0;
        let decimals = 0;
        if (at < end && bytes[at] === point) {
          for (at++; at < end; at++) {
            const digit = bytes[at] - ZERO;
            if (digit < 0 || digit > 9) break;
            isNumber = true;
            if (decimals === MAX_DECIMALS) continue;
            fraction = 10 * fraction + digit;
            decimals++;
          }
          fraction /= POWERS[decimals];
        }
        if (!isNumber || (at < end && !isSeparator(bytes[at]))) {
          while (at < end && !isSeparator(bytes[at])) at++;
          const value = numberOf(bytes.subarray(from, at));
          whole = Math.trunc(value);
          fraction = value - whole;
        } else if (first === MINUS) {
          whole = -whole;
          fraction = -fraction;
        }
      }
      if (2 * count < numbers.length) {
        numbers[2 * count] = whole;
        numbers[2 * count + 1] = fraction;
      }
      count++;
      width = at - from;
      while (at < end && isBlank(bytes[at])) at++;
      if (at < end && (bytes[at] === COMMA || bytes[at] === SEMICOLON)) {
        at++;
        while (at < end && isBlank(bytes[at])) at++;
      }
    }
    this.count = count;
    this.width = width;
    return at;
  }

  /** Finds the end of a field of text, which may contain spaces. */
  #fieldEnd(bytes: Uint8Array, from: number): number {
    const end = lineEnd(bytes, from);
    const field = bytes.subarray(from, end);
    const length = field.findIndex((byte) =>
      byte === SEMICOLON || byte === TAB ||
      (byte === COMMA && this.#point !== COMMA)
    );
    if (length >= 0) return from + length;
    const word = field.indexOf(SPACE);
    return word < 0 ? end : from + word;
  }
}

/** Finds the LF of a line, or the end of the bytes. */
function lineEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== LF) at++;
  return at;
}

/** Parses words that are not plain decimal numbers, such as `1e6` or `True`. */
function numberOf(bytes: Uint8Array): number {
  const word = new TextDecoder().decode(bytes).toLowerCase();
  if (Object.hasOwn(WORDS, word)) return WORDS[word];
  return word === "" ? NaN : Number(word);
}

function isBlank(byte: number): boolean {
  return BLANKS[byte] === 1;
}

function isSeparator(byte: number): boolean {
  return SEPARATORS[byte] === 1;
}

/** Makes a lookup table of 256 bytes, 1 for those given. */
function tableOf(...bytes: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, i) => bytes.includes(i) ? 1 : 0);
}

/**
 * Tells whether bytes may be text in ASCII or UTF-8.
 *
 * @param bytes The bytes.
 * @returns Whether tabs and line breaks are their only control characters.
 *
 * @example
 * ```ts
 * import { isText } from "./text_lines.ts";
 * if (isText(Uint8Array.of(0x31, 0))) throw new Error("expected no text");
 * ```
 */
export function isText(bytes: Uint8Array): boolean {
  return bytes.every((byte) =>
    byte >= SPACE || byte === TAB || byte === LF || byte === CR
  );
}

/**
 * Tells whether a line is blank or a comment.
 *
 * @param line The line, without line break.
 * @returns Whether it is blank or begins with `#`, `%` or `//`.
 *
 * @example
 * ```ts
 * import { isRemark } from "./text_lines.ts";
 * if (!isRemark(new TextEncoder().encode("# x y"))) throw new Error("?");
 * ```
 */
export function isRemark(line: Uint8Array): boolean {
  let at = 0;
  while (at < line.length && isBlank(line[at])) at++;
  const first = line[at];
  return at === line.length || first === 0x23 || first === 0x25 ||
    (first === 0x2f && line[at + 1] === 0x2f);
}
