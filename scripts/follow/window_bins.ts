/**
 * Cuts a live recording into windows of a sample's length and bins its events
 * as in a test.
 *
 * @module
 */

import { addressBits, type Binning } from "../../dataset/pack.ts";
import type { Sensor } from "../../dataset/events.ts";
import type { EventBlock } from "../../dataset/formats/reading/format.ts";
import { LiveFilter, type LiveFilterOptions } from "./live_filter.ts";

/** Adding and subtracting it rounds a float64 to an integer, half to even. */
const ROUND = 2 ** 52;

/** Options of windows and bins. */
export interface WindowBinning {
  /** Method of binning, see pack.ts; `slices` are those of a window. */
  readonly method: Binning["method"];
  /** Length of a window in µs. */
  readonly lengthUs: number;
  /** Number of bins of a window. */
  readonly bins: number;
  /**
   * Subdivisions of a bin that times are rounded to, and their length in ms.
   */
  readonly fine: number;
  readonly fineMs: number;
  /** Times are truncated to multiples of this many µs. */
  readonly unitUs: number;
  /** The sensor that the network was trained on. */
  readonly sensor: Sensor;
  /** Filters of events, none by default. */
  readonly filter?: LiveFilterOptions;
}

/** Events of consecutive bins of a window. */
export interface WindowChunk {
  /** Number of the window, from 0; windows without events may be skipped. */
  readonly window: number;
  /** Number of bins, following those of the previous chunk. */
  readonly bins: number;
  /** Packed events, with bins counted from the chunk's first. */
  readonly words: Uint32Array;
  /** Whether it is the window's last chunk. */
  readonly ends: boolean;
}

/** Cuts and bins events block by block. */
export class WindowBins {
  readonly #binning: WindowBinning;
  readonly #bits: number;
  readonly #filter: LiveFilter;
  /** Start of the first window, in µs. */
  #startUs: number | undefined;
  #window = -1;
  /** Number of bins of the window already returned. */
  #done = 0;
  /** The latest bin with an event. */
  #latest = 0;
  /** Bins and addresses of events not yet returned. */
  #waiting: [bin: number, address: number][] = [];
  #late = 0;
  #outside = 0;
  #beyond = 0;

  /** @param binning Options of windows and bins. */
  constructor(binning: WindowBinning) {
    this.#binning = binning;
    this.#bits = addressBits(binning.sensor);
    this.#filter = new LiveFilter(binning.sensor, binning.filter ?? {});
  }

  /** Number of events dropped because their bin was already returned. */
  get late(): number {
    return this.#late;
  }

  /** Number of events dropped because they are outside of the sensor. */
  get outside(): number {
    return this.#outside;
  }

  /**
   * Number of events dropped because their time rounds to beyond the bins of
   * their window.
   */
  get beyond(): number {
    return this.#beyond;
  }

  /** Number of events dropped because their pixel is hot. */
  get hot(): number {
    return this.#filter.hot;
  }

  /** Number of events dropped because no neighbour supports them. */
  get noise(): number {
    return this.#filter.noise;
  }

  /**
   * Adds events.
   *
   * @param block The events; times may descend only slightly.
   * @returns Chunks of bins that are complete.
   */
  *add({ x, y, t, p }: EventBlock): Generator<WindowChunk, void, void> {
    const { method, lengthUs, bins, fine, fineMs, unitUs, sensor } =
      this.#binning;
    const { width, height } = sensor;
    for (let i = 0; i < t.length; i++) {
      if (x[i] >= width || y[i] >= height) {
        this.#outside++;
        continue;
      }
      const us = Math.floor(t[i] / unitUs) * unitUs;
      this.#startUs ??= us;
      const window = Math.floor((us - this.#startUs) / lengthUs);
      if (window < this.#window) {
        this.#late++;
        continue;
      }
      if (window > this.#window) {
        yield* this.end();
        this.#window = window;
        this.#filter.beginWindow();
      }
      if (!this.#filter.add(x[i], y[i], t[i])) continue;
      const ms = (us - this.#startUs - window * lengthUs) / 1000;
      const part = method === "SlayerTD"
        ? ms / fineMs + ROUND - ROUND
        : Math.floor(ms / fineMs);
      const bin = Math.floor(part / fine);
      if (bin < this.#done) {
        this.#late++;
      } else if (bin < bins) {
        // Frames are transposed: their rows are the sensor's columns.
        const place = method === "frames"
          ? x[i] * height + y[i]
          : y[i] * width + x[i];
        this.#waiting.push([bin, place * 2 + p[i]]);
        this.#latest = Math.max(this.#latest, bin);
      } else {
        this.#beyond++;
      }
    }
    if (this.#latest > this.#done) yield this.#take(this.#latest);
  }

  /**
   * Ends the window.
   *
   * @returns Its remaining bins; nothing before the first event.
   */
  *end(): Generator<WindowChunk, void, void> {
    if (this.#window < 0) return;
    yield this.#take(this.#binning.bins);
    this.#done = 0;
    this.#latest = 0;
  }

  /** Returns the bins up to a limit. */
  #take(end: number): WindowChunk {
    const first = this.#done;
    const ready = this.#waiting.filter(([bin]) => bin < end);
    this.#waiting = this.#waiting.filter(([bin]) => bin >= end);
    this.#done = end;
    return {
      window: this.#window,
      bins: end - first,
      words: Uint32Array.from(
        ready,
        ([bin, address]) => (bin - first) * 2 ** this.#bits + address,
      ),
      ends: end === this.#binning.bins,
    };
  }
}
