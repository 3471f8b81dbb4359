/**
 * The largest count of windows, which graphs of NIR compute from sums.
 *
 * Spikes are largest where their sum over the window reaches 1. Counts are cut
 * into levels first: the largest is the number of levels that any reaches.
 *
 * @module
 */

import type { SpikeSource, SpikeSum } from "../../network/nested_units.ts";

/** Where counts reach a level. */
interface LevelSource {
  readonly kind: "level";
  readonly level: number;
  readonly reads: SpikeSum;
}

/** Where any count of a window reaches a level. */
interface LargestLevelSource {
  readonly kind: "largest level";
  readonly level: number;
  readonly window: number;
  readonly reads: SpikeSum;
}

/** What gives the largest of windows, or a part of it. */
export type MaximumSource = SpikeSource | LargestLevelSource;

/** What gives spikes, or parts of counts. */
export type Source = MaximumSource | LevelSource;

/**
 * Finds the largest count of a sum of spikes.
 *
 * @param sources What gives spikes, by number.
 * @param sum The sum.
 * @returns The count; `Infinity` where it is not known, or no count.
 */
export function mostOf(sources: readonly Source[], sum: SpikeSum): number {
  return sum.sources.reduce((most, number) => {
    const source = sources[number];
    switch (source.kind) {
      case "input":
        return Infinity;
      case "pool":
        return most +
          (source.way === "max" ? mostOf(sources, source.reads) : Infinity);
    }
    return most + 1;
  }, 0);
}

/**
 * Joins the levels of counts of windows to the largest count.
 *
 * @param sources What gives spikes, by number; a maximum is added to it.
 * @param numbers Sources that are added up.
 * @returns Numbers of sources with the same sum, ascending.
 */
export function mergeMaxima(
  sources: Source[],
  numbers: readonly number[],
): number[] {
  const merged: number[] = [];
  const levels = new Map<string, { number: number; level: number }[]>();
  for (const number of numbers) {
    const source = sources[number];
    if (source.kind !== "largest level") {
      merged.push(number);
      continue;
    }
    const { reads, window, level } = source;
    const key = `${reads.sources.join()} ${window}`;
    levels.set(key, [...levels.get(key) ?? [], { number, level }]);
  }
  for (const found of levels.values()) {
    const { reads, window } = sources[found[0].number] as LargestLevelSource;
    const reached = found.map(({ level }) => level).sort((a, b) => a - b);
    const whole = reached.length === mostOf(sources, reads) &&
      reached.every((level, index) => level === index + 1);
    if (!whole) {
      merged.push(...found.map(({ number }) => number));
      continue;
    }
    const same = sources.findIndex((source) =>
      source.kind === "pool" && source.way === "max" &&
      source.window === window &&
      source.reads.sources.join() === reads.sources.join()
    );
    if (same < 0) sources.push({ kind: "pool", way: "max", window, reads });
    merged.push(same < 0 ? sources.length - 1 : same);
  }
  return merged.sort((a, b) => a - b);
}
