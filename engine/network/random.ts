/**
 * The random number generator of a run, for weights, order and augmentation.
 *
 * @module
 */

import {
  xoroshiro128plus,
  xoroshiro128plusFromState,
} from "npm:pure-rand@8.4.2/generator/xoroshiro128plus";
import { uniformFloat64 } from "npm:pure-rand@8.4.2/distribution/uniformFloat64";

/** A seeded generator whose state can be saved and restored. */
export class Random {
  #generator: ReturnType<typeof xoroshiro128plus>;

  /**
   * Creates a generator.
   *
   * @param seed An integer seed, or the saved state of another generator.
   * @param stream Index of the seed's stream, counted from 0; streams are 2^64
   * draws apart.
   * @throws {RangeError} If the seed is not an integer, or the stream is not a
   * nonnegative integer.
   */
  constructor(seed: number | readonly number[], stream = 0) {
    if (typeof seed === "number" && !Number.isSafeInteger(seed)) {
      throw new RangeError(`Cannot seed with ${seed}: it is not an integer`);
    }
    if (!(Number.isSafeInteger(stream) && stream >= 0)) {
      throw new RangeError(
        `Cannot draw from stream ${stream}: it is not an integer from 0`,
      );
    }
    this.#generator = typeof seed === "number"
      ? xoroshiro128plus(seed)
      : xoroshiro128plusFromState(seed);
    for (let jump = 0; jump < stream; jump++) this.#generator.jump();
  }

  /**
   * Draws a number from the uniform distribution on [0, 1).
   *
   * @returns The number.
   *
   * @example
   * ```ts
   * import { Random } from "./random.ts";
   * if (new Random(1).uniform() !== new Random(1).uniform()) {
   *   throw new Error("expected the same number");
   * }
   * ```
   */
  uniform(): number {
    return uniformFloat64(this.#generator);
  }

  /**
   * Shuffles items; all orders are equally likely.
   *
   * @param items The items, which are not changed.
   * @returns A shuffled copy.
   */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const chosen = Math.floor(this.uniform() * (last + 1));
      const item = shuffled[last];
      shuffled[last] = shuffled[chosen];
      shuffled[chosen] = item;
    }
    return shuffled;
  }

  /** The generator's state, for a checkpoint. */
  get state(): readonly number[] {
    return this.#generator.getState();
  }
}
