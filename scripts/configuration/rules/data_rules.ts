/**
 * Rules between the keys of the section `data`.
 *
 * @module
 */

import type { DataSection } from "../schema/data.ts";
import type { Refuse } from "../schema/read_keys.ts";

/**
 * Checks the keys against one another, and makes the path absolute.
 *
 * @param section The section.
 * @param options `refuse` throws the error of the first problem; `resolve`
 * makes a path absolute.
 * @returns The section.
 */
export function completeData(
  section: DataSection,
  { refuse, resolve }: {
    readonly refuse: Refuse;
    readonly resolve: (path: string) => string;
  },
): DataSection {
  const { window, overlap, group, folds, test } = section;
  if (overlap > 0 && overlap >= (window ?? 0)) {
    const problem = window === undefined
      ? "there are no windows that could overlap without data.window"
      : `expected less than data.window, which is ${window} ms`;
    refuse(["data", "overlap"], `is ${overlap} ms, ${problem}`);
  }
  if (window === 0) {
    refuse(["data", "window"], "is 0, expected a time such as 500 ms");
  }
  if (folds !== undefined && test !== undefined) {
    refuse(["data", "test"], "does not go with data.folds");
  }
  if (folds === "groups" && group === "none") {
    refuse(["data", "folds"], "is groups, does not go with data.group: none");
  }
  const twice =
    section.classes?.findIndex((name, n, all) => all.indexOf(name) < n) ?? -1;
  if (twice >= 0) {
    const problem = `is "${section.classes![twice]}", which is there twice`;
    refuse(["data", "classes", String(twice)], problem);
  }
  for (const key of ["class", "group"] as const) {
    try {
      new RegExp(section[key] ?? "");
    } catch {
      refuse(["data", key], `is "${section[key]}", which is no pattern`);
    }
  }
  return { ...section, path: resolve(section.path) };
}
