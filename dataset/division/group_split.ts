/**
 * Division of samples by groups: the samples of a person, a recording or a day
 * stay together, and each part has its share of every class.
 *
 * @module
 */

import { Random } from "../random.ts";

/** A sample to divide. */
export interface GroupedSample {
  /** Its class. */
  readonly label: number;
  /** Its group. */
  readonly group: string;
}

/** A group and the number of its samples by class. */
interface Group {
  readonly samples: number[];
  /** Number of its samples by class. */
  readonly counts: Map<number, number>;
}

/**
 * Divides samples into parts so that no group is in two of them, and each part
 * has about its share of every class.
 *
 * Groups are assigned in descending order of size, equal sizes in random order,
 * each to the part in which the sum over classes and parts of (samples of the
 * class in the part)² / (share · (all samples of the class)²) grows least, of
 * equal ones an empty one. If a part then lacks a class that occurs in several
 * groups, the smallest group with this class moves to it from the part with
 * most such groups.
 *
 * @param samples The samples.
 * @param shares Share of each part, above 0; the sum is 1.
 * @param seed Seed of the order.
 * @returns The indices of the samples in each part, ascending.
 * @throws {RangeError} If there are fewer groups than parts.
 *
 * @example
 * ```ts
 * import { splitByGroup } from "./group_split.ts";
 * const samples = [0, 0, 1, 1].map((label, n) => ({ label, group: `${n}` }));
 * const [train, test] = splitByGroup(samples, [0.5, 0.5], 0);
 * const labels = test.map((n) => samples[n].label).join();
 * if (train.length !== 2 || labels !== "0,1") throw new Error(labels);
 * ```
 */
export function splitByGroup(
  samples: readonly GroupedSample[],
  shares: readonly number[],
  seed: number,
): number[][] {
  const groups = [...Map.groupBy(samples.keys(), (n) => samples[n].group)]
    .map(([, indices]): Group => ({
      samples: indices,
      counts: countBy(indices.map((n) => samples[n].label)),
    }));
  if (groups.length < shares.length) {
    throw new RangeError(
      `Cannot divide "${groups.length}" groups into ${shares.length} parts`,
    );
  }
  const totals = countBy(samples.map(({ label }) => label));
  const parts = shares.map((): Set<Group> => new Set());
  const inParts = shares.map(() => new Map<number, number>());
  const move = (group: Group, to: number, from?: number) => {
    parts[to].add(group);
    if (from !== undefined) parts[from].delete(group);
    for (const [label, count] of group.counts) {
      add(inParts[to], label, count);
      if (from !== undefined) add(inParts[from], label, -count);
    }
  };
  const random = new Random(seed);
  const order = groups.map((group) => ({ group, place: random.uniform(0, 1) }))
    .sort((a, b) =>
      b.group.samples.length - a.group.samples.length || a.place - b.place
    );
  for (const { group } of order) {
    const costs = shares.map((share, part) => {
      let cost = 0;
      for (const [label, count] of group.counts) {
        const there = inParts[part].get(label) ?? 0;
        cost += (2 * there + count) * count / (share * totals.get(label)! ** 2);
      }
      return cost;
    });
    const least = Math.min(...costs);
    const empty = costs.findIndex((cost, part) =>
      cost === least && parts[part].size === 0
    );
    move(group, empty < 0 ? costs.indexOf(least) : empty);
  }
  for (const label of totals.keys()) {
    const having = parts.map((part) =>
      [...part].filter(({ counts }) => counts.has(label))
        .sort((a, b) => a.samples.length - b.samples.length)
    );
    for (const [part, there] of having.entries()) {
      const most = Math.max(...having.map(({ length }) => length));
      if (there.length > 0 || most < 2) continue;
      const from = having.findIndex(({ length }) => length === most);
      const moved = having[from].shift()!;
      there.push(moved);
      move(moved, part, from);
    }
  }
  return parts.map((part) =>
    [...part].flatMap(({ samples }) => samples).sort((a, b) => a - b)
  );
}

function countBy(labels: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const label of labels) add(counts, label, 1);
  return counts;
}

function add(counts: Map<number, number>, label: number, count: number): void {
  counts.set(label, (counts.get(label) ?? 0) + count);
}
