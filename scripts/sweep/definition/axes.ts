/**
 * Keys and values that a sweep varies.
 *
 * @module
 */

/** A key with a list of values. */
export interface ListAxis {
  /** Key of the configuration in dots, such as `training.lr`. */
  readonly key: string;
  /** Its values in YAML, as they were typed. */
  readonly values: readonly string[];
}

/** A key with a range from which a search draws. */
export interface RangeAxis {
  /** Key of the configuration in dots, such as `training.lr`. */
  readonly key: string;
  /** Smallest value. */
  readonly from: number;
  /** Largest value. */
  readonly to: number;
  /** Whether values are drawn evenly on a logarithmic scale. */
  readonly log: boolean;
  /** Whether values are integers; true if both ends are. */
  readonly whole: boolean;
}

/** A key that a sweep varies. */
export type Axis = ListAxis | RangeAxis;

/**
 * Tells whether a key has a list of values rather than a range.
 *
 * @param axis The key.
 * @returns Whether it has a list.
 */
export function isList(axis: Axis): axis is ListAxis {
  return "values" in axis;
}

/** Values set on top of the configuration of a sweep. */
export interface Settings {
  /** Settings that all runs share, each `key=value`. */
  readonly fixed: readonly string[];
  /** Keys that differ between runs. */
  readonly axes: readonly Axis[];
}

/** Keys that a sweep sets itself, and the option for each. */
const OWN: Readonly<Record<string, string>> = {
  "training.seed": "--seeds",
  "training.path.out": "--out",
};

const NUMBER = String.raw`[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?`;

/** Pattern of a range, such as `0.0005..0.01:log`. */
const RANGE = new RegExp(`^(${NUMBER})\\.\\.(${NUMBER})(?::(\\w+))?$`);

const [OPENING, CLOSING, QUOTES] = ["([{", ")]}", "'\""];

/**
 * Separates settings that all runs share from keys that a sweep varies.
 *
 * @param settings Each `key=value`, `key=value,value` or `key=from..to`,
 * optionally followed by `:log`; commas in brackets or quotes do not separate
 * values.
 * @returns Both kinds, in order.
 * @throws {RangeError} If a value is empty or repeated, a key is set twice, or
 * a range is empty.
 *
 * @example
 * ```ts
 * import { readSettings } from "./axes.ts";
 * const { fixed, axes } = readSettings([
 *   "training.epochs=5",
 *   "training.lr=0.001,0.003",
 * ]);
 * if (fixed.length !== 1 || axes[0].key !== "training.lr") throw new Error();
 * ```
 */
export function readSettings(settings: readonly string[]): Settings {
  const fixed: string[] = [];
  const axes: Axis[] = [];
  const keys = new Set<string>();
  for (const text of settings) {
    const [key, value] = divide(text);
    if (keys.has(key)) throw refusal(text, `${key} is set twice`);
    keys.add(key);
    const axis = readRange(key, value, text) ?? readList(key, value, text);
    if (axis) axes.push(axis);
    else fixed.push(text);
    const option = Object.hasOwn(OWN, key) ? OWN[key] : undefined;
    if (option !== undefined && (axis || option === "--out")) {
      throw refusal(text, `${option} chooses ${key}`);
    }
  }
  return { fixed, axes };
}

/** Splits `key=value`. */
function divide(text: string): [key: string, value: string] {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined) throw refusal(text, "expected key=value");
  return [key.trim(), value.trim()];
}

/** Reads a range; `undefined` if it is not one. */
function readRange(
  key: string,
  value: string,
  text: string,
): RangeAxis | undefined {
  const [, low, high, scale] = RANGE.exec(value) ?? [];
  if (low === undefined) return undefined;
  const [from, to] = [Number(low), Number(high)];
  if (scale !== undefined && scale !== "log") {
    throw refusal(text, `a range ends with :log or nothing, not :${scale}`);
  }
  if (!(from < to && Number.isFinite(to - from))) {
    throw refusal(text, `${low} is not below ${high}`);
  }
  const log = scale === "log";
  if (log && from <= 0) {
    throw refusal(text, "a logarithmic range begins above 0");
  }
  const whole = [low, high].every((end) => /^[-+]?\d+$/.test(end));
  return { key, from, to, log, whole };
}

/** Reads a list; `undefined` if there is a single value. */
function readList(
  key: string,
  value: string,
  text: string,
): ListAxis | undefined {
  const values = splitAtCommas(value);
  if (values.length === 1) return undefined;
  const empty = values.indexOf("");
  if (empty >= 0) throw refusal(text, `value ${empty + 1} is empty`);
  const again = values.find((value, n) => values.indexOf(value) !== n);
  if (again !== undefined) throw refusal(text, `${again} is there twice`);
  return { key, values };
}

/** Splits a text at the commas outside brackets and quotes. */
function splitAtCommas(text: string): string[] {
  const parts = [""];
  let [depth, quote] = [0, ""];
  for (const letter of text) {
    if (quote) {
      if (letter === quote) quote = "";
    } else if (QUOTES.includes(letter)) quote = letter;
    else if (OPENING.includes(letter)) depth++;
    else if (CLOSING.includes(letter)) depth--;
    if (letter === "," && depth === 0 && !quote) parts.push("");
    else parts[parts.length - 1] += letter;
  }
  return parts.map((part) => part.trim());
}

function refusal(text: string, problem: string): RangeError {
  return new RangeError(`Cannot sweep "${text}": ${problem}`);
}
