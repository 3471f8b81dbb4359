/**
 * Networks as short text, such as `2×(32c3-bn-lif-mp2)-128-lif-19`.
 *
 * @module
 */

/** An entry of a network. */
type Entry = Readonly<Record<string, unknown>>;

/** Entries by their words; `$1` and `$2` are numbers. */
const WORDS: readonly (readonly [RegExp, (...numbers: number[]) => Entry])[] = [
  [/^(\d+)c(\d+)$/, (out, kernel) => ({
    conv: { out, kernel, padding: kernel >> 1 },
  })],
  [/^(\d+)c(\d+)s(\d+)$/, (out, kernel, stride) => ({
    conv: { out, kernel, stride, padding: kernel >> 1 },
  })],
  [/^bn$/, () => ({ norm: "batch" })],
  [/^lif$/, () => ({ neuron: { type: "LIF" } })],
  [/^if$/, () => ({ neuron: { type: "IF" } })],
  [/^plif$/, () => ({ neuron: { type: "PLIF" } })],
  [/^cuba$/, () => ({ neuron: { type: "CUBA" } })],
  [/^alif$/, () => ({ neuron: { type: "ALIF" } })],
  [/^rf$/, () => ({ neuron: { type: "RF" } })],
  [/^sdnn$/, () => ({ neuron: { type: "SDNN" } })],
  [/^adrf$/, () => ({ neuron: { type: "ADRF" } })],
  [/^mp(\d+)$/, (max) => ({ pool: { max } })],
  [/^ap(\d+)$/, (average) => ({ pool: { average } })],
  [/^aap(\d+)$/, (adaptive) => ({ pool: { adaptive } })],
  [/^dp(0?\.\d+)$/, (dropout) => ({ dropout })],
  [/^(\d+)$/, (dense) => ({ dense })],
  [/^classes$/, () => ({ dense: "classes" })],
  [/^(\d+)r$/, (dense) => ({ dense, recurrent: true })],
  // Sensor size, as in slayerPytorch's `auto`.
  [/^(\d+)x(\d+)x(\d+)$/, (...sensor) => ({ sensor })],
  [/^(\d+)c(\d+)z$/, (out, kernel) => ({
    conv: { out, kernel, padding: kernel >> 1 },
  })],
  [/^(\d+)a$/, (pool) => ({ pool })],
  [/^(\d+)d$/, (out) => ({ dense: { out } })],
  [/^(\d+)avg$/, (average) => ({ average })],
];

/** Deepest nesting of brackets. */
const DEEPEST = 8;

/**
 * Reads a network from short text.
 *
 * Words are joined by `-`: `32c3` is a convolution of 32 maps with 3×3 kernels,
 * padded to keep its size, `32c3s2` one with a stride of 2; `bn` is batch
 * normalisation; `lif`, `if`, `plif`, `cuba`, `alif`, `rf`, `adrf` and `sdnn`
 * are neurons; `mp2` and `ap2` are max and average pools of 2×2, `aap4` an
 * adaptive average pool to 4×4; `dp0.5` is dropout; a number is a dense layer,
 * `classes` one with an output for each class, and `128r` a recurrent one. `2×(…)` or `2x(…)` repeats, and `res(…)` is
 * residual. A final dense layer without neurons is a readout.
 *
 * SLAYER's networks look like `34x34x2-16c5z-2a-512d-10d`: columns, rows and
 * channels of the sensor, a padded convolution, a 2×2 sum pool, and dense
 * layers, of which the last spikes too. `250d-10avg` adds voting by ten groups
 * of neurons.
 *
 * @param text The text.
 * @returns The entries, as in a configuration's list.
 * @throws {SyntaxError} If a word is unknown, or brackets are unbalanced.
 *
 * @example
 * ```ts
 * import { parseNetworkText } from "./network_text.ts";
 * const entries = parseNetworkText("2x(32c3-bn-lif-mp2)-128-lif-19");
 * if (entries.length !== 4) throw new Error("expected 4 entries");
 * ```
 */
export function parseNetworkText(text: string): Entry[] {
  const words = text.replaceAll(/\s+/g, "").match(/[()]|-|[^()-]+/g) ?? [];
  const reader = { words, next: 0, depth: 0 };
  const entries = readEntries(reader);
  if (reader.next < words.length) {
    throw new SyntaxError(`")" has no "(" before it`);
  }
  return withReadout(entries);
}

