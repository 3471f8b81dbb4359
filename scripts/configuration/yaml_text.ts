/**
 * Reads and writes configurations as YAML text. Opens no files, so that it also
 * runs in a browser.
 *
 * @module
 */

import * as yaml from "npm:yaml@2.9.1";
import { requireBuildable } from "./build_network.ts";
import { ConfigurationError } from "./error.ts";
import { readConfiguration } from "./rules/rules.ts";
import type { Refuse } from "./schema/read_keys.ts";
import type { Configuration } from "./schema/types.ts";
import { isMapping } from "./schema/values.ts";

/** Largest number of characters; the YAML parser compares all pairs of keys. */
const LONGEST = 65_536;

/** Deepest key that can be set on top of a file; `training.lr` has depth 2. */
const DEEPEST = 8;

/** Sections whose keys must be set one by one, not replaced as a whole. */
const SECTIONS = [
  "simulation",
  "neuron",
  "training",
  "training.error",
  "training.path",
  "testing",
  "testing.error",
  "data",
  "input",
];

/** Options for reading a configuration. */
export interface ConfigurationOptions {
  /**
   * Values set on top of the file, each `key=value`: the key in dots, the
   * value in YAML, such as `training.lr=0.001`, or `null` for a key that is
   * left out. Paths in them are relative to the current folder.
   *
   * @default []
   */
  readonly set?: readonly string[];
}

/** Options for reading a configuration in this project. */
export interface ReadOptions extends ConfigurationOptions {
  /**
   * Whether samples and loss are used, and so must fit one another.
   *
   * @default true
   */
  readonly trains?: boolean;
}

/**
 * Reads a configuration.
 *
 * @param text Contents of the file.
 * @param path The file, for messages.
 * @param options Values set on top of the file, and whether it is for training;
 *   `resolve` makes a path in it absolute, `resolveSet` one that is set, by
 *   default as in the file.
 * @returns The configuration, with defaults filled in.
 * @throws {ConfigurationError} If the text is no YAML, or a key or value in it
 *   cannot be used.
 *
 * @example
 * ```ts
 * import { readYaml } from "./yaml_text.ts";
 * const { training } = readYaml("training: {lr: 0.1}", "config.yaml", {
 *   resolve: (path) => path,
 * });
 * if (training.lr !== 0.1) throw new Error("misread");
 * ```
 */
export function readYaml(
  text: string,
  path: string,
  options: ReadOptions & {
    readonly resolve: (path: string) => string;
    readonly resolveSet?: (path: string) => string;
  },
): Configuration {
  if (text.length > LONGEST) {
    const problem = `it has ${text.length} characters, expected ${LONGEST} ` +
      "at most";
    throw new ConfigurationError(path, problem);
  }
  const lines = new yaml.LineCounter();
  const { document, values } = parseYaml(text, path, lines);
  const { resolve, resolveSet = resolve, trains = true } = options;
  const set = (options.set ?? []).map((set) => readOverride(set, path))
    .map((override) => ({
      ...override,
      value: withPaths(override.value, override.keys, resolveSet),
    }));
  // Epochs that are set exclude `updates` of the file.
  const overrides = [
    ...set.filter(({ keys }) => keys.join(".") === "training.epochs")
      .map(({ text }) => ({
        text,
        keys: ["training", "updates"],
        value: undefined,
      })),
    ...set,
  ];
  const refuse: Refuse = (keys, problem) => {
    const key = keys.join(".");
    // A value set inside the refused section is blamed as well.
    const override = overrides.findLast(({ keys: set }) =>
      keys.length > 0 &&
      set.every((name, depth) => depth >= keys.length || name === keys[depth])
    )?.text;
    const offset = offsetOf(document, keys);
    const line = override === undefined && offset !== undefined
      ? lines.linePos(offset).line
      : undefined;
    const words = isDefault(changed, keys)
      ? problem.replace(/^is (?!missing|not )/, "is by default ")
      : problem;
    throw new ConfigurationError(path, `${key || "it"} ${words}`, {
      key,
      line,
      override,
    });
  };
  const changed = overrides.reduce(
    (values, override) => withValue(values, override, path),
    values,
  );
  const configuration = readConfiguration(changed, { refuse, resolve, trains });
  requireBuildable(configuration, refuse);
  return configuration;
}

/**
 * Writes a configuration.
 *
 * @param configuration The configuration.
 * @returns YAML from which the same configuration is read in any folder.
 *
 * @example
 * ```ts
 * import { formatConfiguration, readYaml } from "./yaml_text.ts";
 * import assert from "node:assert/strict";
 * const options = { resolve: (path: string) => path };
 * const configuration = readYaml("training: {lr: 0.1}", "a.yaml", options);
 * assert.deepEqual(
 *   readYaml(formatConfiguration(configuration), "b.yaml", options),
 *   configuration,
 * );
 * ```
 */
