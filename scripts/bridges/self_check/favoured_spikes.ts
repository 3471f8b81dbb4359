/**
 * Input spikes that excite the first layer of a network most.
 *
 * @module
 */

import type { ConvLayer } from "../../../engine/layers/conv_shapes.ts";
import type { Layer } from "../../../engine/layers/layer.ts";
import { Random } from "../../../engine/network/random.ts";
import { countOf, type NamedArray } from "../../../engine/network/weights.ts";
import { BINS, RATE, SAMPLES } from "./run_spikes.ts";

/** Bins in which a window favours the same output. */
const STRETCH = 8;

/**
 * Draws input spikes at inputs of positive weight alone. Windows of a
 * convolution that do not overlap, or the whole input of a dense layer, favour
 * an output each, another one every few bins: the inputs that excite it spike,
 * and no others.
 *
 * @param layer The first layer.
 * @param weights Its weights, if it has any.
 * @returns The spikes, `[N, C, H, W, T]`; `undefined` for layers of other kinds.
 */
export function favouredSpikes(
  layer: Layer,
  weights: NamedArray | undefined,
): NamedArray | undefined {
  const { kind, input: { C, H, W } } = layer;
  if (!weights || (kind.name !== "conv" && kind.name !== "dense")) return;
  const { stride, padding, dilation, groups } = kind.name === "conv"
    ? layer as ConvLayer
    : WHOLE;
  const [outputs, channels, rows, columns] = weights.shape;
  const sizes = [rows, columns];
  /** From one window to the next that does not overlap it. */
  const steps = sizes.map((size, axis) =>
    Math.ceil(((size - 1) * dilation[axis] + 1) / stride[axis]) * stride[axis]
  );
  /** Window and tap that read a row or column. */
  const tapOf = (place: number, axis: number) => {
    const from = place + padding[axis];
    const tap = from % steps[axis] / dilation[axis];
    const isRead = Number.isInteger(tap) && tap < sizes[axis];
    return { window: Math.floor(from / steps[axis]), tap: isRead ? tap : -1 };
  };
  const random = new Random(2);
  const favourites = new Map<string, number>();
  const favouriteOf = (place: string) => {
    const known = favourites.get(place);
    if (known !== undefined) return known;
    const drawn = Math.floor(random.uniform() * outputs / groups);
    favourites.set(place, drawn);
    return drawn;
  };
  const shape = [SAMPLES, C, H, W, BINS];
  const data = new Float32Array(countOf(shape));
  for (let i = 0; i < data.length; i++) {
    const t = i % BINS;
    const pixel = Math.floor(i / BINS);
    const x = tapOf(pixel % W, 1);
    const y = tapOf(Math.floor(pixel / W) % H, 0);
    const c = Math.floor(pixel / (W * H)) % C;
    const drawn = random.uniform() < 2 * RATE;
    // Loihi ignores the first bin.
    if (t === 0 || x.tap < 0 || y.tap < 0 || !drawn) continue;
    const n = Math.floor(pixel / (W * H * C));
    const group = Math.floor(c / channels);
    const place = [n, group, y.window, x.window, Math.floor(t / STRETCH)];
    const output = group * outputs / groups + favouriteOf(place.join());
    const tap = (output * channels + c % channels) * rows + y.tap;
    data[i] = Number(weights.data[tap * columns + x.tap] > 0);
  }
  return { shape, data };
}

/** A dense layer as a convolution, whose kernel has the size of its input. */
const WHOLE = {
  stride: [1, 1],
  padding: [0, 0],
  dilation: [1, 1],
  groups: 1,
} as const;
