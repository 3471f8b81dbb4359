/**
 * Sources of the events of a batch's samples, and their augmentation.
 *
 * @module
 */

import type { Augmentation, ChangeRange } from "../network/augmentation.ts";
import { Random } from "../network/random.ts";
import type { Extent } from "../network/network.ts";
import { SOURCE_WORDS } from "./unit_buffers.ts";

/** Sizes for which sources are drawn. */
export interface SourceSizes {
  /** The network's input. */
  readonly extent: Extent;
  /** The sensor. */
  readonly sensor: Extent;
  /** Bins of a sample, and time resolution of events in parts of a bin. */
  readonly T: number;
  readonly fine: number;
}

/** Samples whose events are in a buffer. */
export interface SourceBatch {
  /** First word and end of each sample's events. */
  readonly offsets: Uint32Array;
  /** Label of each sample. */
  readonly labels: Uint32Array;
}

/** Words of `sources` and `classes`, see bin_counts.wgsl, readout_loss.wgsl. */
export interface DrawnSources {
  readonly sources: Uint32Array<ArrayBuffer>;
  readonly classes: Uint32Array<ArrayBuffer>;
}

/** Indices of the fields of a source. */
const FIELD = {
  seed: 2,
  dropped: 3,
  map: 4,
  time: 10,
  region: 12,
  inside: 16,
  erased: 17,
  noise: 21,
} as const;

/**
 * Describes samples without augmentation: each has its own events, unchanged.
 *
 * @param batch The samples.
 * @param sizes The input's sizes.
 * @returns The words.
 */
export function plainSources(
  { offsets, labels }: SourceBatch,
  sizes: SourceSizes,
): DrawnSources {
  const { size, left, top } = fitOf(sizes);
  const sources = new Uint32Array(2 * SOURCE_WORDS * labels.length);
  const floats = new Float32Array(sources.buffer);
  const classes = new Uint32Array(3 * labels.length);
  const shares = new Float32Array(classes.buffer);
  labels.forEach((label, n) => {
    const at = 2 * SOURCE_WORDS * n;
    sources[at] = offsets[2 * n];
    sources[at + 1] = offsets[2 * n + 1];
    for (const own of [at, at + SOURCE_WORDS]) {
      floats.set([size, 0, left, 0, size, top], own + FIELD.map);
      floats[own + FIELD.time] = 1;
    }
    classes[3 * n] = label;
    classes[3 * n + 1] = label;
    shares[3 * n + 2] = 1;
  });
  return { sources, classes };
}

/**
 * Draws the augmentation of the samples of a step.
 *
 * @param batch The samples.
 * @param augmentation The augmentation to draw from.
 * @param options The input's sizes, and the seed of the step, so that a resumed
 * run draws the same numbers.
 * @returns The words.
 */
export function drawSources(
  batch: SourceBatch,
  augmentation: Augmentation,
  { seed, sizes }: { readonly seed: number; readonly sizes: SourceSizes },
): DrawnSources {
  const drawn = plainSources(batch, sizes);
  const { offsets, labels } = batch;
  const random = randomOf(seed);
  const draw = new Draw(random, augmentation, sizes);
  const mixes = random.uniform() < (augmentation.mix ?? 0);
  const partners = mixes ? random.shuffle([...labels.keys()]) : [];
  const floats = new Float32Array(drawn.sources.buffer);
  const shares = new Float32Array(drawn.classes.buffer);
  labels.forEach((label, n) => {
    const at = 2 * SOURCE_WORDS * n;
    draw.change(drawn.sources, floats, at, label);
    const events = offsets[2 * n + 1] - offsets[2 * n];
    drawn.sources[at + FIELD.noise] = draw.noise(events);
    const partner = partners[n];
    if (partner === undefined || partner === n) return;
    const second = at + SOURCE_WORDS;
    drawn.sources[second] = offsets[2 * partner];
    drawn.sources[second + 1] = offsets[2 * partner + 1];
    draw.change(drawn.sources, floats, second, labels[partner]);
    // The box area is uniform over [0, 1], like Beta(1, 1).
    const share = random.uniform();
    const { region, area } = draw.box(share);
    floats.set(region, at + FIELD.region);
    floats.set(region, second + FIELD.region);
    drawn.sources[second + FIELD.inside] = 1;
    drawn.classes[3 * n + 1] = labels[partner];
    shares[3 * n + 2] = 1 - area;
  });
  return drawn;
}

/**
 * Creates the generator of a step. Seeds of successive steps are consecutive,
 * so they are hashed: first draws from consecutive seeds are correlated.
 */
function randomOf(seed: number): Random {
  let word = seed;
  return new Random(Array.from({ length: 4 }, () => word = hashed(word)));
}

