/**
 * Convolutions in 64-bit floats. Each input value is scattered to the outputs
 * that read it, so that zeros cost nothing.
 *
 * @module
 */

/** Weights of a convolution; pairs are rows, then columns. */
export interface Windows {
  /** `[out, in / groups, KH, KW]`; transposed, `[in, out / groups, KH, KW]`. */
  readonly shape: readonly number[];
  /** The weights in that order. */
  readonly values: Float64Array;
  /** Stride. */
  readonly stride: readonly [number, number];
  /** Zeros padded around the input. */
  readonly padding: readonly [number, number];
  /** Dilation: distance between taps. */
  readonly dilation: readonly [number, number];
  /** Number of channel groups. */
  readonly groups: number;
}

/** Feature maps. */
export interface Maps {
  /** Channels, rows and columns. */
  readonly shape: readonly number[];
  /** The values in that order. */
  readonly data: Float64Array;
}

/**
 * Prepares a convolution.
 *
 * @param windows The weights.
 * @returns Function from input maps to output maps.
 */
export function convolver(
  { shape: [out, each, KH, KW], values, stride, padding, dilation, groups }:
    Windows,
): (maps: Maps) => Maps {
  const taps = KH * KW;
  const perGroup = out / groups;
  // Input channel, tap, then output channel: the inner loop reads in order.
  const byInput = Float64Array.from({ length: values.length }, (_, i) => {
    const o = i % perGroup;
    const tap = Math.floor(i / perGroup) % taps;
    const c = Math.floor(i / perGroup / taps);
    const output = Math.floor(c / each) * perGroup + o;
    return values[(output * each + c % each) * taps + tap];
  });
  return ({ shape: [, H, W], data }) => {
    const along = (side: number, kernel: number, axis: 0 | 1) =>
      Math.floor(
        (side + 2 * padding[axis] - dilation[axis] * (kernel - 1) - 1) /
          stride[axis],
      ) + 1;
    const [OH, OW] = [along(H, KH, 0), along(W, KW, 1)];
    const sums = new Float64Array(OH * OW * out);
    for (const [at, value] of data.entries()) {
      if (value === 0) continue;
      const c = Math.floor(at / H / W);
      const first = Math.floor(c / each) * perGroup;
      const [row, column] = [Math.floor(at / W) % H, at % W];
      for (let kh = 0; kh < KH; kh++) {
        const h = (row + padding[0] - dilation[0] * kh) / stride[0];
        if (h < 0 || h >= OH || h !== Math.floor(h)) continue;
        for (let kw = 0; kw < KW; kw++) {
          const w = (column + padding[1] - dilation[1] * kw) / stride[1];
          if (w < 0 || w >= OW || w !== Math.floor(w)) continue;
          const to = (h * OW + w) * out + first;
          const from = ((c * KH + kh) * KW + kw) * perGroup;
          for (let o = 0; o < perGroup; o++) {
            sums[to + o] += value * byInput[from + o];
          }
        }
      }
    }
    const pixels = OH * OW;
    return {
      shape: [out, OH, OW],
      data: sums.map((_, i) => sums[i % pixels * out + Math.floor(i / pixels)]),
    };
  };
}

/**
 * Prepares a transposed convolution.
 *
 * @param windows The weights.
 * @returns Function from input maps to output maps.
 */
export function spreader(
  { shape: [C, each, KH, KW], values, stride, padding, dilation, groups }:
    Windows,
): (maps: Maps) => Maps {
  return ({ shape: [, H, W], data }) => {
    const along = (side: number, kernel: number, axis: 0 | 1) =>
      (side - 1) * stride[axis] - 2 * padding[axis] +
      dilation[axis] * (kernel - 1) + 1;
    const [OH, OW] = [along(H, KH, 0), along(W, KW, 1)];
    const y = new Float64Array(each * groups * OH * OW);
    for (const [at, value] of data.entries()) {
      if (value === 0) continue;
      const c = Math.floor(at / H / W);
      const group = Math.floor(c / (C / groups));
      for (let tap = 0; tap < KH * KW; tap++) {
        const h = Math.floor(at / W) % H * stride[0] - padding[0] +
          dilation[0] * Math.floor(tap / KW);
        const w = at % W * stride[1] - padding[1] + dilation[1] * (tap % KW);
        if (h < 0 || h >= OH || w < 0 || w >= OW) continue;
        for (let o = 0; o < each; o++) {
          y[((group * each + o) * OH + h) * OW + w] += value *
            values[(c * each + o) * KH * KW + tap];
        }
      }
    }
    return { shape: [each * groups, OH, OW], data: y };
  };
}

/**
 * Multiplies a weight matrix by a vector.
 *
 * @param weights Their shape, `[out, in]`, and values.
 * @param data The vector.
 * @returns The weighted sum for each output.
 */
export function weightedSums(
  { shape: [out, inputs], values }: Pick<Windows, "shape" | "values">,
  data: Float64Array,
): Float64Array {
  const y = new Float64Array(out);
  for (const [from, value] of data.entries()) {
    if (value === 0) continue;
    for (let o = 0; o < out; o++) y[o] += value * values[o * inputs + from];
  }
  return y;
}
