/**
 * Runs a trained network on the sample being played.
 *
 * @module
 */

import { SampleSet } from "../../../../../dataset/samples/sample_set.ts";
import type { Device } from "../../../../../engine/device/device.ts";
import { Model } from "../../../../../engine/model.ts";
import type { Extent } from "../../../../../engine/network/network.ts";
import { Random } from "../../../../../engine/network/random.ts";
import {
  type LayerTrace,
  outputSpikes,
} from "../../../../../engine/network/layer_trace.ts";
import { trace } from "../../../../../engine/trace.ts";
import type { NamedArray } from "../../../../../engine/network/weights.ts";
import type { Configuration } from "../../../../configuration/schema/types.ts";
import {
  binningOf,
  describeModel,
  planOf,
} from "../../../../configuration/model.ts";
import { filtered } from "../../../../configuration/transforms.ts";
import { binLength } from "../../../../experiment/bin_length.ts";
import {
  probabilitiesAt,
  runningMeans,
} from "../../../../experiment/readout_scores.ts";
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

/** Votes of the outputs of a network, by bin. */
export interface Votes {
  /** Spike counts, or probabilities of a readout without neurons. */
  readonly of: "spikes" | "probability";
  /** Vote of each output up to each bin, `[T][C]`. */
  readonly values: readonly (readonly number[])[];
}

/** Spikes, votes and prediction of a network for a sample. */
export interface NetworkRun {
  /** Spikes of each layer with neurons. */
  readonly layers: readonly LayerSpikes[];
  readonly votes: Votes;
  /** Length of a bin in ms. */
  readonly Ts: number;
  /** The class with the most votes; the first one of equals. */
  readonly prediction: number;
}

/**
 * Runs a network on a sample.
 *
 * @param device The device.
 * @param network The network.
 * @param sample The sample; the network sees the first `tSample` ms of it.
 * @returns Spikes of every layer, votes and the prediction.
 * @throws {ShapeError} If network, weights and sample do not match.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 */
export async function runNetwork(
  device: Device,
  { configuration, weights }: TrainedNetwork,
  sample: PageSample,
): Promise<NetworkRun> {
  const source = filtered(sample.source, configuration);
  const { tSample, loss } = planOf(configuration, "test");
  using model = await Model.create({
    device,
    ...describeModel(configuration, source, new Random(0)),
  });
  model.setWeights(weights);
  const { method } = binningOf(configuration);
  const [batch] = await Array.fromAsync(
    new SampleSet(source, { method }).batches({
      batch: 1,
      ...model.eventBinning({ tSample }),
    }),
  );
  const { layers, outputs, predictions } = await trace(model, batch, {
    tSample,
    loss,
  });
  const last = layers[layers.length - 1];
  const { voters = 1 } = model.layers[model.layers.length - 1];
  return {
    layers: layers.map(spikesOf),
    votes: outputs
      ? probabilitiesOf(outputs)
      : countsOf(spikesOf({ ...last, spikes: outputSpikes(layers) }), voters),
    Ts: await binLength(source, 0, configuration),
    prediction: predictions[0],
  };
}

/** Spike counts up to each bin: means of the neurons that vote. */
function countsOf(
  { extent: { C }, neurons, bins }: LayerSpikes,
  voters: number,
): Votes {
  const counts = new Array<number>(C / voters).fill(0);
  const values = Array.from({ length: bins.length - 1 }, (_, t) => {
    for (let i = bins[t]; i < bins[t + 1]; i++) {
      counts[Math.floor(neurons[i] / voters)]++;
    }
    return counts.map((count) => count / voters);
  });
  return { of: "spikes", values };
}

/** Probabilities from the running mean of the drive up to each bin. */
function probabilitiesOf(outputs: NamedArray): Votes {
  const means = runningMeans(outputs);
  const values = Array.from(
    means[0],
    (_, bin) => probabilitiesAt(means, bin),
  );
  return { of: "probability", values };
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
