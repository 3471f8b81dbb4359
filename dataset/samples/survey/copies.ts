/**
 * Detection of recordings with equal events.
 *
 * @module
 */

import type { SourceRecording } from "../labelled_samples.ts";

/**
 * Groups recordings with equal events.
 *
 * @param recordings The recordings.
 * @returns Lists of at least two indices of recordings with equal events.
 *   Recordings that were not read or have no events are in no list.
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
