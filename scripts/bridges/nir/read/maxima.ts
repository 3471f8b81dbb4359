/**
 * Recognises max pooling, which NIR graphs express by sums and thresholds.
 *
 * The maximum of spikes is 1 where their sum over the window reaches 1.
 * Counts are split into levels first: their maximum is the number of levels
 * that any count in the window reaches.
 */

import type { SpikeSource, SpikeSum } from "../../network/nested_units.ts";

/** 1 where a count reaches a level. */
interface LevelSource {
  readonly kind: "level";
  readonly level: number;
  readonly reads: SpikeSum;
}

/** 1 where any count of a window reaches a level. */
interface LargestLevelSource {
  readonly kind: "largest level";
  readonly level: number;
  readonly window: number;
  readonly reads: SpikeSum;
}

/** A source of a maximum over windows, or of one of its levels. */
export type MaximumSource = SpikeSource | LargestLevelSource;

/** A source of spikes, or of one level of counts. */
export type Source = MaximumSource | LevelSource;

/**
 * Finds the largest possible value of a sum of spikes.
 *
 * @param sources The sources, by index.
 * @param sum The sum.
 * @returns The largest count; `Infinity` if it is unknown or not an integer.
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
 * Merges all levels of a maximum into one max pool.
 *
 * @param sources The sources, by index; new max pools are appended.
 * @param numbers Indices of the sources that are added.
 * @returns Indices of sources with the same sum, ascending.
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
