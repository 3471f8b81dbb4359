/**
 * Sorting of events by time, for recordings whose times sometimes run
 * backwards.
 *
 * @module
 */

import type { EventBlock } from "../formats/reading/format.ts";

/** Range of event indices, without `end`. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Sorts events by time, in place and stably.
 *
 * @param events The events.
 * @param ranges Ranges that are sorted separately; overlapping ranges are
 *   merged. @default all events
 *
 * @example
 * ```ts
 * import { sortByTime } from "./sort_by_time.ts";
 * const events = {
 *   x: Uint16Array.of(1, 2, 3),
 *   y: Uint16Array.of(1, 2, 3),
 *   t: Float64Array.of(10, 30, 20),
 *   p: Uint8Array.of(0, 1, 0),
 * };
 * sortByTime(events);
 * if (events.x.join() !== "1,3,2") throw new Error(events.x.join());
 * ```
 */
export function sortByTime(
  { x, y, t, p }: EventBlock,
  ranges: readonly Range[] = [{ start: 0, end: t.length }],
): void {
  for (const { start, end } of joined(ranges)) {
    const times = t.slice(start, end);
    const order = Uint32Array.from(times.keys())
      .sort((a, b) => times[a] - times[b] || a - b);
    for (const column of [x, y, t, p]) {
      const before = column.slice(start, end);
      for (let i = 0; i < order.length; i++) {
        column[start + i] = before[order[i]];
      }
    }
  }
}

/** Merges overlapping ranges. */
function joined(ranges: readonly Range[]): Range[] {
  const found: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = found.at(-1);
    if (last === undefined || range.start >= last.end) found.push(range);
    else {
      const end = Math.max(last.end, range.end);
      found[found.length - 1] = { start: last.start, end };
    }
  }
  return found;
}
