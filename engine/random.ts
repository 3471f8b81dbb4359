/**
 * The one source of randomness in a run.
 *
 * @module
 */

import {
  xoroshiro128plus,
  xoroshiro128plusFromState,
} from "npm:pure-rand@8.4.2/generator/xoroshiro128plus";
import { uniformFloat64 } from "npm:pure-rand@8.4.2/distribution/uniformFloat64";

/** A seeded generator whose state can be kept and restored. */
export class Random {
  #generator: ReturnType<typeof xoroshiro128plus>;

  /**
   * @param seed A seed, an integer, or a state kept from another generator.
   */
  constructor(seed: number | readonly number[]) {
    this.#generator = typeof seed === "number"
      ? xoroshiro128plus(seed)
      : xoroshiro128plusFromState(seed);
  }

  /**
   * Draws a number, evenly from [0, 1).
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

  /** The generator's state, for a checkpoint. */
  get state(): readonly number[] {
    return this.#generator.getState();
  }
}
