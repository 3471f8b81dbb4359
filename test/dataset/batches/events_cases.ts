/** Any samples on any sensors, for the tests of filters and augmentations. */

import type { Events, Sensor } from "../../../dataset/events.ts";
import { Random } from "../../../dataset/random.ts";
import { fc } from "../../fixtures/properties.ts";
import { columns } from "./packed_samples.ts";

/** A sample and the sensor that it was recorded by. */
export interface EventsCase {
  readonly sensor: Sensor;
  readonly events: Events;
}

/** Samples in order of time, at any time of a 32-bit clock that wraps. */
export const anyEvents: fc.Arbitrary<EventsCase> = fc.record({
  width: fc.integer({ min: 1, max: 20 }),
  height: fc.integer({ min: 1, max: 20 }),
}).chain((sensor) => {
  const event = fc.tuple(
    fc.nat(sensor.width - 1),
    fc.nat(sensor.height - 1),
    fc.oneof(fc.nat(20), fc.nat(5000)),
    fc.nat(1),
  );
  return fc.tuple(
    fc.oneof(fc.nat(1000), fc.integer({ min: 2 ** 32 - 20_000, max: 2 ** 32 })),
    fc.array(event, { maxLength: 80, size: "max" }),
  ).map(([begin, steps]) => {
    let us = begin;
    const events = columns(steps.map(([x, y, step, p]) => {
      us += step;
      return [x, y, us, p];
    }));
    return { sensor, events };
  });
});

/** One text an event, to compare events by. */
export function keys({ x, y, t, p }: Events): string[] {
  return Array.from(t, (time, i) => `${x[i]} ${y[i]} ${time} ${p[i]}`);
}

/** Whether all `some` events occur in `all` in the same order. */
export function isSubsequence(some: Events, all: Events): boolean {
  const left = keys(some);
  for (const key of keys(all)) if (key === left[0]) left.shift();
  return left.length === 0;
}

/** µs since the first event, across wraps of the clock. */
export function sinceFirst({ t }: Events): number[] {
  return Array.from(t, (time) => (time - t[0]) | 0);
}

/** A seeded generator of numbers in [0, 1). */
export function seeded(seed: number): () => number {
  const random = new Random(seed);
  return () => random.uniform(0, 1);
}
