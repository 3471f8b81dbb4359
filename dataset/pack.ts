/**
 * Binning of the events of a sample in time and packing into 32-bit words, the
 * form in which they are cached and uploaded to a device.
 *
 * A word is `bin << addressBits | address`, where the address is `(row *
 * columns + column) * 2 + polarity`.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { bisectLeft } from "npm:d3-array@3.2.4";
import { elapsedTimes, type Events, type Sensor } from "./events.ts";
import type { Timing } from "./events.ts";

/** Adding and subtracting this rounds a float64 to an integer, half to even. */
const ROUND = 2 ** 52;

/** Division of time into bins. */
export interface Binning {
  /**
   * `"slices"` divides the duration of each sample, from its first to its last
   * event, into `slices` equal bins. `"SlayerTD"` rounds a time to the nearest
   * bin (half to even), so bin 0 is half as long as the others, and subtracts
   * from the polarities of a sample their minimum, so a sample with ON events
   * only becomes one with OFF events only. `"frames"` divides time into windows
   * from the sample's start on, drops the last, incomplete one, and stores
   * pixels transposed: rows are x, columns are y.
   */
  readonly method: "SlayerTD" | "frames" | "slices";
  /** Length of a bin in ms; not used by `"slices"`. */
  readonly Ts: number;
  /** Number of bins per sample for `"slices"`. */
  readonly slices?: number;
}

/** Options of {@linkcode packSample}. */
export interface PackOptions extends Binning {
  /** The sensor that recorded the events. */
  readonly sensor: Sensor;
  /** Conversion of recorded times to ms since the start of the sample. */
  readonly timing: Timing;
  /** Name of the sample in error messages. @default "a sample" */
  readonly name?: string;
}

/** A sample packed into words. */
export interface PackedSample {
  /**
   * One word per event, in ascending order of bins; repeated events are kept.
   */
  readonly words: Uint32Array<ArrayBuffer>;
  /** Number of low bits of a word that hold the address. */
  readonly addressBits: number;
  /** Length of the sample in bins. */
  readonly bins: number;
  /**
   * Number of dropped events, before the sample's start or in its incomplete
   * last window.
   */
  readonly dropped: number;
}

/**
 * Computes the number of bits of an event's address.
 *
 * @param sensor The sensor that recorded the events.
 * @returns ⌈log₂(2·width·height)⌉; the remaining bits of a word hold the bin.
 * @throws {RangeError} If the sensor has no pixels or more than 2³⁰.
 *
 * @example
 * ```ts
 * import { addressBits } from "./pack.ts";
 * import { DVS128 } from "./events.ts";
 * if (addressBits(DVS128) !== 15) throw new Error("expected 15 bits");
 * ```
 */
export function addressBits({ width, height }: Sensor): number {
  const addresses = 2 * width * height;
  if (
    !Number.isInteger(width) || !Number.isInteger(height) ||
    width < 1 || height < 1 || addresses > 2 ** 31
  ) {
    throw new RangeError(
      `Cannot address a sensor of "${width}×${height}" pixels: ` +
        `1 to ${2 ** 30} pixels can be addressed`,
    );
  }
  return 32 - Math.clz32(addresses - 1);
}

