/**
 * The convolution and its gradients.
 *
 * @module
 */

import {
  activeBins,
  addBins,
  addRow,
  innerBins,
  type Tensor,
  zeros,
} from "../tensor.ts";

/** One number for both sides, or [along H, along W]. */
export type Pair = number | readonly [number, number];

/** How a convolution's kernel moves over its input. */
export interface Geometry {
  /**
   * Inputs from one output to the next.
   * @default 1
   */
  readonly stride?: Pair;
  /**
   * Zeros added at each border.
   * @default 0
   */
  readonly padding?: Pair;
  /**
   * Inputs from one tap to the next.
   * @default 1
   */
  readonly dilation?: Pair;
  /**
   * Blocks of channels that do not see each other.
   * @default 1
   */
  readonly groups?: number;
}

/**
 * Correlates with kernels: y[o] = Σ_{c, a, b} w[o, c, a, b]·x[c, …], where the
 * tap (a, b) of output (i, j) lies on stride·(i, j) + dilation·(a, b) − padding.
 *
 * @param x [N, C, H, W, T].
 * @param w [O, C / groups, kh, kw, 1].
 * @param geometry Stride, padding, dilation and groups.
 * @returns y [N, O, H', W', T].
 */
export function conv(x: Tensor, w: Tensor, geometry: Geometry = {}): Tensor {
  const y = zeros(convShape(x.shape, w.shape, geometry));
  const bins = activeBins(x);
  forEachTap(x.shape, w.shape, geometry, (xRow, tap, yRow) => {
    addBins(y, yRow, w.data[tap], x, xRow, bins[xRow]);
  });
  return y;
}

/**
 * Computes the gradient of a convolution's input, the adjoint of
 * {@linkcode conv} for given weights.
 *
 * @param dy [N, O, H', W', T].
 * @param w [O, C / groups, kh, kw, 1].
 * @param geometry As in `conv`.
 * @param xShape [N, C, H, W, T].
 * @returns dx [N, C, H, W, T].
 */
export function convInputGradient(
  dy: Tensor,
  w: Tensor,
  geometry: Geometry,
  xShape: readonly number[],
): Tensor {
  const dx = zeros(xShape);
  forEachTap(xShape, w.shape, geometry, (xRow, tap, yRow) => {
    addRow(dx, xRow, w.data[tap], dy, yRow);
  });
  return dx;
}

/**
 * Computes the gradient of a convolution's weights, the adjoint of
 * {@linkcode conv} for a given input: summed over N, H', W' and T.
 *
 * @param x [N, C, H, W, T].
 * @param dy [N, O, H', W', T].
 * @param geometry As in `conv`.
 * @param wShape [O, C / groups, kh, kw, 1].
 * @returns dw [O, C / groups, kh, kw, 1].
 */
export function convWeightGradient(
  x: Tensor,
  dy: Tensor,
  geometry: Geometry,
  wShape: readonly number[],
): Tensor {
  const dw = zeros(wShape);
  const bins = activeBins(x);
  forEachTap(x.shape, wShape, geometry, (xRow, tap, yRow) => {
    dw.data[tap] += innerBins(x, xRow, dy, yRow, bins[xRow]);
  });
  return dw;
}

/**
 * Computes the shape of a convolution's output.
 *
 * @param xShape [N, C, H, W, T].
 * @param wShape [O, C / groups, kh, kw, 1].
 * @param geometry Stride, padding and dilation.
 * @returns [N, O, H', W', T].
 */
function convShape(
  [N, , H, W, T]: readonly number[],
  [O, , kh, kw]: readonly number[],
  { stride = 1, padding = 0, dilation = 1 }: Geometry,
): number[] {
  const [sh, sw] = both(stride);
  const [ph, pw] = both(padding);
  const [dh, dw] = both(dilation);
  const height = Math.floor((H + 2 * ph - dh * (kh - 1) - 1) / sh) + 1;
  const width = Math.floor((W + 2 * pw - dw * (kw - 1) - 1) / sw) + 1;
  return [N, O, height, width, T];
}

/** Visits every product of a convolution: rows of x and y, an index of w. */
function forEachTap(
  xShape: readonly number[],
  wShape: readonly number[],
  geometry: Geometry,
  visit: (xRow: number, tap: number, yRow: number) => void,
): void {
  const [N, C, H, W] = xShape;
  const [O, perGroup, kh, kw] = wShape;
  const [, , height, width] = convShape(xShape, wShape, geometry);
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = geometry;
  const [sh, sw] = both(stride);
  const [ph, pw] = both(padding);
  const [dh, dw] = both(dilation);
  for (let n = 0; n < N; n++) {
    for (let o = 0; o < O; o++) {
      const firstChannel = Math.floor(o / (O / groups)) * perGroup;
      for (let c = 0; c < perGroup; c++) {
        const xPlane = n * C + firstChannel + c;
        for (let a = 0; a < kh; a++) {
          for (let b = 0; b < kw; b++) {
            const tap = ((o * perGroup + c) * kh + a) * kw + b;
            for (let i = 0; i < height; i++) {
              const h = i * sh + a * dh - ph;
              if (h < 0 || h >= H) continue;
              for (let j = 0; j < width; j++) {
                const w = j * sw + b * dw - pw;
                if (w < 0 || w >= W) continue;
                const yRow = ((n * O + o) * height + i) * width + j;
                visit((xPlane * H + h) * W + w, tap, yRow);
              }
            }
          }
        }
      }
    }
  }
}

function both(pair: Pair): readonly [number, number] {
  return typeof pair === "number" ? [pair, pair] : pair;
}
