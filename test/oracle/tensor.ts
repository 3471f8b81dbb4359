/**
 * Tensors of the oracle: float64, row-major, axes [N, C, H, W, T].
 *
 * @module
 */

/** A dense tensor; the last axis is contiguous. */
export interface Tensor {
  /** Length of each axis. */
  readonly shape: readonly number[];
  /** As many elements as the product of `shape`. */
  readonly data: Float64Array;
}

/**
 * Makes a tensor of zeros.
 *
 * @param shape Length of each axis.
 * @returns The tensor.
 */
export function zeros(shape: readonly number[]): Tensor {
  return { shape, data: new Float64Array(size(shape)) };
}

/**
 * Makes a tensor of given elements.
 *
 * @param shape Length of each axis.
 * @param elements As many numbers as the product of `shape`.
 * @returns A tensor with a copy of the elements.
 * @throws {RangeError} If there are more or fewer elements.
 */
export function tensorOf(
  shape: readonly number[],
  elements: ArrayLike<number>,
): Tensor {
  if (size(shape) !== elements.length) {
    throw new RangeError(
      `Cannot make a tensor [${shape}]: ${elements.length} elements`,
    );
  }
  return { shape, data: Float64Array.from(elements) };
}

/**
 * Gives the same elements another shape.
 *
 * @param x Any tensor.
 * @param shape Length of each axis, of the same product.
 * @returns A tensor that shares its elements with `x`.
 * @throws {RangeError} If the products differ.
 */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  if (size(shape) !== x.data.length) {
    throw new RangeError(`Cannot reshape [${x.shape}]: not [${shape}]`);
  }
  return { shape, data: x.data };
}

/**
 * Computes the inner product ⟨a, b⟩.
 *
 * @param a Any tensor.
 * @param b A tensor with as many elements.
 * @returns The sum of the products.
 */
export function inner(a: Tensor, b: Tensor): number {
  return a.data.reduce((sum, value, i) => sum + value * b.data[i], 0);
}

/**
 * Adds a row, the T bins of one neuron: y[yRow] += scale·x[xRow].
 *
 * @param y [N, C, H, W, T], changed in place.
 * @param yRow Index of the row over N, C, H and W.
 * @param scale The factor.
 * @param x [N, C, H, W, T].
 * @param xRow Index of the row over N, C, H and W.
 */
export function addRow(
  y: Tensor,
  yRow: number,
  scale: number,
  x: Tensor,
  xRow: number,
): void {
  const T = y.shape[y.shape.length - 1];
  for (let t = 0; t < T; t++) {
    y.data[yRow * T + t] += scale * x.data[xRow * T + t];
  }
}

/**
 * Finds the bins of each row that are not zero, few in a tensor of spikes.
 *
 * @param x [N, C, H, W, T].
 * @returns By row, over N, C, H and W, ascending bins.
 */
export function activeBins(x: Tensor): number[][] {
  const T = x.shape[x.shape.length - 1];
  return Array.from({ length: x.data.length / T }, (_, row) => {
    const bins: number[] = [];
    for (let t = 0; t < T; t++) if (x.data[row * T + t] !== 0) bins.push(t);
    return bins;
  });
}

/**
 * Adds some bins of a row: y[yRow, t] += scale·x[xRow, t].
 *
 * @param y [N, C, H, W, T], changed in place.
 * @param yRow Index of the row over N, C, H and W.
 * @param scale The factor.
 * @param x [N, C, H, W, T].
 * @param xRow Index of the row over N, C, H and W.
 * @param bins The values of t.
 */
export function addBins(
  y: Tensor,
  yRow: number,
  scale: number,
  x: Tensor,
  xRow: number,
  bins: readonly number[],
): void {
  const T = y.shape[y.shape.length - 1];
  for (const t of bins) {
    y.data[yRow * T + t] += scale * x.data[xRow * T + t];
  }
}

/**
 * Computes the inner product of two rows over some bins.
 *
 * @param x [N, C, H, W, T].
 * @param xRow Index of the row over N, C, H and W.
 * @param y [N, C, H, W, T].
 * @param yRow Index of the row over N, C, H and W.
 * @param bins The values of t.
 * @returns Σ_t x[xRow, t]·y[yRow, t].
 */
export function innerBins(
  x: Tensor,
  xRow: number,
  y: Tensor,
  yRow: number,
  bins: readonly number[],
): number {
  const T = y.shape[y.shape.length - 1];
  let sum = 0;
  for (const t of bins) {
    sum += x.data[xRow * T + t] * y.data[yRow * T + t];
  }
  return sum;
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
