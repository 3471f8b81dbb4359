/**
 * Fan-out of single inputs of convolutions, with borders taken into account.
 *
 * @module
 */

/** A convolution along one axis. */
interface Axis {
  /** Positions of the input, and of the output. */
  readonly from: number;
  readonly to: number;
  /** Taps, dilation, stride, and padding at either end. */
  readonly kernel: number;
  readonly dilation: number;
  readonly stride: number;
  readonly padding: number;
}

/**
 * Counts the taps that meet each position of an axis.
 *
 * @param axis The axis.
 * @returns Pairs of an output and a tap, for each position of the input.
 *
 * @example
 * ```ts
 * import { meetings } from "./fan_out.ts";
 * const axis = { from: 4, to: 4, kernel: 3, dilation: 1, stride: 1, padding: 1 };
 * if (meetings(axis).join() !== "2,3,3,2") throw new Error("not the borders");
 * ```
 */
export function meetings(axis: Axis): number[] {
  const { from, to, kernel, dilation, stride, padding } = axis;
  const met = new Array<number>(from).fill(0);
  for (let output = 0; output < to; output++) {
    for (let tap = 0; tap < kernel; tap++) {
      const place = output * stride + tap * dilation - padding;
      if (place >= 0 && place < from) met[place]++;
    }
  }
  return met;
}

/**
 * Counts, for each position of the output, the taps that are inside the input.
 *
 * @param axis The axis; in a transposed convolution its input is `to`.
 * @returns Number of taps inside, for each position of the output.
 *
 * @example
 * ```ts
 * import { tapsInside } from "./fan_out.ts";
 * const axis = { from: 4, to: 4, kernel: 3, dilation: 1, stride: 1, padding: 1 };
 * if (tapsInside(axis).join() !== "2,3,3,2") throw new Error("not the borders");
 * ```
 */
export function tapsInside(axis: Axis): number[] {
  const { from, to, kernel, dilation, stride, padding } = axis;
  return Array.from({ length: to }, (_, output) => {
    let inside = 0;
    for (let tap = 0; tap < kernel; tap++) {
      const place = output * stride + tap * dilation - padding;
      if (place >= 0 && place < from) inside++;
    }
    return inside;
  });
}