export function formatConfiguration(configuration: Configuration): string {
  const document = new yaml.Document(configuration, {
    aliasDuplicateObjects: false,
  });
  yaml.visit(document, {
    Pair(_, pair) {
      const key = pair.key as yaml.Scalar;
      // Writes the keys true and false as booleans, without quotes, as in files
      // that users write.
      if (key.value === "true" || key.value === "false") {
        key.value = key.value === "true";
      }
      if (
        /^(tgtSpike.*|conv|ghost|dense)$/.test(String(key)) &&
        yaml.isMap(pair.value)
      ) {
        pair.value.flow = true;
      }
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** Parses the text of a file. */
function parseYaml(
  text: string,
  path: string,
  lineCounter: yaml.LineCounter,
): { document: yaml.Document; values: unknown } {
  try {
    const document = parseDocument(text, { lineCounter });
    return { document, values: document.toJS() };
  } catch (cause) {
    const { pos } = cause as Partial<yaml.YAMLError>;
    const line = pos && lineCounter.linePos(pos[0]).line;
    throw new ConfigurationError(path, inWords(cause), { line, cause });
  }
}

/** Words an error of the YAML parser. */
function inWords(cause: unknown): string {
  const { message } = cause as Error;
  return /call stack/.test(message) ? "it is nested too deeply" : message;
}

/** Parses YAML, and throws its first error or warning. */
function parseDocument(
  text: string,
  options: yaml.ParseOptions = {},
): yaml.Document {
  const document = yaml.parseDocument(text, {
    prettyErrors: false,
    logLevel: "error",
    ...options,
  });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw problem;
  return document;
}

/** A value to be set on top of a file. */
interface Override {
  readonly text: string;
  readonly keys: readonly string[];
  readonly value: unknown;
}

/** Parses a `key=value` to be set on top of a file. */
function readOverride(text: string, path: string): Override {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined) {
    throw new ConfigurationError(path, "expected key=value", {
      override: text,
    });
  }
  const keys = key.trim().split(".");
  if (keys.length > DEEPEST) {
    const problem = `${keys.length} keys one in another, expected ${DEEPEST} ` +
      "at most";
    throw new ConfigurationError(path, problem, { override: text });
  }
  try {
    const found = parseDocument(value).toJS();
    const isLeftOut = found === null && value.trim() !== "";
    return { text, keys, value: isLeftOut ? undefined : found };
  } catch (cause) {
    const problem = `${key} is no YAML, ${inWords(cause)}`;
    throw new ConfigurationError(path, problem, { key, override: text, cause });
  }
}

/** Makes the paths in a value of the given keys absolute. */
function withPaths(
  value: unknown,
  keys: readonly string[],
  resolve: (path: string) => string,
): unknown {
  if (typeof value === "string") {
    return value !== "" &&
        /^(data\.path|training\.path\.\w+)$/.test(keys.join("."))
      ? resolve(value)
      : value;
  }
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map((
      [key, inner],
    ) => [key, withPaths(inner, [...keys, key], resolve)]),
  );
}

/**
 * Copies the values of a file, with one value replaced, added or left out. A key
 * that is left out of a file without it stays, undefined, to be checked.
 */
function withValue(
  tree: unknown,
  override: Override,
  path: string,
  depth = 0,
): unknown {
  if (depth === override.keys.length) {
    refuseReset(tree, override, path);
    return override.value;
  }
  if (tree !== undefined && tree !== null && typeof tree !== "object") {
    const key = override.keys.slice(0, depth).join(".");
    throw new ConfigurationError(path, `${key} is ${tree}, it has no keys`, {
      key,
      override: override.text,
    });
  }
  const branches = tree ?? {};
  const key = override.keys[depth];
  if (Array.isArray(tree) && !Object.hasOwn(tree, key)) {
    const list = override.keys.slice(0, depth).join(".");
    const problem = `${list} has no entry ${key}, only 0 to ${tree.length - 1}`;
    throw new ConfigurationError(path, problem, {
      key: list,
      override: override.text,
    });
  }
  const branch = Object.hasOwn(branches, key)
    ? branches[key as keyof typeof branches]
    : undefined;
  const value = withValue(branch, override, path, depth + 1);
  const changed = Object.entries({ ...branches, [key]: value }).filter((
    [name, inner],
  ) => name !== key || inner !== undefined || branch === undefined);
  return Array.isArray(tree)
    ? changed.map(([_, entry]) => entry)
    : Object.fromEntries(changed);
}

/**
 * Refuses to replace a section, which would reset its other keys. A neuron of
 * another type is allowed, as its keys differ anyway.
 */
function refuseReset(
  section: unknown,
  { keys, text, value }: Override,
  path: string,
): void {
  const key = keys.join(".");
  const [first] = Object.keys(Object(section));
  if (!SECTIONS.includes(key) || first === undefined) return;
  if (key === "neuron" && Object.hasOwn(Object(value), "type")) return;
  const problem = `${key} is a section: set its keys one by one, such as ` +
    `${key}.${first}`;
  throw new ConfigurationError(path, problem, { key, override: text });
}

/** Tells whether a value is not written, neither in a file nor on top of it. */
function isDefault(tree: unknown, keys: readonly string[]): boolean {
  const [key, ...others] = keys;
  if (key === undefined || !(isMapping(tree) || Array.isArray(tree))) {
    return tree === undefined;
  }
  return isDefault((tree as Record<string, unknown>)[key], others);
}

/** Finds the character offset of the innermost key that the document has. */
function offsetOf(
  document: yaml.Document,
  keys: readonly string[],
): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const key of keys) {
    if (yaml.isAlias(node)) node = node.resolve(document);
    const pair = yaml.isMap(node)
      ? node.items.find(({ key: name }) => String(name) === key)
      : undefined;
    const place = yaml.isSeq(node) ? node.items[Number(key)] : pair?.key;
    if (!yaml.isNode(place)) break;
    offset = place.range?.[0];
    node = pair ? pair.value : place;
  }
  return offset;
}
