/**
 * Detection of groups and recordings shared by several sets of a data set's own
 * split.
 *
 * @module
 */

import type { LabelledSample } from "../labelled_samples.ts";

/**
 * Finds groups (or recordings without a group) with samples in several sets of
 * a data set's own split.
 *
 * @param samples The samples.
 * @returns A line for each, such as `ann is in train and in test`.
 *
 * @example
 * ```ts
 * import { sharedSides } from "./shared_sides.ts";
 * const sample = { name: "1", recording: "1.csv", label: 0, place: 0 };
 * const lines = sharedSides([
 *   { ...sample, set: "train" },
 *   { ...sample, set: "test" },
 * ]);
 * if (`${lines}` !== "1.csv is in train and in test") throw new Error(`${lines}`);
 * ```
 */
export function sharedSides(samples: readonly LabelledSample[]): string[] {
  const owners = Map.groupBy(
    samples.filter(({ set }) => set !== undefined),
    ({ group, recording }) => group ?? recording,
  );
  return [...owners].flatMap(([name, own]) => {
    const there = new Set(own.map(({ set }) => set));
    const sets = (["train", "validation", "test"] as const)
      .filter((set) => there.has(set));
    return sets.length < 2 ? [] : [`${name} is in ${sets.join(" and in ")}`];
  });
}