/**
 * Gives the neurons that a text names the parameters of the network's neuron,
 * where both are of one type.
 *
 * @param entries The entries of the text.
 * @param neuron The section `neuron` of the configuration.
 * @returns The entries with these parameters.
 *
 * @example
 * ```ts
 * import { withParameters } from "./network_text.ts";
 * const slow = { type: "LIF", tau: 5 };
 * const [, { neuron }] = withParameters(
 *   [{ dense: 9 }, { neuron: { type: "LIF", tau: 2 } }],
 *   slow,
 * );
 * if (neuron !== slow) throw new Error("expected tau 5");
 * ```
 */
export function withParameters(
  entries: readonly Entry[],
  neuron: { readonly type: string },
): Entry[] {
  return entries.map((entry) => {
    const type = (Object(entry.neuron) as { readonly type?: string }).type;
    if (type === neuron.type) return { ...entry, neuron };
    const key = ["layers", "residual"].find((key) => key in entry);
    return key === undefined
      ? entry
      : { ...entry, [key]: withParameters(entry[key] as Entry[], neuron) };
  });
}

/**
 * Writes a network of dense layers, padded convolutions and pools as the text
 * of slayerPytorch's `auto`, in which the last layer spikes too.
 *
 * @param entries The entries of the network.
 * @returns The text; `undefined` if another entry is among them.
 *
 * @example
 * ```ts
 * import { parseNetworkText, slayerText } from "./network_text.ts";
 * const text = slayerText(parseNetworkText("34x34x2-512-10"));
 * if (text !== "34x34x2-512d-10d") throw new Error(text);
 * ```
 */
export function slayerText(entries: readonly Entry[]): string | undefined {
  const words = entries.map(wordOf);
  return words.includes(undefined) ? undefined : words.join("-");
}

function wordOf(entry: Entry): string | undefined {
  const { neuron, ...others } = entry;
  if (neuron !== undefined && neuron !== "none") return undefined;
  const [[key, value], ...more] = Object.entries(others);
  const { out, kernel, padding } = Object(value) as Record<string, unknown>;
  if (more.length > 0) return undefined;
  if (key === "sensor") return (value as number[]).join("x");
  if (key === "dense" && typeof value !== "object") {
    return value === "classes" ? undefined : `${value}d`;
  }
  if (key === "dense" && Object.keys(Object(value)).length === 1) {
    return `${out}d`;
  }
  if (key === "pool" && typeof value === "number") return `${value}a`;
  const isPadded = typeof kernel === "number" && padding === kernel >> 1 &&
    Object.keys(Object(value)).length === 3;
  return key === "conv" && isPadded ? `${out}c${kernel}z` : undefined;
}

function readEntries(
  reader: { readonly words: string[]; next: number; depth: number },
): Entry[] {
  if (reader.depth > DEEPEST) {
    throw new SyntaxError(`its brackets are more than ${DEEPEST} deep`);
  }
  const entries: Entry[] = [];
  while (reader.next < reader.words.length) {
    const word = reader.words[reader.next];
    if (word === ")") break;
    reader.next++;
    if (word === "-") continue;
    if (reader.words[reader.next] !== "(") {
      entries.push(entryOf(word));
      continue;
    }
    reader.next++;
    reader.depth++;
    const own = readEntries(reader);
    reader.depth--;
    if (reader.words[reader.next++] !== ")") {
      throw new SyntaxError(`"${word}(" has no ")"`);
    }
    const [, times] = word.match(/^(\d+)[x×*]$/) ?? [];
    if (times === undefined && word !== "res") {
      throw new SyntaxError(`"${word}(" is unknown; there are 2×( and res(`);
    }
    entries.push(
      times === undefined
        ? { residual: own }
        : { repeat: Number(times), layers: own },
    );
  }
  if (entries.length === 0) throw new SyntaxError("it has no layers");
  return entries;
}

function entryOf(word: string): Entry {
  for (const [pattern, make] of WORDS) {
    const found = word.match(pattern);
    if (found) return make(...found.slice(1).map(Number));
  }
  if (/^dp[\d.]+$/.test(word)) {
    throw new SyntaxError(`"${word}" is no dropout between 0 and 1`);
  }
  throw new SyntaxError(
    `"${word}" is unknown; there are 32c3, bn, lif, if, plif, cuba, alif, ` +
      "rf, adrf, sdnn, mp2, ap2, aap4, dp0.5, 128, classes, 128r, 2×(…), " +
      "res(…), 34x34x2, 16c5z, 2a, 512d and 10avg",
  );
}

/** Makes a last layer without neurons a readout. */
function withReadout(entries: Entry[]): Entry[] {
  const last = entries[entries.length - 1];
  const isDense = "dense" in last && typeof last.dense !== "object";
  return isDense && !last.recurrent
    ? [...entries.slice(0, -1), { ...last, neuron: "none" }]
    : entries;
}
