/**
 * Removal of stray events.
 *
 * @module
 */

import type { EventBlock, FileFaults } from "./format.ts";
import { type Limits, NO_LIMITS } from "./stray_events.ts";

/**
 * Filter that keeps the events within limits and counts the others.
 *
 * @example
 * ```ts
 * import { NO_LIMITS } from "./stray_events.ts";
 * import { StrayFilter } from "./stray_filter.ts";
 * const filter = new StrayFilter({ ...NO_LIMITS, width: 8 });
 * const { x } = filter.take({
 *   x: Uint16Array.of(5, 900),
 *   y: Uint16Array.of(0, 0),
 *   t: Float64Array.of(70, 71),
 *   p: Uint8Array.of(1, 1),
 * });
 * if (x.join() !== "5" || filter.count !== 1) throw new Error("expected one");
 * ```
 */
export class StrayFilter {
  readonly #limits: Limits;
  #outside = 0;
  #largest = 0;
  #faraway = 0;
  #latest = 0;

  /**
   * Makes a filter.
   *
   * @param limits Limits of the events that are not stray.
   */
  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Number of events removed so far. */
  get count(): number {
    return this.#outside + this.#faraway;
  }

  /**
   * Selects the events of a block that are not stray.
   *
   * @param block The events.
   * @returns The same block if none is stray.
   */
  take(block: EventBlock): EventBlock {
    if (this.#limits === NO_LIMITS) return block;
    const before = this.count;
    const isKept = block.p.map((_, i) => this.#keeps(block, i) ? 1 : 0);
    if (this.count === before) return block;
    const keep = (_: number, i: number) => isKept[i] === 1;
    return {
      x: block.x.filter(keep),
      y: block.y.filter(keep),
      t: block.t.filter(keep),
      p: block.p.filter(keep),
    };
  }

  #keeps({ x, y, t }: EventBlock, i: number): boolean {
    const { width, height, startUs, endUs } = this.#limits;
    if (x[i] >= width || y[i] >= height) {
      this.#outside++;
      this.#largest = Math.max(this.#largest, x[i], y[i]);
      return false;
    }
    if (t[i] >= startUs && t[i] < endUs) return true;
    this.#faraway++;
    this.#latest = t[i];
    return false;
  }

  /**
   * Describes the removed events.
   *
   * @param extent Columns and rows of the remaining events.
   * @returns A fault for events with stray pixels, and one for events with
   *   stray times.
   */
  faults(
    { width, height }: { readonly width: number; readonly height: number },
  ): FileFaults[] {
    return [
      {
        problem: `events outside the ${width}×${height} pixels of all ` +
          `others, up to coordinate ${this.#largest}`,
        count: this.#outside,
      },
      {
        problem: `events far from all others in time, as at ${this.#latest} µs`,
        count: this.#faraway,
      },
    ].filter(({ count }) => count > 0);
  }
}
