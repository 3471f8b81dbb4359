/**
 * The one source of chance in synthetic data: a small seeded generator.
 *
 * @module
 */

const TWO_32 = 2 ** 32;

/**
 * Random numbers that depend on a seed and a stream number alone.
 *
 * Streams of one seed are independent, so that each part of a data set draws
 * from its own and does not notice how many parts there are.
 *
 * Source: sfc32 by Chris Doty-Humphrey, in PractRand (public domain).
 *
 * @example
 * ```ts
 * import { Random } from "./random.ts";
 * const one = new Random(7, 0).uniform(-1, 1);
 * if (one !== new Random(7, 0).uniform(-1, 1)) throw new Error("not the same");
 * ```
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /**
   * Starts a stream.
   *
   * @param seed Whole number from 0 to 2⁵³ − 1.
   * @param stream Which of the seed's streams, a whole number below 2³².
   * @throws {RangeError} If the seed is not such a number.
   */
  constructor(seed: number, stream: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(
        `Cannot seed with "${seed}": a seed is a whole number from 0 to 2^53 - 1`,
      );
    }
    this.#a = stream | 0;
    this.#b = seed | 0;
    this.#c = Math.floor(seed / TWO_32) | 0;
    // The words of near seeds differ in few bits until they have been mixed.
    for (let round = 0; round < 12; round++) this.#next();
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /**
   * Draws a number between two others, all equally likely.
   *
   * @param low Least value.
   * @param high Bound that is not reached.
   * @returns A number in [low, high).
   */
  uniform(low: number, high: number): number {
    return low + (high - low) * (this.#next() / TWO_32);
  }

  /**
   * Draws a whole number, all equally likely.
   *
   * @param count How many there are, below 2³².
   * @returns A whole number from 0 to count − 1.
   */
  below(count: number): number {
    return Math.floor((this.#next() / TWO_32) * count);
  }

  /**
   * Draws the wait for the next event of a Poisson process.
   *
   * @param mean Mean wait.
   * @returns A wait above 0, in the unit of the mean.
   */
  wait(mean: number): number {
    return -mean * Math.log((this.#next() + 0.5) / TWO_32);
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
