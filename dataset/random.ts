/**
 * Seeded random numbers for synthetic recordings and for augmentation.
 *
 * @module
 */

import { uniformFloat64 } from "npm:pure-rand@8.4.2/distribution/uniformFloat64";
import { xoroshiro128plusFromState } from "npm:pure-rand@8.4.2/generator/xoroshiro128plus";

/**
 * Random numbers that depend only on a seed and a stream number.
 *
 * The streams of one seed are independent, so that each part of a data set can
 * have its own.
 *
 * @example
 * ```ts
 * import { Random } from "./random.ts";
 * const one = new Random(7).uniform(-1, 1);
 * if (one !== new Random(7).uniform(-1, 1)) throw new Error("not the same");
 * ```
 */
export class Random {
  readonly #generator: ReturnType<typeof xoroshiro128plusFromState>;

  /**
   * Starts a stream.
   *
   * @param seed Whole number from 0 to 2⁵³ − 1.
   * @param stream Number of the stream, counted from 0; streams are 2⁶⁴ numbers
   * apart.
   * @throws {RangeError} If the seed is not such a number.
   */
  constructor(seed: number, stream = 0) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(
        `Cannot seed with "${seed}": a seed is a whole number from 0 to 2^53 - 1`,
      );
    }
    const [low, high] = [seed | 0, Math.floor(seed / 2 ** 32) | 0];
    this.#generator = xoroshiro128plusFromState([-1, ~low, low, high]);
    // Stream 0 jumps too, because a jump spreads the seed over the whole state.
    for (let jump = 0; jump <= stream; jump++) this.#generator.jump();
  }

  /**
   * Draws from a uniform distribution.
   *
   * @param low Lower bound, inclusive.
   * @param high Upper bound, exclusive.
   * @returns A number in [low, high).
   */
  uniform(low: number, high: number): number {
    return low + (high - low) * uniformFloat64(this.#generator);
  }

  /**
   * Draws a whole number from a uniform distribution.
   *
   * @param count Number of values.
   * @returns A whole number from 0 to count − 1.
   */
  below(count: number): number {
    return Math.floor(this.uniform(0, count));
  }

  /**
   * Draws an interval between events of a Poisson process.
   *
   * @param mean Mean interval.
   * @returns An exponentially distributed interval in the unit of the mean.
   */
  wait(mean: number): number {
    return -mean * Math.log(1 - this.uniform(0, 1));
  }

  /**
   * Draws from a normal distribution.
   *
   * @param mean Its mean.
   * @param deviation Its standard deviation.
   * @returns A number.
   */
  normal(mean: number, deviation: number): number {
    const radius = Math.sqrt(2 * this.wait(1));
    return mean + deviation * radius * Math.cos(this.uniform(0, 2 * Math.PI));
  }
}
