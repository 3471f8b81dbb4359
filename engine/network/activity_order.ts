/**
 * Conversion of arrays of a layer's neurons over time between the public order
 * `[N, C, H, W, T]` and the kernels' memory layouts.
 *
 * @module
 */

import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { type Layout, placeOf } from "./layout.ts";
import { type Extent, sizeOf } from "./network.ts";

/** Shape and layout of a layer's arrays, and the samples of a micro-batch. */
export interface ActivityPlace {
  /** Channels, height and width of the layer. */
  readonly extent: Extent;
  /** Memory layout of the layer's floats. */
  readonly layout: Layout;
  /** Bins of a sample. */
  readonly T: number;
  /** Rows of a sample in the kernels' memory layout; the first T are used. */
  readonly rows: number;
  /** Index of the micro-batch's first sample in the public array. */
  readonly first: number;
  /** Samples of the micro-batch. */
  readonly samples: number;
}

/**
 * Converts floats from the kernels' memory layout to the public order.
 *
 * @param source Floats by quads, [samples, rows, H, W, C].
 * @param target Public array, [N, C, H, W, T].
 * @param place Shape, layout and samples.
 */
export function floatsToUser(
  source: Float32Array,
  target: Float32Array,
  place: ActivityPlace,
): void {
  visitFloats(place, (user, kernel) => target[user] = source[kernel]);
}

/**
 * Converts floats from the public order to the kernels' memory layout.
 *
 * @param source Public array, [N, C, H, W, T].
 * @param place Shape, layout and samples.
 * @returns Floats by quads, [samples, rows, H, W, C], zero-padded.
 */
export function floatsToKernel(
  source: Float32Array,
  place: ActivityPlace,
): Float32Array<ArrayBuffer> {
  const { layout, rows, samples } = place;
  const target = new Float32Array(samples * rows * layout.floats);
  visitFloats(place, (user, kernel) => target[kernel] = source[user]);
  return target;
}

/**
 * Unpacks time-packed spikes to the public order.
 *
 * @param source Words of 32 bins, [samples, B, H, W, C].
 * @param target Public array, [N, C, H, W, T], initially 0.
 * @param place Shape and samples, and the height of a spike.
 */
export function spikesToUser(
  source: Uint32Array,
  target: Float32Array,
  place: ActivityPlace & { readonly height: number },
): void {
  visitSpikes(place, (user, word, bit) => {
    if ((source[word] >>> bit) & 1) target[user] = place.height;
  });
}

/**
 * Unpacks time-packed signed numbers to the public order.
 *
 * @param source Words of 32 bins, [samples, P, B, H, W, C]; plane p counts 2^p,
 * the last one −2^p.
 * @param target Public array, [N, C, H, W, T], to which the numbers are added.
 * @param place Shape and samples, planes, and the value of a number of one.
 */
export function numbersToUser(
  source: Uint32Array,
  target: Float32Array,
  place: ActivityPlace & { readonly planes: number; readonly height: number },
): void {
  const { extent, T, planes, height } = place;
  const size = Math.ceil(T / BINS_PER_WORD) * sizeOf(extent);
  visitSpikes(place, (user, word, bit) => {
    const first = Math.floor(word / size) * (planes - 1) * size + word;
    for (let p = 0; p < planes; p++) {
      const isSet = (source[first + p * size] >>> bit) & 1;
      const sign = p === planes - 1 ? -1 : 1;
      target[user] += sign * isSet * 2 ** p * height;
    }
  });
}

/**
 * Packs spikes from the public order along time.
 *
 * @param source Public array, [N, C, H, W, T]; a value other than 0 is a spike.
 * @param place Shape and samples.
 * @returns Words of 32 bins, [samples, B, H, W, C].
 */
export function spikesToKernel(
  source: Float32Array,
  place: ActivityPlace,
): Uint32Array<ArrayBuffer> {
  const { extent, T, samples } = place;
  const words = Math.ceil(T / BINS_PER_WORD);
  const target = new Uint32Array(samples * words * sizeOf(extent));
  visitSpikes(place, (user, word, bit) => {
    if (source[user] !== 0) target[word] |= 1 << bit;
  });
  return target;
}

function visitFloats(
  place: ActivityPlace,
  at: (user: number, kernel: number) => void,
): void {
  const { layout, T, rows, samples } = place;
  visitNeurons(place, (f, start) => {
    const inBin = placeOf(layout, f);
    for (let n = 0; n < samples; n++) {
      for (let t = 0; t < T; t++) {
        at(start(n) + t, (n * rows + t) * layout.floats + inBin);
      }
    }
  });
}

function visitSpikes(
  place: ActivityPlace,
  at: (user: number, word: number, bit: number) => void,
): void {
  const { extent, T, samples } = place;
  const size = sizeOf(extent);
  const words = Math.ceil(T / BINS_PER_WORD);
  visitNeurons(place, (f, start) => {
    for (let n = 0; n < samples; n++) {
      for (let t = 0; t < T; t++) {
        const b = Math.floor(t / BINS_PER_WORD);
        at(start(n) + t, (n * words + b) * size + f, t % BINS_PER_WORD);
      }
    }
  });
}

/**
 * Visits each neuron f = (row·W + column)·C + channel, with a function that
 * maps the index of a sample in the micro-batch to the index of the neuron's
 * first bin in the public array.
 */
function visitNeurons(
  { extent, T, first }: ActivityPlace,
  visit: (f: number, start: (n: number) => number) => void,
): void {
  const pixels = extent.H * extent.W;
  const size = sizeOf(extent);
  for (let f = 0; f < size; f++) {
    const at = (f % extent.C) * pixels + Math.floor(f / extent.C);
    visit(f, (n) => ((first + n) * size + at) * T);
  }
}
