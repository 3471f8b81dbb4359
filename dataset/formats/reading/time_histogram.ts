/**
 * Histogram of event times, whose bins widen as needed.
 *
 * @module
 */

/** Number of bins. */
const BINS = 4096;

/**
 * Histogram with equally wide bins that cover all times added.
 *
 * @example
 * ```ts
 * import { TimeHistogram } from "./time_histogram.ts";
 * const histogram = new TimeHistogram();
 * for (const time of [70, 71, 70 + 2 ** 13]) histogram.add(time);
 * const { counts, startUs, widthUs } = histogram;
 * if (startUs !== 70 || widthUs !== 4 || counts[0] !== 2) {
 *   throw new Error(`${startUs} ${widthUs}`);
 * }
 * ```
 */
export class TimeHistogram {
  /** Number of events in each bin. */
  readonly counts: Float64Array<ArrayBuffer> = new Float64Array(BINS);
  /** Start of the first bin in µs; `NaN` without an event. */
  startUs = NaN;
  /** Width of a bin in µs. */
  widthUs = 1;

  /**
   * Counts an event.
   *
   * @param time Its time in µs.
   */
  add(time: number): void {
    if (Number.isNaN(this.startUs)) this.startUs = time;
    let bin = Math.floor((time - this.startUs) / this.widthUs);
    while (bin < 0 || bin >= BINS) {
      this.#widen(bin < 0);
      bin = Math.floor((time - this.startUs) / this.widthUs);
    }
    this.counts[bin]++;
  }

  /** Doubles the bin width, to cover earlier or later times. */
  #widen(before: boolean): void {
    const { counts } = this;
    const half = Float64Array.from(
      { length: BINS / 2 },
      (_, i) => counts[2 * i] + counts[2 * i + 1],
    );
    counts.fill(0);
    counts.set(half, before ? BINS / 2 : 0);
    if (before) this.startUs -= BINS * this.widthUs;
    this.widthUs *= 2;
  }
}
