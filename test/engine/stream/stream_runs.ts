/**
 * Networks that run a sample at once and as a stream.
 *
 * @module
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Model } from "../../../engine/model.ts";
import { zerosOf } from "../../../engine/network/layer_trace.ts";
import type { Extent } from "../../../engine/network/network.ts";
import type { NamedArray } from "../../../engine/network/weights.ts";
import type {
  NetworkStream,
  StreamStep,
} from "../../../engine/stream/stream.ts";
import { predict, type Prediction } from "../../../engine/trace.ts";
import { same } from "../../fixtures/comparison.ts";
import type { Tensor } from "../../oracle/tensor.ts";
import { unitEvents } from "../layerwise/unit_events.ts";
import { eventsOf } from "../networks.ts";

/**
 * Chunks of a bin, of odd sizes, of whole frames and several, and of all bins at
 * once.
 */
export const CUTS = [[1, 1, 1, 5, 8, 16, 3, 7, 13], [1000]];

/**
 * Runs a sample at once.
 *
 * @param model The network.
 * @param x Whole counts, [1, C, H, W, T].
 * @returns Its prediction.
 */
export async function runWhole(model: Model, x: Tensor): Promise<Prediction> {
  const [, C, H, W, T] = x.shape;
  const { Ts } = model.description;
  const { bins } = model.eventBinning({ tSample: T * Ts });
  const addressBits = Math.ceil(Math.log2(C * H * W));
  const batch = model.isLayerwise
    ? unitEvents({ fine: bins / T, addressBits }, x, [0])
    : eventsOf(x, [0]);
  const [found] = await predict(model, batch, { tSample: T * Ts });
  return found;
}

/**
 * Cuts the events of a sample into chunks.
 *
 * @param x Whole counts, [1, C, H, W, T].
 * @param sizes Bins of the first chunks; they are used again until the end.
 * @returns Event words and bins of each chunk.
 */
export function chunksOf(
  x: Tensor,
  sizes: readonly number[],
): { readonly events: Uint32Array; readonly bins: number }[] {
  const [, C, H, W, T] = x.shape;
  const [words] = eventsOf(x, [0]).samples;
  const place = 2 ** Math.ceil(Math.log2(C * H * W));
  const chunks: { events: Uint32Array; bins: number }[] = [];
  for (let first = 0, n = 0; first < T; n++) {
    const bins = Math.min(sizes[n % sizes.length], T - first);
    const end = first + bins;
    const own = words.filter((word) => {
      const bin = Math.floor(word / place);
      return bin >= first && bin < end;
    });
    // Backwards: the order of events does not matter.
    chunks.push({
      events: own.map((word) => word - first * place).reverse(),
      bins,
    });
    first = end;
  }
  return chunks;
}

/**
 * Runs a sample as a stream.
 *
 * @param stream The stream.
 * @param x Whole counts, [1, C, H, W, T].
 * @param sizes Bins of the chunks, used again until the end.
 * @returns What each chunk gave.
 */
export async function runStream(
  stream: NetworkStream,
  x: Tensor,
  sizes: readonly number[],
): Promise<StreamStep[]> {
  // All at once, so that chunks are submitted while others are read.
  return await Promise.all(
    chunksOf(x, sizes).map(({ events, bins }) => stream.push(events, bins)),
  );
}

/** Joins arrays [1, C, H, W, bins] along time. */
function joined(parts: readonly NamedArray[]): NamedArray {
  const [, C, H, W] = parts[0].shape;
  const T = parts.reduce((sum, { shape }) => sum + shape[4], 0);
  const extent: Extent = { C, H, W };
  const whole = zerosOf(extent, 1, T);
  let first = 0;
  for (const { shape, data } of parts) {
    const bins = shape[4];
    for (let f = 0; f < C * H * W; f++) {
      whole.data.set(data.subarray(f * bins, (f + 1) * bins), f * T + first);
    }
    first += bins;
  }
  return whole;
}

/**
 * Requires a stream's result to be that of the whole sample, bit for bit.
 *
 * @param steps What the stream gave, with activity of all layers.
 * @param whole What the network gave of the whole sample.
 */
export function agree(steps: readonly StreamStep[], whole: Prediction): void {
  const { layers, outputs, scores, label } = whole;
  const T = (outputs ?? layers[0].spikes).shape[4];
  strictEqual(steps[steps.length - 1].bins, T);
  layers.forEach(({ name, spikes, arrived, potentials }, index) => {
    const own = steps.map((step) => step.layers[index]);
    strictEqual(own[0].name, name);
    const streamed = joined(own.map(({ spikes }) => spikes));
    deepStrictEqual(streamed.shape, spikes.shape);
    same(streamed.data, spikes.data);
    strictEqual(own[0].arrived === undefined, arrived === undefined);
    if (arrived) {
      same(joined(own.map(({ arrived }) => arrived!)).data, arrived.data);
    }
    same(joined(own.map(({ potentials }) => potentials)).data, potentials.data);
  });
  if (outputs) {
    same(joined(steps.map(({ outputs }) => outputs!)).data, outputs.data);
  }
  const decisions = steps.flatMap(({ decisions }) => decisions);
  strictEqual(decisions.length, T);
  deepStrictEqual(decisions[T - 1].scores, scores);
  strictEqual(decisions[T - 1].label, label);
}

/**
 * Requires layers to fire, but not always.
 *
 * @param whole What a network gave.
 */
export function lively({ layers }: Prediction): void {
  for (const { name, spikes: { data } } of layers) {
    const fired = data.filter((value) => value !== 0).length / data.length;
    ok(fired > 0.002 && fired < 0.98, `${name} fires in ${fired} of all bins`);
  }
}
