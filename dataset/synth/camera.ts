/**
 * Simulated event camera.
 *
 * @module
 */

import { allocateEvents, type Events, type Sensor } from "../events.ts";
import type { Random } from "../random.ts";

/** Parameters of a simulated camera. */
export interface CameraSettings {
  /** Contrast threshold: change of log intensity that triggers an event. */
  readonly threshold: number;
  /**
   * Standard deviation of the pixels' thresholds, as a fraction of the
   * threshold.
   */
  readonly mismatch: number;
  /** Refractory period of a pixel after an event, in whole µs. */
  readonly refractoryUs: number;
  /**
   * Rate of ON events that leak causes in a pixel under constant light, in Hz.
   */
  readonly leakHz: number;
  /** Rate of shot noise events of a pixel at log intensity 0, in Hz. */
  readonly noiseHz: number;
}

/** Pixels whose log intensity has changed, each of them once. */
export interface Changes {
  /** Pixel indices, row · width + column; only the first `count` are valid. */
  readonly pixels: Uint32Array;
  /** New log intensity of each pixel. */
  readonly levels: Float64Array;
  /** Number of changed pixels. */
  readonly count: number;
}

/**
 * Log intensity at which shot noise is strongest. The noise rate of a pixel is
 * inversely proportional to its intensity, exp(−log intensity), and constant
 * below this value.
 */
const DARKEST = -1.5;

/**
 * An event camera whose pixels report changes of log intensity independently.
 *
 * A pixel stores the log intensity of its last event. It emits an ON event (p
 * 1) when log intensity has risen by the pixel's threshold, and an OFF event (p
 * 0) when it has fallen by the threshold. Between two exposures log intensity
 * changes linearly, and events lie where the line crosses a threshold. After an
 * event the pixel is refractory, and then stores its log intensity at the end
 * of the refractory period. The stored value leaks, which causes ON events
 * under constant light; shot noise causes events of both polarities, more of
 * them in the dark. All pixels start at time 0.
 *
 * Source: the DVS pixel of Lichtsteiner, Posch and Delbruck (2008), sampled as
 * in ESIM (Rebecq, Gehrig and Scaramuzza, 2018); leak and noise as in v2e (Hu,
 * Liu and Delbruck, 2021). Only changed pixels are computed.
 *
 * @example
 * ```ts
 * import { EventCamera } from "./camera.ts";
 * import { Random } from "../random.ts";
 *
 * const camera = new EventCamera({ width: 2, height: 1 }, {
 *   threshold: 0.25,
 *   mismatch: 0,
 *   refractoryUs: 0,
 *   leakHz: 0,
 *   noiseHz: 0,
 * }, { random: new Random(0, 0) });
 * camera.expose(1000, {
 *   pixels: Uint32Array.of(1),
 *   levels: Float64Array.of(0.6),
 *   count: 1,
 * });
 * const { t } = camera.events();
 * if (t.join() !== "417,834") throw new Error(t.join());
 * ```
 */
export class EventCamera {
  readonly #sensor: Sensor;
  readonly #random: Random;
  readonly #refractoryUs: number;
  readonly #noiseGapUs: number;
  readonly #onThreshold: Float64Array;
  readonly #offThreshold: Float64Array;
  /** Rise of log intensity per µs that is equivalent to the leak. */
  readonly #leak: Float64Array;
  readonly #level: Float64Array;
  /** Time in µs up to which a pixel's events are computed. */
  readonly #seenUs: Float64Array;
  readonly #memory: Float64Array;
  readonly #restsUntil: Float64Array;
  #now = 0;
  #nextNoise: number;
  #words = new Float64Array(1 << 16);
  #count = 0;

  /**
   * Makes a camera at time 0.
   *
   * @param sensor Size in pixels.
   * @param settings Its parameters.
   * @param start Random generator for thresholds and noise, and each pixel's
   *   initial log intensity, row · width + column, 0 by default.
   */
  constructor(
    sensor: Sensor,
    settings: CameraSettings,
    { random, levels }: {
      readonly random: Random;
      readonly levels?: Float64Array;
    },
  ) {
    const pixels = sensor.width * sensor.height;
    const { threshold, mismatch, leakHz } = settings;
    // A threshold near zero would cause endless events.
    const draw = () =>
      Math.max(threshold / 2, random.normal(threshold, mismatch * threshold));
    this.#sensor = sensor;
    this.#random = random;
    this.#refractoryUs = settings.refractoryUs;
    this.#noiseGapUs = Math.exp(DARKEST) * 1e6 / (settings.noiseHz * pixels);
    this.#onThreshold = Float64Array.from({ length: pixels }, draw);
    this.#offThreshold = Float64Array.from({ length: pixels }, draw);
    this.#leak = this.#onThreshold.map((step) => step * leakHz / 1e6);
    this.#level = levels?.slice() ?? new Float64Array(pixels);
    // Random initial phase of the leak, as if each pixel had emitted its last
    // event at a random time before.
    this.#memory = this.#level.map((level, pixel) =>
      leakHz > 0 ? level - random.uniform(0, this.#onThreshold[pixel]) : level
    );
    this.#seenUs = new Float64Array(pixels);
    this.#restsUntil = new Float64Array(pixels);
    this.#nextNoise = random.wait(this.#noiseGapUs);
  }

