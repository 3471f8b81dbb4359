/**
 * Plans the time window that each frame of an animation shows.
 *
 * @module
 */

import type { Sample } from "../samples/sample.ts";

/** The time windows of the frames. */
export interface FramePlan {
  /** Start of each window in µs; together they cover the whole sample. */
  readonly starts: readonly number[];
  /** Length of each window in µs. */
  readonly windowUs: number;
  /** Frames per second. */
  readonly rate: number;
  /** Recorded time per time of the animation. */
  readonly speed: number;
}

/** Largest number of frames. */
const MAX_FRAMES = 5000;

/**
 * Plans the frames of a sample.
 *
 * @param sample The sample.
 * @param options Length of the window in ms, frames per second, and how many
 * times slower than recorded the animation plays; without this, windows follow
 * each other without overlap.
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
  if (frames > MAX_FRAMES) {
    throw new RangeError(
      `Cannot animate "${name}" in ${frames} frames: at most ${MAX_FRAMES} ` +
        "are allowed; choose a longer window or a shorter part",
    );
  }
  return {
    starts: Array.from({ length: frames }, (_, i) => startUs + i * stepUs),
    windowUs,
    rate,
    speed: rate * stepUs / 1_000_000,
  };
}
