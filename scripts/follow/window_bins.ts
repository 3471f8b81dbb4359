/**
 * Events of a live recording, cut into windows of a sample's length and binned
 * as a test bins those of a sample.
 *
 * @module
 */

import { addressBits, type Binning } from "../../dataset/pack.ts";
import type { Sensor } from "../../dataset/events.ts";
import type { EventBlock } from "../../dataset/formats/reading/format.ts";

/** Adding and subtracting this rounds a float64 to an integer, half to even. */
const ROUND = 2 ** 52;

/** How events are binned. */
export interface WindowBinning {
  /** See pack.ts; slices are those of a window. */
  readonly method: Binning["method"];
  /** Length of a window in µs. */
  readonly lengthUs: number;
  /** Bins of a window. */
  readonly bins: number;
  /** Parts of a bin that times are rounded to, and their length in ms. */
  readonly fine: number;
  readonly fineMs: number;
  /** Times are truncated to whole multiples of this many µs. */
  readonly unitUs: number;
  /** The sensor that the network was trained on. */
  readonly sensor: Sensor;
}

/** Events of some bins of a window. */
export interface WindowChunk {
  /** Number of the window, counted from 0; some may have no events. */
  readonly window: number;
  /** Bins of the chunk, which follow those of the chunk before. */
  readonly bins: number;
  /** Event words, their bins counted from the chunk's first. */
  readonly words: Uint32Array;
  /** Whether the window ends with the chunk. */
  readonly ends: boolean;
}

/** Cuts and bins events, block by block. */
export class WindowBins {
  readonly #binning: WindowBinning;
  readonly #bits: number;
  /** Time of the first window's start in µs. */
  #startUs: number | undefined;
  #window = -1;
  /** Bins of the window that were handed on. */
  #done = 0;
  /** The latest bin with an event. */
  #latest = 0;
  /** Bins and addresses of events that were not handed on. */
  #waiting: [bin: number, address: number][] = [];
  #late = 0;
  #outside = 0;

  /** @param binning How events are binned. */
  constructor(binning: WindowBinning) {
    this.#binning = binning;
    this.#bits = addressBits(binning.sensor);
  }

  /** Events that came after their bin was handed on, and were left out. */
  get late(): number {
    return this.#late;
  }

  /** Events that are not on the sensor, and were left out. */
  get outside(): number {
    return this.#outside;
  }

  /**
   * Adds events.
   *
   * @param block The events; times hardly ever descend.
   * @returns The bins that no later event can be in, chunk by chunk.
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
      }
      const ms = (us - this.#startUs - window * lengthUs) / 1000;
      const part = method === "SlayerTD"
        ? ms / fineMs + ROUND - ROUND
        : Math.floor(ms / fineMs);
      const bin = Math.floor(part / fine);
      if (bin < this.#done) {
        this.#late++;
      } else if (bin < bins) {
        // Frames are transposed: their rows are columns of the sensor.
        const place = method === "frames"
          ? x[i] * height + y[i]
          : y[i] * width + x[i];
        this.#waiting.push([bin, place * 2 + p[i]]);
        this.#latest = Math.max(this.#latest, bin);
      }
    }
    if (this.#latest > this.#done) yield this.#take(this.#latest);
  }

  /**
   * Ends the window.
   *
   * @returns Its bins that were not handed on; nothing before the first event.
   */
  *end(): Generator<WindowChunk, void, void> {
    if (this.#window < 0) return;
    yield this.#take(this.#binning.bins);
    this.#done = 0;
    this.#latest = 0;
  }

  /** Hands on the bins up to one. */
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
