/**
 * Recordings that have the events of another.
 *
 * @module
 */

import type { SourceRecording } from "../labelled_samples.ts";

/**
 * Finds recordings that have the same events.
 *
 * @param recordings The recordings.
 * @returns The indices of those that are alike, two at least in each list;
 *   recordings that were not read, or have no events, are in none.
 *
 * @example
 * ```ts
 * import { findCopies } from "./copies.ts";
 * const copies = findCopies([{ name: "1.csv", path: "1.csv" }]);
 * if (copies.length > 0) throw new Error("expected none");
 * ```
 */
export function findCopies(recordings: readonly SourceRecording[]): number[][] {
  const read = [...recordings.keys()].filter((place) =>
    (recordings[place].facts?.events ?? 0) > 0
  );
  return [...Map.groupBy(read, (n) => recordings[n].facts!.digest).values()]
    .filter(({ length }) => length > 1);
}
