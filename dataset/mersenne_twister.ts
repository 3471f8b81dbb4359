/**
 * The random generator with which NumPy's `RandomState` shuffles.
 *
 * @module
 */

const LENGTH = 624;
const MIDDLE = 397;

/**
 * MT19937, giving the numbers of NumPy's `RandomState` for the same seed.
 *
 * Source: M. Matsumoto and T. Nishimura, "Mersenne Twister: A 623-dimensionally
 * equidistributed uniform pseudorandom number generator", ACM TOMACS 8 (1998),
 * seeded as in their revision of 2002.
 *
 * @example
 * ```ts
 * import { MersenneTwister } from "./mersenne_twister.ts";
 * const values = [0, 1, 2, 3, 4];
 * new MersenneTwister(0).shuffle(values);
 * if (values.join() !== "2,0,1,3,4") throw new Error("unexpected order");
 * ```
 */
export class MersenneTwister {
  readonly #state = new Uint32Array(LENGTH);
  #next = LENGTH;

  /**
   * Seeds a generator.
   *
   * @param seed A whole number from 0 to 2³² − 1.
   * @throws {RangeError} If the seed is anything else.
   */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
      throw new RangeError(
        `Cannot seed with "${seed}": a whole number from 0 to 4294967295 ` +
          "is needed",
      );
    }
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < LENGTH; i++) {
      const last = state[i - 1];
      state[i] = Math.imul(1812433253, last ^ (last >>> 30)) + i;
    }
  }

  /**
   * Draws a number.
   *
   * @returns A whole number, uniform in [0, 2³²).
   */
  uint32(): number {
    if (this.#next === LENGTH) this.#twist();
    let word = this.#state[this.#next++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  /**
   * Puts values into a random order, in place.
   *
   * @param values The values, fewer than 2³².
   */
  shuffle(values: number[]): void {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.#upTo(i);
      [values[i], values[j]] = [values[j], values[i]];
    }
  }

  /** Draws a whole number, uniform from 0 to max, rejecting larger ones. */
  #upTo(max: number): number {
    const unused = Math.clz32(max);
    let value: number;
    do {
      value = (this.uint32() << unused) >>> unused;
    } while (value > max);
    return value;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < LENGTH; i++) {
      const joined = (state[i] & 0x80000000) |
        (state[(i + 1) % LENGTH] & 0x7fffffff);
      state[i] = state[(i + MIDDLE) % LENGTH] ^ (joined >>> 1) ^
        (joined & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}
