/**
 * Random augmentation of training samples, drawn anew at each visit.
 *
 * @module
 */

import { dropEvents } from "./drop.ts";
import { jitterTime } from "./jitter_time.ts";
import { flip, shift } from "./move.ts";
import type { Events, Sensor } from "../events.ts";

/** Augmentations, applied in this order where given. */
export interface AugmentOptions {
  /** The sensor of the events. */
  readonly sensor: Sensor;
  /** Seeded generator of numbers in [0, 1). */
  readonly random: () => number;
  /** Probability of dropping each event, from 0 to 1. */
  readonly drop?: number;
  /** Probability of mirroring the sample left to right. */
  readonly flipX?: number;
  /** Probability of mirroring the sample top to bottom. */
  readonly flipY?: number;
  /**
   * Maximum shift of the sample along each axis, in pixels, in both directions.
   */
  readonly shift?: number;
  /** Standard deviation of the jitter added to times, in ms. */
  readonly timeJitter?: number;
}

/**
 * Augments a sample at random.
 *
 * @param events The events of a sample, on the sensor.
 * @param options The augmentations, the sensor and the random generator.
 * @returns The augmented events; the input is not modified.
 *
 * @example
 * ```ts
 * import { augmentEvents } from "./augment.ts";
 * import { allocateEvents, DVS128 } from "../events.ts";
 * const { x } = augmentEvents(allocateEvents(1), {
 *   sensor: DVS128,
 *   random: () => 0.25,
 *   flipX: 0.5,
 * });
 * if (x[0] !== 127) throw new Error("expected the sample mirrored");
 * ```
 */
export function augmentEvents(
  events: Events,
  options: AugmentOptions,
): Events {
  const { sensor, random, drop, flipX, flipY, timeJitter } = options;
  if (drop) events = dropEvents(events, { probability: drop, random });
  if (flipX && random() < flipX) events = flip(events, { sensor, axis: "x" });
  if (flipY && random() < flipY) events = flip(events, { sensor, axis: "y" });
  if (options.shift) {
    const most = options.shift;
    const steps = () => Math.floor(random() * (2 * most + 1)) - most;
    events = shift(events, { sensor, dx: steps(), dy: steps() });
  }
  if (timeJitter) {
    events = jitterTime(events, { deviation: timeJitter, random });
  }
  return events;
}