  /**
   * Exposes the camera to the changes of the scene since the last exposure.
   *
   * @param untilUs Time at which the new levels are reached, in whole µs, after
   *   the last exposure.
   * @param changes The changed pixels and their levels.
   */
  expose(untilUs: number, changes: Changes): void {
    // Noise comes first, so that a pixel is refractory after a noise event
    // within this exposure.
    while (this.#nextNoise <= untilUs) {
      const pixel = this.#random.below(this.#level.length);
      const on = this.#random.below(2);
      const level = this.#level[pixel];
      const share = Math.exp(Math.min(0, DARKEST - level));
      if (this.#random.uniform(0, 1) < share) {
        this.#disturb(pixel, on);
      }
      this.#nextNoise += this.#random.wait(this.#noiseGapUs);
    }
    const { pixels, levels, count } = changes;
    for (let k = 0; k < count; k++) {
      this.#advance(pixels[k], this.#level[pixels[k]], this.#now);
      this.#advance(pixels[k], levels[k], untilUs);
    }
    this.#now = untilUs;
  }

  /** Emits a noise event unless the pixel is refractory. */
  #disturb(pixel: number, on: number): void {
    this.#advance(pixel, this.#level[pixel], this.#now);
    if (this.#nextNoise < this.#restsUntil[pixel]) return;
    this.#emit(this.#nextNoise, pixel, on);
    this.#memory[pixel] = this.#level[pixel];
    this.#restsUntil[pixel] = this.#nextNoise + this.#refractoryUs;
  }

  /**
   * Changes a pixel's log intensity linearly from its last computed time on,
   * and emits the events of this change.
   */
  #advance(pixel: number, after: number, untilUs: number): void {
    const fromUs = this.#seenUs[pixel];
    if (fromUs >= untilUs) return;
    this.#seenUs[pixel] = untilUs;
    // The leak lowers the stored value; raising the level instead is
    // equivalent.
    const leak = this.#leak[pixel];
    const before = this.#level[pixel];
    const slope = (after - before) / (untilUs - fromUs) + leak;
    const end = before + slope * (untilUs - fromUs);
    this.#level[pixel] = after;
    let rest = this.#restsUntil[pixel];
    let memory = this.#memory[pixel];
    if (rest > fromUs) {
      memory = rest < untilUs ? before + slope * (rest - fromUs) : end;
    }
    const on = slope > 0;
    const step = on ? this.#onThreshold[pixel] : -this.#offThreshold[pixel];
    while (slope !== 0 && (on ? end >= memory + step : end <= memory + step)) {
      memory += step;
      const at = Math.min(fromUs + (memory - before) / slope, untilUs);
      this.#emit(at, pixel, on ? 1 : 0);
      rest = at + this.#refractoryUs;
      memory = rest < untilUs ? memory + slope * this.#refractoryUs : end;
    }
    this.#memory[pixel] = memory - leak * (untilUs - fromUs);
    this.#restsUntil[pixel] = rest;
  }

  #emit(atUs: number, pixel: number, on: number): void {
    if (this.#count === this.#words.length) {
      const longer = new Float64Array(2 * this.#count);
      longer.set(this.#words);
      this.#words = longer;
    }
    // Rounded up, which keeps a pixel's events a refractory period apart.
    const address = 2 * pixel + on;
    this.#words[this.#count++] = Math.ceil(atUs) * 2 * this.#level.length +
      address;
  }

  /**
   * Returns all events since time 0.
   *
   * @returns Events sorted by time, then by pixel.
   */
  events(): Events {
    for (let pixel = 0; pixel < this.#level.length; pixel++) {
      this.#advance(pixel, this.#level[pixel], this.#now);
    }
    const words = this.#words.subarray(0, this.#count).sort();
    const events = allocateEvents(words.length);
    const addresses = 2 * this.#level.length;
    for (let n = 0; n < words.length; n++) {
      const address = words[n] % addresses;
      const pixel = address >> 1;
      events.t[n] = (words[n] - address) / addresses;
      events.x[n] = pixel % this.#sensor.width;
      events.y[n] = Math.floor(pixel / this.#sensor.width);
      events.p[n] = address & 1;
    }
    return events;
  }
}
