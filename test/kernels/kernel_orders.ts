/**
 * Tensors of the oracle in the orders in which kernels hold them, and back.
 *
 * Kernels put a neuron's index last, (row·W + column)·C + channel. Real values
 * lie by quads: each run of neurons is filled up to a multiple of four. Spikes
 * are packed into bits: bit j of word b of `[N, P, B, F]` is bin 32b + j.
 *
 * @module
 */

import { type Tensor, zeros } from "../oracle/tensor.ts";

/** Channels, height, width and bins. */
type Shape = readonly number[];

/** How neurons lie by fours. */
export interface Quads {
  /** Neurons of a run, which ends with a quad of its own. @default all */
  readonly run?: number;
  /** Value of the padding of quads. @default 0 */
  readonly over?: number;
}

/**
 * The floats that a number of neurons, or of outputs, takes by fours.
 *
 * @param size The number.
 * @param run How many of them lie in a run.
 * @returns The floats.
 */
export function quads(size: number, run = size): number {
  return size / run * 4 * Math.ceil(run / 4);
}

/**
 * `[N, C, H, W, T]` to `[N, T, F]` by quads.
 *
 * @param tensor The tensor.
 * @param quads How neurons lie.
 * @returns Its elements in the kernels' order, in float32.
 */
export function toKernel(
  { shape, data }: Tensor,
  { run = sizeOf(shape), over = 0 }: Quads = {},
): Float32Array {
  const F = sizeOf(shape);
  const result = new Float32Array(data.length / F * quads(F, run)).fill(over);
  visit(shape, (from, to) => result[placeOf(to, F, run)] = data[from]);
  return result;
}

/**
 * `[N, T, F]` by quads to `[N, C, H, W, T]`.
 *
 * @param values Elements in the kernels' order.
 * @param shape `[N, C, H, W, T]`.
 * @param quads How neurons lie.
 * @returns The tensor.
 * @throws {RangeError} If where a quad is not full there lies anything else.
 */
export function fromKernel(
  values: Float32Array,
  shape: Shape,
  { run = sizeOf(shape), over = 0 }: Quads = {},
): Tensor {
  const F = sizeOf(shape);
  const tensor = zeros(shape);
  if (values.length !== tensor.data.length / F * quads(F, run)) {
    throw new RangeError(`${shape}`);
  }
  const rest = values.slice();
  visit(shape, (to, from) => {
    const at = placeOf(from, F, run);
    tensor.data[to] = values[at];
    rest[at] = over;
  });
  const stray = rest.findIndex((value) => !Object.is(value + 0, over));
  if (stray >= 0) {
    throw new RangeError(`${rest[stray]} lies beside the neurons, at ${stray}`);
  }
  return tensor;
}

/**
 * Packs spikes, or counts of them.
 *
 * @param tensor Whole numbers × height, `[N, C, H, W, T]`.
 * @param height Value of one spike.
 * @param P Bit planes.
 * @returns Words `[N, P, B, F]`.
 */
export function pack({ shape, data }: Tensor, height = 1, P = 1): Uint32Array {
  const [N, C, H, W, T] = shape;
  const F = C * H * W;
  const B = Math.ceil(T / 32);
  const words = new Uint32Array(N * P * B * F);
  visit(shape, (from, to) => {
    const count = Math.round(data[from] / height);
    const f = to % F;
    const t = Math.floor(to / F) % T;
    const n = Math.floor(to / F / T);
    for (let p = 0; p < P; p++) {
      if ((count >> p) & 1) {
        words[((n * P + p) * B + (t >> 5)) * F + f] |= 1 << (t & 31);
      }
    }
  });
  return words;
}

/**
 * Takes packed spikes apart.
 *
 * @param words `[N, P, B, F]`.
 * @param shape `[N, C, H, W, T]`.
 * @param P Bit planes.
 * @returns The counts.
 */
export function unpack(words: Uint32Array, shape: Shape, P = 1): Tensor {
  const [, C, H, W, T] = shape;
  const F = C * H * W;
  const B = Math.ceil(T / 32);
  const tensor = zeros(shape);
  visit(shape, (to, from) => {
    const f = from % F;
    const t = Math.floor(from / F) % T;
    const n = Math.floor(from / F / T);
    for (let p = 0; p < P; p++) {
      const word = words[((n * P + p) * B + (t >> 5)) * F + f];
      tensor.data[to] += ((word >>> (t & 31)) & 1) << p;
    }
  });
  return tensor;
}

