/**
 * Random dropping of events.
 *
 * @module
 */

import { type Events, selectEvents } from "../events.ts";

/**
 * Drops each event with the same probability.
 *
 * @param events The events.
 * @param options The probability, from 0 to 1, and a seeded generator of
 *   numbers in [0, 1), of which one is drawn per event.
 * @returns The remaining events, in the same order.
 *
 * @example
 * ```ts
 * import { dropEvents } from "./drop.ts";
 * const events = {
 *   x: Uint16Array.of(1, 2),
 *   y: Uint16Array.of(1, 2),
 *   t: Uint32Array.of(10, 20),
 *   p: Uint8Array.of(0, 1),
 * };
 * const drawn = [0.1, 0.6];
 * const random = () => drawn.shift()!;
 * const { t } = dropEvents(events, { probability: 0.5, random });
 * if (t.join() !== "20") throw new Error("expected the second event");
 * ```
 */
export function dropEvents(
  events: Events,
  { probability, random }: {
    readonly probability: number;
    readonly random: () => number;
  },
): Events {
  const kept = new Uint32Array(events.t.length);
  let count = 0;
  for (let i = 0; i < kept.length; i++) {
    if (random() >= probability) kept[count++] = i;
  }
  return selectEvents(events, kept.subarray(0, count));
}