/**
 * Bins the events of a sample and packs them into words.
 *
 * Times are truncated to the timing's unit, then counted from the first event
 * (or from time 0), in ms and in float64. The 32-bit clock may wrap within a
 * sample, see {@linkcode elapsedTimes}.
 *
 * A sample has at most 2^(32 − addressBits) bins, 131,072 at 128×128 pixels: a
 * sample of 9.5 s fits at Ts 0.1 ms (95,000 bins) but not at 0.05 ms (190,000).
 *
 * @param events The events in the order recorded.
 * @param options Binning, sensor and timing.
 * @returns One word per event that is not dropped.
 * @throws {TypeError} If the method is unknown.
 * @throws {RangeError} If Ts or the timing's unit is not positive, an event is
 * not on the sensor, or the sample has too many bins.
 *
 * @example
 * ```ts
 * import { packSample } from "./pack.ts";
 * import { DVS128 } from "./events.ts";
 * const events = {
 *   x: Uint16Array.of(3, 4),
 *   y: Uint16Array.of(0, 1),
 *   t: Uint32Array.of(1_000_000, 1_008_000), // µs
 *   p: Uint8Array.of(0, 1),
 * };
 * const { words, bins } = packSample(events, {
 *   method: "SlayerTD",
 *   Ts: 5,
 *   sensor: DVS128,
 *   timing: { unitUs: 1000, fromFirstEvent: true },
 * });
 * const expected = (2 << 15) | ((1 * 128 + 4) * 2 + 1); // 8 / 5 is nearest to 2
 * if (words[1] !== expected || bins !== 3) throw new Error("unexpected word");
 * ```
 */
export function packSample(events: Events, options: PackOptions): PackedSample {
  const { method, sensor, timing: { unitUs, fromFirstEvent } } = options;
  const { name = "a sample" } = options;
  const bits = addressBits(sensor);
  checkBinning(options);
  checkPixels(events, sensor);
  const { x, y, t, p } = events;
  const Ts = method === "slices" ? sliceLength(events, options) : options.Ts;
  const slayerTD = method === "SlayerTD";
  const upright = method !== "frames";
  const row = upright ? y : x;
  const column = upright ? x : y;
  const columns = upright ? sensor.width : sensor.height;
  const minimum = slayerTD && !p.includes(0) ? 1 : 0;
  const first = t.length > 0 ? t[0] : 0;
  const start = fromFirstEvent ? Math.floor(first / unitUs) : 0;
  let words = new Uint32Array(t.length);
  let kept = 0;
  let previous = 0;
  let lastBin = -1;
  let ordered = true;
  let time = first;
  let before = first;
  for (let i = 0; i < t.length; i++) {
    // Unwraps the clock as elapsedTimes() does, without another array.
    time += (t[i] - before) | 0;
    before = t[i];
    const ms = (Math.floor(time / unitUs) - start) * unitUs / 1000;
    if (ms < 0) continue;
    const bin = slayerTD ? ms / Ts + ROUND - ROUND : Math.floor(ms / Ts);
    if (bin < previous) ordered = false;
    if (bin > lastBin) lastBin = bin;
    previous = bin;
    const address = (row[i] * columns + column[i]) * 2 + p[i] - minimum;
    words[kept++] = (bin << bits) | address;
  }
  const room = 2 ** (32 - bits);
  if (lastBin >= room) {
    throw new RangeError(
      `Cannot pack ${name} at Ts "${Ts}": its last event, at ` +
        `${Math.round(lastBin * Ts)} ms, is in bin ${lastBin}, ` +
        `${sensor.width}×${sensor.height} pixels leave room for ${room} bins`,
    );
  }
  const bins = method === "frames" ? Math.max(lastBin, 0) : lastBin + 1;
  if (!ordered) words.subarray(0, kept).sort();
  kept = bisectLeft(words.subarray(0, kept), bins * 2 ** bits);
  if (kept < words.length) words = words.slice(0, kept);
  return { words, addressBits: bits, bins, dropped: t.length - kept };
}

/**
 * Crops a sample to a range of bins.
 *
 * @param sample The sample.
 * @param startBin First bin of the crop; it becomes bin 0.
 * @param nBins Length of the crop in bins; it may extend beyond the sample's
 *   end.
 * @returns Words of the events in the crop: a view of the sample's words if the
 *   crop starts at bin 0, otherwise a copy.
 * @throws {RangeError} If a bin is negative or not whole.
 *
 * @example
 * ```ts
 * import { cropWords } from "./pack.ts";
 * const words = Uint32Array.of((6 << 12) | 9, (7 << 12) | 8);
 * const sample = { words, addressBits: 12, bins: 8, dropped: 0 };
 * const crop = cropWords(sample, 7, 300);
 * if (crop.join() !== "8") throw new Error("expected the second event");
 * ```
 */
