/**
 * Tensors of the oracle in the orders in which kernels hold them, and back.
 *
 * Kernels put a neuron's index last, (row·W + column)·C + channel, and pack
 * spikes into bits: bit j of word b of `[N, P, B, F]` is bin 32b + j.
 *
 * @module
 */

import { type Tensor, zeros } from "../oracle/tensor.ts";

/** Channels, height, width and bins. */
type Shape = readonly number[];

/**
 * `[N, C, H, W, T]` to `[N, T, F]`.
 *
 * @param tensor The tensor.
 * @returns Its elements in the kernels' order, in float32.
 */
export function toKernel({ shape, data }: Tensor): Float32Array {
  const result = new Float32Array(data.length);
  visit(shape, (from, to) => result[to] = data[from]);
  return result;
}

/**
 * `[N, T, F]` to `[N, C, H, W, T]`.
 *
 * @param values Elements in the kernels' order.
 * @param shape `[N, C, H, W, T]`.
 * @returns The tensor.
 */
export function fromKernel(values: Float32Array, shape: Shape): Tensor {
  const tensor = zeros(shape);
  if (values.length !== tensor.data.length) throw new RangeError(`${shape}`);
  visit(shape, (to, from) => tensor.data[to] = values[from]);
  return tensor;
}

/**
 * Packs spikes, or counts of them.
 *
 * @param tensor Whole numbers × height, `[N, C, H, W, T]`.
 * @param height What stands for one spike.
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
 * Weights `[out, in, height, width, 1]` to `[height, width, in, out]`.
 *
 * @param weights The weights.
 * @returns Their elements in the kernels' order, in float32.
 */
export function weightsToKernel({ shape, data }: Tensor): Float32Array {
  const result = new Float32Array(data.length);
  visitWeights(shape, (from, to) => result[to] = data[from]);
  return result;
}

/**
 * Weights `[height, width, in, out]` to `[out, in, height, width, 1]`.
 *
 * @param values Elements in the kernels' order.
 * @param shape `[out, in, height, width, 1]`.
 * @returns The weights.
 */
export function weightsFromKernel(values: Float32Array, shape: Shape): Tensor {
  const tensor = zeros(shape);
  if (values.length !== tensor.data.length) throw new RangeError(`${shape}`);
  visitWeights(shape, (to, from) => tensor.data[to] = values[from]);
  return tensor;
}

/**
 * Lays taps out as neuron.wgsl and loss.wgsl read them.
 *
 * @param taps The taps, k = 0 first.
 * @returns 4096 rows of four; row 7 + k holds the taps from k on.
 */
export function tapTable(taps: ArrayLike<number>): Float32Array {
  return Float32Array.from(
    { length: 4 * 4096 },
    (_, i) => taps[(i >> 2) - 7 + (i & 3)] ?? 0,
  );
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