/**
 * Weights `[out, in, height, width, 1]` to `[height, width, in, out]`, outputs
 * by quads.
 *
 * @param weights The weights.
 * @param groups Groups of outputs, each a run.
 * @returns Their elements in the kernels' order, in float32.
 */
export function weightsToKernel(
  { shape, data }: Tensor,
  groups = 1,
): Float32Array {
  const [O] = shape;
  const run = O / groups;
  const result = new Float32Array(data.length / O * quads(O, run));
  visitWeights(shape, (from, to) => {
    result[placeOf(to, O, run)] = data[from];
  });
  return result;
}

/**
 * Weights `[height, width, in, out]`, outputs by quads, to
 * `[out, in, height, width, 1]`.
 *
 * @param values Elements in the kernels' order.
 * @param shape `[out, in, height, width, 1]`.
 * @param groups Groups of outputs, each a run.
 * @returns The weights.
 * @throws {RangeError} If where a quad is not full there lies anything but 0.
 */
export function weightsFromKernel(
  values: Float32Array,
  shape: Shape,
  groups = 1,
): Tensor {
  const [O] = shape;
  const run = O / groups;
  const tensor = zeros(shape);
  if (values.length !== tensor.data.length / O * quads(O, run)) {
    throw new RangeError(`${shape}`);
  }
  const rest = values.slice();
  visitWeights(shape, (to, from) => {
    const at = placeOf(from, O, run);
    tensor.data[to] = values[at];
    rest[at] = 0;
  });
  const stray = rest.findIndex((value) => value !== 0);
  if (stray >= 0) {
    throw new RangeError(`${rest[stray]} lies beside the weights, at ${stray}`);
  }
  return tensor;
}

/** Vectors of four in the table of taps. */
export const TAP_ROWS = 4096;

/**
 * Lays taps out as loss.wgsl reads them.
 *
 * @param epsilon Taps of the response, k = 0 first.
 * @returns The taps, then 0.
 */
export function tapTable(epsilon: ArrayLike<number>): Float32Array {
  const table = new Float32Array(4 * TAP_ROWS);
  table.set(epsilon);
  return table;
}

/** Neurons of a sample. */
function sizeOf([, C, H, W]: Shape): number {
  return C * H * W;
}

/** Where element `index` of rows of `size` lies, in rows of quads. */
function placeOf(index: number, size: number, run: number): number {
  const inRow = index % size;
  return Math.floor(index / size) * quads(size, run) +
    Math.floor(inRow / run) * quads(run) + inRow % run;
}

/** Every element's place in `[N, C, H, W, T]` and in `[N, T, H, W, C]`. */
function visit(
  [N, C, H, W, T]: Shape,
  at: (tensor: number, kernel: number) => void,
): void {
  let index = 0;
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < C; c++) {
      for (let pixel = 0; pixel < H * W; pixel++) {
        for (let t = 0; t < T; t++) {
          at(index++, ((n * T + t) * H * W + pixel) * C + c);
        }
      }
    }
  }
}

/** Every weight's place in `[O, I, h, w]` and in `[h, w, I, O]`. */
function visitWeights(
  [O, I, h, w]: Shape,
  at: (tensor: number, kernel: number) => void,
): void {
  let index = 0;
  for (let o = 0; o < O; o++) {
    for (let i = 0; i < I; i++) {
      for (let pixel = 0; pixel < h * w; pixel++) {
        at(index++, (pixel * I + i) * O + o);
      }
    }
  }
}

/**
 * Turns words that lie along time.
 *
 * @param words The words, [blocks, F].
 * @param blocks Their number, over samples, planes and words of time.
 * @param F Neurons.
 * @returns The same bits in words along neurons, as transpose_spikes.wgsl leaves them.
 */
export function turn(
  words: Uint32Array,
  blocks: number,
  F: number,
): Uint32Array {
  const row = 32 * Math.ceil(F / 32);
  const raster = new Uint32Array(blocks * row);
  words.forEach((word, i) => {
    const f = i % F;
    const at = Math.floor(i / F) * row + 32 * (f >> 5);
    for (let t = 0; t < 32; t++) {
      if ((word >>> t) & 1) raster[at + t] |= 1 << (f & 31);
    }
  });
  return raster;
}