export function cropWords(
  sample: PackedSample,
  startBin: number,
  nBins: number,
): Uint32Array<ArrayBuffer> {
  if (
    !Number.isInteger(startBin) || !Number.isInteger(nBins) ||
    startBin < 0 || nBins < 0
  ) {
    throw new RangeError(
      `Cannot crop "${nBins}" bins from bin "${startBin}": ` +
        "whole numbers from 0 are needed",
    );
  }
  const { words } = sample;
  const base = startBin * 2 ** sample.addressBits;
  const from = bisectLeft(words, base);
  const to = bisectLeft(words, base + nBins * 2 ** sample.addressBits);
  if (base === 0) return words.subarray(from, to);
  const crop = words.slice(from, to);
  for (let i = 0; i < crop.length; i++) crop[i] -= base;
  return crop;
}

/**
 * Computes the bin length of a sample for the method `"slices"`.
 *
 * @param events The events in the order recorded.
 * @param options Number of slices, and the timing.
 * @returns Length of a slice in ms; 1 for a sample without events.
 *
 * @example
 * ```ts
 * import { sliceLength } from "./pack.ts";
 * const events = {
 *   x: Uint16Array.of(3, 4),
 *   y: Uint16Array.of(0, 1),
 *   t: Uint32Array.of(1_000_000, 1_099_000), // µs
 *   p: Uint8Array.of(0, 1),
 * };
 * const timing = { unitUs: 1000, fromFirstEvent: true };
 * const length = sliceLength(events, { slices: 20, timing });
 * if (length !== 5) throw new Error(`unexpected ${length}`);
 * ```
 */
export function sliceLength(
  { t }: Events,
  { slices = 1, timing: { unitUs, fromFirstEvent } }: Pick<
    PackOptions,
    "slices" | "timing"
  >,
): number {
  if (t.length === 0) return 1;
  const elapsed = elapsedTimes(t).at(-1)!;
  const start = fromFirstEvent ? Math.floor(t[0] / unitUs) : 0;
  const end = Math.floor((t[0] + elapsed) / unitUs);
  // One unit more than the duration, so that the last event falls into the last
  // slice.
  return (end - start + 1) * unitUs / 1000 / slices;
}

function checkBinning(
  { method, Ts, slices, timing: { unitUs } }: PackOptions,
): void {
  if (method !== "SlayerTD" && method !== "frames" && method !== "slices") {
    throw new TypeError(
      `Cannot bin by method "${method}": only SlayerTD, frames and slices are ` +
        "known",
    );
  }
  if (method === "slices") {
    if (!(Number.isInteger(slices) && slices! > 0)) {
      throw new RangeError(
        `Cannot cut a sample into "${slices}" slices: a whole number from 1 is ` +
          "needed",
      );
    }
  } else if (!(Ts > 0 && Ts < Infinity)) {
    throw new RangeError(
      `Cannot bin at Ts "${Ts}": a positive number of ms is needed`,
    );
  }
  if (!(Number.isInteger(unitUs) && unitUs > 0)) {
    throw new RangeError(
      `Cannot read times in units of "${unitUs}" µs: ` +
        "a positive whole number is needed",
    );
  }
}

function checkPixels({ x, y, p }: Events, { width, height }: Sensor): void {
  for (let i = 0; i < x.length; i++) {
    if (x[i] >= width || y[i] >= height || p[i] > 1) {
      throw new RangeError(
        `Cannot pack event "${i}": x ${x[i]}, y ${y[i]}, polarity ${p[i]} ` +
          `is not on a sensor of ${width}×${height} pixels`,
      );
    }
  }
}
