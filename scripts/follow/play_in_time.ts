/**
 * Plays back a recording at its original speed.
 *
 * @module
 */

import type { EventBlock } from "../../dataset/formats/reading/format.ts";

/** Length of the blocks of events, in ms. */
const STEP_MS = 20;

/** A clock with ms resolution. */
export interface Clock {
  now(): number;
  wait(ms: number): Promise<void>;
}

const CLOCK: Clock = {
  now: () => performance.now(),
  wait: (ms) => new Promise((go) => setTimeout(go, ms)),
};

/**
 * Delays events so that they follow the recording's own clock, in blocks of 20
 * ms.
 *
 * @param blocks Events in order of time.
 * @param clock The clock.
 * @returns The same events, in smaller blocks.
 */
export async function* playInTime(
  blocks: AsyncIterable<EventBlock>,
  clock = CLOCK,
): AsyncGenerator<EventBlock, void, void> {
  let startUs: number | undefined;
  let begun = 0;
  for await (const { x, y, t, p } of blocks) {
    if (startUs === undefined) {
      startUs = t[0];
      begun = clock.now();
    }
    for (let from = 0; from < t.length;) {
      const due = (Math.floor((t[from] - startUs) / 1000 / STEP_MS) + 1) *
        STEP_MS;
      let to = from + 1;
      while (to < t.length && t[to] - startUs < 1000 * due) to++;
      const early = begun + due - clock.now();
      if (early > 0) await clock.wait(early);
      yield {
        x: x.subarray(from, to),
        y: y.subarray(from, to),
        t: t.subarray(from, to),
        p: p.subarray(from, to),
      };
      from = to;
    }
  }
}
