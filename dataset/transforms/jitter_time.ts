/**
 * Random jitter of event times.
 *
 * @module
 */

import { elapsedTimes, type Events } from "../events.ts";

/**
 * Adds normally distributed jitter, rounded to whole µs, to each time.
 *
 * Times are clamped to the range of the sample, and the first event keeps its
 * time, because a sample may start there. Events keep their order in the
 * columns, so the resulting times may run backwards.
 *
 * @param events The events of a sample.
 * @param options Standard deviation in ms, and a seeded generator of numbers in
 *   [0, 1), of which two are drawn per pair of events.
 * @returns All events, in the same order; x, y and p are shared with the input.
 *
 * @example
 * ```ts
 * import { jitterTime } from "./jitter_time.ts";
 * const events = {
 *   x: Uint16Array.of(1, 2, 3),
 *   y: Uint16Array.of(1, 2, 3),
 *   t: Uint32Array.of(1000, 5000, 9000),
 *   p: Uint8Array.of(0, 1, 0),
 * };
 * const { t } = jitterTime(events, { deviation: 1, random: () => 0.5 });
 * if (t.join() !== "1000,3823,9000") throw new Error(t.join());
 * ```
 *
 * Source: Box and Muller, "A note on the generation of random normal deviates"
 * (1958).
 */
export function jitterTime(
  events: Events,
  { deviation, random }: {
    readonly deviation: number;
    readonly random: () => number;
  },
): Events {
  const { x, y, t, p } = events;
  const times = t.slice();
  const elapsed = elapsedTimes(t);
  let [earliest, latest] = [0, 0];
  for (const time of elapsed) {
    if (time < earliest) earliest = time;
    if (time > latest) latest = time;
  }
  const move = (i: number, us: number) => {
    const time = elapsed[i] + Math.round(us);
    times[i] = t[0] + Math.min(Math.max(time, earliest), latest);
  };
  for (let i = 1; i < t.length; i += 2) {
    const radius = deviation * 1000 * Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    move(i, radius * Math.cos(angle));
    if (i + 1 < t.length) move(i + 1, radius * Math.sin(angle));
  }
  return { x, y, t: times, p };
}