/**
 * Hash with full avalanche: each output bit depends on all input bits.
 *
 * Source: Jarzynski, Olano, Hash functions for GPU rendering, 2020: pcg.
 */
function hashed(value: number): number {
  const state = (Math.imul(value, 747796405) + 2891336453) >>> 0;
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737);
  return (word >>> 22) ^ word;
}

/** Scale and offset that fit the sensor, centred, into the input. */
function fitOf(
  { extent, sensor }: SourceSizes,
): { size: number; left: number; top: number } {
  const size = Math.min(extent.W / sensor.W, extent.H / sensor.H);
  // Pixel centres map to pixel centres.
  const offset = (from: number, to: number) =>
    (to - size * from) / 2 + size / 2 - 0.5;
  return {
    size,
    left: offset(sensor.W, extent.W),
    top: offset(sensor.H, extent.H),
  };
}

/** Draws the augmentation of one sample after the other. */
class Draw {
  readonly #random: Random;
  readonly #options: Augmentation;
  readonly #sizes: SourceSizes;

  constructor(random: Random, options: Augmentation, sizes: SourceSizes) {
    this.#random = random;
    this.#options = options;
    this.#sizes = sizes;
  }

  /** Largest change of this sample: 0 where it is drawn not to change. */
  #largest(change: number | ChangeRange = 0): number {
    if (typeof change === "number") return change;
    const { most, probability = 1 } = change;
    return this.#random.uniform() < probability ? most : 0;
  }

  /** Draws a number from the uniform distribution on [−most, most]. */
  #around(most: number): number {
    return (2 * this.#random.uniform() - 1) * most;
  }

  /** Draws a fraction; 0 where this sample is drawn not to change. */
  #share(change: number | ChangeRange = 0): number {
    const most = this.#largest(change);
    const least = typeof change === "number" ? 0 : change.least ?? 0;
    const share = this.#random.uniform();
    return most === 0 ? 0 : least + (most - least) * share;
  }

  /** Draws the augmentation of a source. */
  change(
    words: Uint32Array,
    floats: Float32Array,
    at: number,
    label: number,
  ): void {
    const { flip = 0, flipY = 0, flipNot = [], shift, rotate, zoom } =
      this.#options;
    const { shiftTime, stretchTime, erase, drop } = this.#options;
    const { extent: { H, W }, T, fine } = this.#sizes;
    const side = (probability: number) =>
      this.#random.uniform() < probability && !flipNot.includes(label) ? -1 : 1;
    const [mirrored, upsideDown] = [side(flip), side(flipY)];
    const angle = this.#around(this.#largest(rotate)) * Math.PI / 180;
    const size = 1 + this.#around(this.#largest(zoom));
    const far = this.#largest(shift);
    const [centreX, centreY] = [(W - 1) / 2, (H - 1) / 2];
    const xx = size * Math.cos(angle) * mirrored;
    const xy = -size * Math.sin(angle) * upsideDown;
    const yx = size * Math.sin(angle) * mirrored;
    const yy = size * Math.cos(angle) * upsideDown;
    const x0 = centreX - xx * centreX - xy * centreY + this.#around(far);
    const y0 = centreY - yx * centreX - yy * centreY + this.#around(far);
    // The sensor is fitted into the input first.
    const { size: fit, left, top } = fitOf(this.#sizes);
    floats.set([
      xx * fit,
      xy * fit,
      xx * left + xy * top + x0,
      yx * fit,
      yy * fit,
      yx * left + yy * top + y0,
    ], at + FIELD.map);
    const speed = 1 + this.#around(this.#largest(stretchTime));
    const middle = T * fine / 2;
    const late = this.#around(this.#largest(shiftTime)) * fine;
    floats.set([speed, middle - speed * middle + late], at + FIELD.time);
    const erased = this.#share(erase);
    if (erased > 0) floats.set(this.box(erased).region, at + FIELD.erased);
    words[at + FIELD.seed] = this.#random.uniform() * 2 ** 32;
    words[at + FIELD.dropped] = this.#share(drop) * 2 ** 32;
  }

  /** Draws the number of noise events beside a sample's own. */
  noise(events: number): number {
    const { noise } = this.#options;
    return noise === undefined ? 0 : Math.round(this.#share(noise) * events);
  }

  /**
   * Draws a box that covers a fraction of the area: left, top, right, bottom.
   */
  box(share: number): { region: readonly number[]; area: number } {
    const { H, W } = this.#sizes.extent;
    const side = Math.sqrt(share);
    const [w, h] = [Math.round(W * side), Math.round(H * side)];
    const left = Math.floor(this.#random.uniform() * (W - w + 1));
    const top = Math.floor(this.#random.uniform() * (H - h + 1));
    return {
      region: [left, top, left + w, top + h],
      area: w * h / (W * H),
    };
  }
}
