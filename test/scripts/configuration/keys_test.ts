import assert from "node:assert/strict";
import * as v from "npm:valibot@1.5.0";
import { network } from "../../../scripts/configuration/schema/network.ts";
import { configurationSchema } from "../../../scripts/configuration/schema/schema.ts";
import { isMapping } from "../../../scripts/configuration/schema/values.ts";

const PAGE = await Deno.readTextFile(
  new URL("../../../scripts/configuration/keys.md", import.meta.url),
);

/** What a schema of valibot may have, as far as this test looks into it. */
interface Schema {
  readonly type?: string;
  readonly wrapped?: Schema;
  readonly default?: unknown;
  readonly pipe?: readonly Schema[];
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly item?: Schema;
  readonly getter?: (value: unknown) => Schema;
}

/** The keys of a section, chosen by a value where there are several kinds. */
function keysOf(schema: Schema, value: unknown): Record<string, Schema> {
  if (schema.entries) return { ...schema.entries };
  const inner = schema.wrapped ?? schema.getter?.(value) ??
    schema.pipe?.find(({ entries, getter, pipe }) => entries ?? getter ?? pipe);
  return inner ? keysOf(inner, value) : {};
}

/** The keys at a place of the configuration. */
function keysAt(places: readonly string[], value: unknown = {}) {
  return places.reduce(
    (keys, place) => keysOf(keys[place], value),
    keysOf(configurationSchema as unknown as Schema, {}),
  );
}

/** Rows of the tables below a heading: first word of code, and second cell. */
function rowsOf(heading: string): [string, string][] {
  const start = PAGE.search(new RegExp(`^#+ ${RegExp.escape(heading)}$`, "m"));
  assert(start >= 0, heading);
  const after = PAGE.slice(PAGE.indexOf("\n", start));
  const end = after.search(/^#/m);
  return [
    ...after.slice(0, end < 0 ? undefined : end)
      .matchAll(/^\| `([^`]+)` *\| ([^|]*?) *\|/gm),
  ]
    .map(([, key, second]) => [key, second]);
}

/** The default of a key as the page writes it. */
function defaultOf({ type, default: value }: Schema): string {
  if (type !== "optional") return "required";
  if (value === undefined) return "–";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (!isMapping(value)) return String(value);
  const entries = Object.entries(value);
  return entries.length === 0
    ? ""
    : `\`{ ${entries.map(([key, own]) => `${key}: ${own}`).join(", ")} }\``;
}

/** Checks that tables have the keys of a section, with their defaults. */
function checkRows(heading: string, keys: Readonly<Record<string, Schema>>) {
  const rows = Object.fromEntries(rowsOf(heading));
  for (const [key, schema] of Object.entries(keys)) {
    assert.equal(rows[key], defaultOf(schema), `${heading}: ${key}`);
  }
  return Object.keys(rows);
}

/** The sections whose tables have a column of defaults. */
const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  simulation: ["simulation"],
  input: ["input"],
  training: ["training"],
  "training.path": ["training", "path"],
  testing: ["testing"],
  data: ["data"],
};

Deno.test("keys.md has the keys of every section, with their defaults", () => {
  for (const [heading, places] of Object.entries(SECTIONS)) {
    const keys = keysAt(places);
    const rows = checkRows(heading, keys);
    assert.deepEqual(rows.toSorted(), Object.keys(keys).toSorted(), heading);
  }
  const { neuron, network, ...others } = keysAt([]);
  assert(neuron && network);
  const sections = new Set(Object.values(SECTIONS).map(([first]) => first));
  assert.deepEqual([...sections].toSorted(), Object.keys(others).toSorted());
});

Deno.test("keys.md has every neuron's keys, with their defaults", () => {
  const headings = [...PAGE.matchAll(/^### ([A-Z_]+(?:, [A-Z_]+)*)$/gm)]
    .map(([, heading]) => heading);
  const types = headings.flatMap((heading) => heading.split(", "));
  const unknown = v.safeParse(configurationSchema, { neuron: { type: "" } });
  for (const type of types) {
    assert(unknown.issues![0].message.includes(type), type);
  }
  for (const heading of headings) {
    const found = heading.split(", ").map((type) => {
      const { type: _, ...keys } = keysAt(["neuron"], { type });
      return keys;
    });
    const rows = found.map((keys) => checkRows(heading, keys))[0];
    const all = new Set(found.flatMap((keys) => Object.keys(keys)));
    assert.deepEqual(rows.toSorted(), [...all].toSorted(), heading);
  }
});

Deno.test("keys.md has every loss, and every key of losses", () => {
  const keys = keysAt(["training", "error"]);
  const rows = checkRows("training.error", keys);
  const losses = rows.filter((row) => !(row in keys));
  assert.deepEqual(
    rows.filter((row) => row in keys).toSorted(),
    Object.keys(keys).toSorted(),
  );
  const unknown = v.safeParse(configurationSchema, {
    training: { error: { type: "" } },
  });
  const [{ message }] = unknown.issues!;
  const known = message.match(/\b[A-Z]\w+/g)!;
  assert.deepEqual(losses.toSorted(), known.toSorted());
});

Deno.test("keys.md has every filter, change of samples and schedule", () => {
  for (const section of ["filter", "augmentation"]) {
    const keys = Object.keys(keysAt(["training", section]));
    const rows = rowsOf(`training.${section}`).map(([key]) => key);
    assert.deepEqual(rows.toSorted(), keys.toSorted());
  }
  const rows = rowsOf("training.schedule");
  for (const [type, cell] of rows) {
    const { type: _, ...keys } = keysAt(["training", "schedule"], { type });
    const words = Object.entries(keys).map(([key, schema]) => {
      const value = defaultOf(schema);
      return /^[\d.]+$/.test(value) ? `\`${key}\` (${value})` : `\`${key}\``;
    });
    assert.deepEqual(cell.split(", ").toSorted(), words.toSorted(), type);
  }
  const unknown = v.safeParse(configurationSchema, {
    training: { schedule: { type: "" } },
  });
  assert(
    unknown.issues![0].message.includes(
      rows.map(([type]) => type).join(" or "),
    ),
  );
});

Deno.test("keys.md has every layer, and what may stand beside it", () => {
  const unknown = v.safeParse(network, [{}]);
  const kinds = unknown.issues![0].message.match(/one of (.*)/)![1].split(", ");
  const beside = kinds.flatMap((kind) => {
    const list = (network as unknown as Schema).getter!([]);
    const { item } = list.pipe!.find(({ item }) => item)!;
    return Object.keys(keysOf(item!, { [kind]: {} }));
  });
  const rows = rowsOf("network").map(([key]) => key);
  const own = ["layers", "shortcut", "join"];
  const all = new Set([...kinds, ...beside]);
  assert.deepEqual(
    [...new Set(rows)].toSorted(),
    [...all].filter((key) => !own.includes(key)).toSorted(),
  );
  for (const key of own) assert(PAGE.includes(`\`${key}\``), key);
});
