/**
 * Checks of training steps, and the time spent waiting for the device.
 *
 * @module
 */

import { isFrom0 } from "../../network/float_range.ts";
import type { Optimizer } from "./optimizer.ts";

/**
 * Requires a plan that trains.
 *
 * @param optimizer The plan's optimizer, if it has one.
 * @returns The optimizer.
 * @throws {TypeError} If there is none.
 */
export function requireOptimizer(optimizer: Optimizer | undefined): Optimizer {
  if (!optimizer) {
    throw new TypeError("Cannot train: the plan was made to evaluate");
  }
  return optimizer;
}

/**
 * Checks a learning rate.
 *
 * @param lr Learning rate.
 * @throws {RangeError} If it is negative or not finite.
 */
export function requireRate(lr: number): void {
  if (!isFrom0(lr)) {
    throw new RangeError(
      `Cannot train with a learning rate of ${lr}: it is not a number from 0`,
    );
  }
}

/** Sums the time spent submitting steps and waiting for the device. */
export class WaitClock {
  #ms = 0;

  /** Total time, in ms. */
  get ms(): number {
    return this.#ms;
  }

  /**
   * Measures a wait.
   *
   * @param device Submits work, or waits for it.
   * @returns The result of `device`.
   */
  async during<T>(device: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await device();
    } finally {
      this.#ms += performance.now() - start;
    }
  }
}
