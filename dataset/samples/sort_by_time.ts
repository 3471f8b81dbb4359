/**
 * Sorts events of recordings whose times run backwards here and there.
 *
 * @module
 */

import type { EventBlock } from "../formats/reading/format.ts";

/** A range of events. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Sorts events by time in place; those of the same time keep their order.
 *
 * @param events The events.
 * @param ranges Ranges that are sorted each on its own, ranges that overlap as
 *   one; all events if left out.
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

/** Joins ranges that overlap. */
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
