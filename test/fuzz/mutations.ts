/**
 * Files that are almost right: sound ones, changed by chance.
 *
 * @module
 */

import { fc } from "../fixtures/properties.ts";

/** Longest file made, in bytes. */
const LONGEST = 1 << 16;

/** Something done to a file; places count modulo its length. */
type Mutation =
  | { readonly set: number; readonly at: number }
  | { readonly flip: number; readonly at: number }
  | { readonly insert: Uint8Array; readonly at: number }
  | { readonly remove: number; readonly at: number }
  | { readonly repeat: number; readonly at: number; readonly times: number };

const place = fc.nat(2 ** 20);
const stretch = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.nat(2000));

function anyMutation(tokens: readonly string[]): fc.Arbitrary<Mutation> {
  const encoder = new TextEncoder();
  const inserted = fc.oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc.constantFrom(...tokens).map((token) => encoder.encode(token)),
  );
  const short: fc.Arbitrary<Mutation> = fc.oneof(
    fc.record({ set: fc.nat(255), at: place }),
    fc.record({ flip: fc.nat(7), at: place }),
    fc.record({ insert: inserted, at: place }),
    fc.record({ remove: stretch, at: place }),
  );
  // Long files are slow to read, so that there are fewer of them.
  return fc.oneof(
    { arbitrary: short, weight: 19 },
    {
      arbitrary: fc.record({ repeat: stretch, at: place, times: fc.nat(3000) }),
      weight: 1,
    },
  );
}

function mutate(
  bytes: Uint8Array,
  mutation: Mutation,
): Uint8Array<ArrayBuffer> {
  const at = mutation.at % (bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  if ("insert" in mutation) return join(before, mutation.insert, after);
  if ("remove" in mutation) {
    return join(before, after.subarray(mutation.remove));
  }
  if ("repeat" in mutation) {
    const part = after.subarray(0, mutation.repeat);
    const room = Math.max(LONGEST - bytes.length, 0);
    const times = Math.min(mutation.times, room / (part.length || 1));
    return join(before, ...new Array(Math.floor(times)).fill(part), after);
  }
  const changed = bytes.slice();
  if ("set" in mutation) changed[at] = mutation.set;
  else changed[at] ^= 1 << mutation.flip;
  return changed;
}

/** Puts bytes one after another. */
export function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/**
 * Changes one of some files, up to five times over.
 *
 * @param bases Sound files.
 * @param tokens Texts that mean something to whoever reads them.
 * @returns Files of 64 KiB at most, or hardly more than the longest base.
 */
export function mutated(
  bases: readonly Uint8Array[],
  tokens: readonly string[],
): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const mutations = fc.array(anyMutation(tokens), {
    minLength: 1,
    maxLength: 5,
  });
  return fc.tuple(fc.nat(bases.length - 1), mutations).map(
    ([base, mutations]) => mutations.reduce(mutate, bases[base].slice()),
  );
}

/** Values where JSON has others. */
const ODD: readonly unknown[] = [
  ...[null, true, false, 0, -0, -1, 0.5, 255, 256, 65536, 2 ** 31, 2 ** 32],
  ...[2 ** 40, 2 ** 53, 2 ** 63, 1e308, -1e308, "", "x", "0", "NaN", "U8"],
  ...["__proto__", "constructor", "toString", "../../x", "\u0000", "uint8"],
  ...[[], {}, [[]], [0], [-1], [2 ** 40], [1e308], ["x"], [0, 0, 0]],
  ...[{ name: "gzip" }, { width: 1e9, height: 1e9 }, new Array(5000).fill(1)],
  ...[{ constructor: 1, length: -1 }, "x".repeat(5000)],
];

/** Something done to a value in a tree; places count modulo their number. */
interface TreeMutation {
  readonly at: number;
  readonly odd: number;
  readonly way: "replace" | "remove" | "add";
}

/**
 * Changes values in a tree of JSON, up to three times over.
 *
 * @param tree A value of JSON.
 * @returns Trees of other values, or with other keys.
 */
export function mutatedTree(tree: unknown): fc.Arbitrary<unknown> {
  const mutation: fc.Arbitrary<TreeMutation> = fc.record({
    at: place,
    odd: fc.nat(ODD.length - 1),
    way: fc.constantFrom("replace", "remove", "add"),
  });
  return fc.array(mutation, { minLength: 1, maxLength: 3 }).map((mutations) => {
    const changed = { root: structuredClone(tree) };
    for (const { at, odd, way } of mutations) {
      const places = placesIn(changed);
      const [parent, key] = places[at % places.length];
      const value = structuredClone(ODD[odd]);
      if (way === "replace") parent[key] = value;
      else if (way === "add" && Array.isArray(parent)) parent.push(value);
      else if (way === "add") addKey(parent, String(value), parent[key]);
      else if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else if (key !== "root") delete parent[key];
    }
    return changed.root;
  });
}

type Branch = Record<string, unknown>;

/** Adds a key, `__proto__` like any other. */
function addKey(parent: Branch, key: string, value: unknown): void {
  const options = { enumerable: true, configurable: true, writable: true };
  Object.defineProperty(parent, key, { value, ...options });
}

/** All values of a tree, each by what holds it and under which key. */
function placesIn(tree: object): [parent: Branch, key: string][] {
  return Object.keys(tree).flatMap((key) => {
    const parent = tree as Branch;
    const value = parent[key];
    const below = value instanceof Object && Object.keys(value).length < 100
      ? placesIn(value)
      : [];
    return [[parent, key] as [Branch, string], ...below];
  });
}
