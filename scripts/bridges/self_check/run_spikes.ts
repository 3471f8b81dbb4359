/**
 * Runs networks of this project on random spikes.
 *
 * @module
 */

import type { Device } from "../../../engine/device/device.ts";
import { delayStep } from "../../../engine/layers/describe_axon.ts";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import { structureOf } from "../../../engine/model/model_description.ts";
import type { Extent } from "../../../engine/network/network.ts";
import { packSpikes } from "../../../engine/network/pack_spikes.ts";
import { Random } from "../../../engine/network/random.ts";
import { countOf, type NamedArray } from "../../../engine/network/weights.ts";
import { predict, type Prediction } from "../../../engine/trace.ts";
import type { WeightedNetwork } from "../../../engine/training/fold_norms.ts";

/** Number of samples. */
export const SAMPLES = 2;

/** Bins of a sample. */
export const BINS = 32;

/** Share of bins with input spikes. */
export const RATE = 0.25;

/**
 * Runs a network with input spikes of a height, in bins of length Ts.
 *
 * @param device The device.
 * @param network The network with its weights.
 * @param spikes The spikes, `[N, C, H, W, T]`.
 * @param height Their height, in that of the network's input.
 * @returns Class, scores and spikes of each sample.
 * @throws {ShapeError} If the network does not fit the device.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 */
export async function runSpikes(
  device: Device,
  { description, weights }: WeightedNetwork<ModelDescription>,
  spikes: NamedArray,
  height: number,
): Promise<Prediction[]> {
  // Ignore slices and sensor, which belong to real samples.
  const { slices: _, sensor: __, ...others } = description;
  const plain = { ...others, Ts: delayStep(description) };
  const { units } = structureOf(description);
  const { coding: own = { mode: "OR", height: units ? 1 : 1 / plain.Ts } } =
    description;
  const coding = { ...own, height: height * own.height };
  using model = await Model.create({ ...plain, coding, device });
  model.setWeights(weights);
  const [samples, , , , bins] = spikes.shape;
  const tSample = bins * plain.Ts;
  const labels = Array.from({ length: samples }, () => 0);
  const binning = model.eventBinning({ tSample });
  return await predict(model, packSpikes(spikes, labels, binning), { tSample });
}

/**
 * Draws input spikes; none in the first bin, where Loihi ignores them.
 *
 * @param extent Channels, rows and columns of the input.
 * @param density Share of the bins with spikes.
 * @returns The spikes of a few samples, `[N, C, H, W, T]`.
 */
export function randomSpikes(
  { C, H, W }: Extent,
  density = RATE,
): NamedArray {
  const shape = [SAMPLES, C, H, W, BINS];
  const random = new Random(0);
  const data = Float32Array.from(
    { length: countOf(shape) },
    (_, i) => Number(random.uniform() < density && i % BINS > 0),
  );
  return { shape, data };
}

/**
 * Rearranges a sample's values by bin.
 *
 * @param array The values, `[N, C, H, W, T]`.
 * @param sample Index of the sample.
 * @returns The values of each bin, in the order channel, row, column.
 */
export function binsOf(
  { shape, data }: NamedArray,
  sample = 0,
): Float64Array[] {
  const T = shape[4];
  const size = data.length / shape[0] / T;
  return Array.from({ length: T }, (_, t) =>
    Float64Array.from(
      { length: size },
      (_, at) => data[(sample * size + at) * T + t],
    ));
}
