/**
 * Which stretch of time each frame of a moving picture shows.
 *
 * @module
 */

import type { Sample } from "../samples/sample.ts";

/** The stretches of time that frames show. */
export interface FramePlan {
  /** When each starts, in µs; together they show the whole sample. */
  readonly starts: readonly number[];
  /** How long each is, in µs. */
  readonly windowUs: number;
  /** Frames in a second. */
  readonly rate: number;
  /** Time in life per time in the picture. */
  readonly speed: number;
}

/** Most frames of a picture. */
const MOST_FRAMES = 5000;

/**
 * Plans the frames of a sample.
 *
 * @param sample The sample.
 * @param options The ms that a frame shows, frames in a second, and how many
 *   times slower than life they pass; if that is not given, one window follows
 *   another.
 * @returns The plan.
 * @throws {RangeError} If there would be too many frames.
 *
 * @example
 * ```ts
 * import { planFrames } from "./frame_plan.ts";
 * import { createSample } from "../samples/sample.ts";
 * const sample = createSample({
 *   x: Uint16Array.of(0, 0),
 *   y: Uint16Array.of(0, 0),
 *   t: Uint32Array.of(0, 99_999),
 *   p: Uint8Array.of(1, 0),
 * }, { name: "two", sensor: { width: 1, height: 1 }, origin: "top" });
 * const plain = planFrames(sample, { window: 50, rate: 24 });
 * if (plain.starts.join() !== "0,50000") throw new Error("misplanned");
 * const slow = planFrames(sample, { window: 50, rate: 20, slow: 2 });
 * if (slow.starts.join() !== "0,25000,50000") throw new Error("misplanned");
 * ```
 */
export function planFrames(
  { name, startUs, endUs }: Sample,
  { window, rate, slow }: {
    readonly window: number;
    readonly rate: number;
    readonly slow?: number;
  },
): FramePlan {
  const windowUs = 1000 * window;
  const stepUs = slow === undefined ? windowUs : 1_000_000 / (rate * slow);
  const beyondFirst = Math.max(0, endUs - startUs - windowUs);
  const frames = 1 + Math.ceil(beyondFirst / stepUs);
  if (frames > MOST_FRAMES) {
    throw new RangeError(
      `Cannot animate "${name}" in ${frames} frames: ${MOST_FRAMES} are the ` +
        "most, and a longer window or a shorter part has fewer",
    );
  }
  return {
    starts: Array.from({ length: frames }, (_, i) => startUs + i * stepUs),
    windowUs,
    rate,
    speed: rate * stepUs / 1_000_000,
  };
}
