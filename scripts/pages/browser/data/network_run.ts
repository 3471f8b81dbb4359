/**
 * Runs a trained network on the sample that is played.
 *
 * @module
 */

import { batches } from "../../../../dataset/batches.ts";
import type { Device } from "../../../../engine/device/device.ts";
import { Model } from "../../../../engine/model.ts";
import type { Extent } from "../../../../engine/network/network.ts";
import { Random } from "../../../../engine/network/random.ts";
import { type LayerTrace, trace } from "../../../../engine/trace.ts";
import type { NamedArray } from "../../../../engine/network/weights.ts";
import type { Configuration } from "../../../configuration/types.ts";
import {
  binningOf,
  describeModel,
  planOf,
} from "../../../configuration/model.ts";
import { filtered } from "../../../configuration/transforms.ts";
import type { PageSample } from "./page_sample.ts";

/** A trained network. */
export interface TrainedNetwork {
  readonly configuration: Configuration;
  readonly weights: Readonly<Record<string, NamedArray>>;
  /** Its name on the page. */
  readonly name: string;
}

/** Spikes of a layer, sorted by time bin. */
export interface LayerSpikes {
  readonly name: string;
  /** Number of channels, rows and columns. */
  readonly extent: Extent;
  /** Indices of the neurons that spike, in the order channel, row, column. */
  readonly neurons: Uint32Array;
  /**
   * Start of each bin in `neurons`: bin b is `bins[b]` to `bins[b + 1] - 1`.
   */
  readonly bins: Uint32Array;
}

/** Spikes and prediction of a network for a sample. */
export interface NetworkRun {
  readonly layers: readonly LayerSpikes[];
  /** Length of a bin in ms. */
  readonly Ts: number;
  /** The class with the most spikes; the first of several. */
  readonly prediction: number;
}

/**
 * Runs a network on a sample.
 *
 * @param device The device.
 * @param network The network.
 * @param sample The sample; the network sees the first `tSample` ms of it.
 * @returns Spikes of every layer, and the prediction.
 * @throws {ShapeError} If network, weights and sample do not fit one another.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 */
export async function runNetwork(
  device: Device,
  { configuration, weights }: TrainedNetwork,
  sample: PageSample,
): Promise<NetworkRun> {
  const source = filtered(sample.source, configuration);
  const { tSample, loss } = planOf(configuration, "test");
  const { Ts } = configuration.simulation;
  const [batch] = await Array.fromAsync(batches(source, [0], {
    batchSize: 1,
    bins: Math.floor(tSample / Ts + 1e-9),
    binning: binningOf(configuration),
    crop: "fixed",
  }));
  using model = await Model.create({
    device,
    ...describeModel(configuration, source, new Random(0)),
  });
  model.setWeights(weights);
  const { layers, predictions } = await trace(model, batch, {
    tSample,
    loss,
  });
  return { layers: layers.map(spikesOf), Ts, prediction: predictions[0] };
}

function spikesOf({ name, spikes: { shape, data } }: LayerTrace): LayerSpikes {
  const [, C, H, W, T] = shape;
  const bins = new Uint32Array(T + 1);
  data.forEach((spike, i) => {
    if (spike !== 0) bins[i % T + 1]++;
  });
  for (let t = 0; t < T; t++) bins[t + 1] += bins[t];
  const neurons = new Uint32Array(bins[T]);
  const at = bins.slice();
  data.forEach((spike, i) => {
    if (spike !== 0) neurons[at[i % T]++] = Math.floor(i / T);
  });
  return { name, extent: { C, H, W }, neurons, bins };
}

/**
 * Finds the bin of a time.
 *
 * @param time The time in ms.
 * @param Ts Length of a bin in ms.
 * @param bins Starts of the bins, as in `LayerSpikes`.
 * @returns The bin; the last one for later times.
 */
export function binAt(time: number, Ts: number, bins: Uint32Array): number {
  return Math.min(Math.max(Math.floor(time / Ts), 0), bins.length - 2);
}
