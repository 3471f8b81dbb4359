/**
 * Scales initial weights so that every layer fires and none is saturated.
 *
 * @module
 */

import type { Model } from "../model.ts";
import type { Layer } from "../layers/layer.ts";
import { sizeOf } from "../network/network.ts";
import type { EventBatch } from "../network/event_batch.ts";
import type { StepRunner } from "../plan/steps/step_runner.ts";
import type { NamedArray } from "../network/weights.ts";

/**
 * Range of firing rates at which a layer can be trained. Below it, the next
 * layer stays far from threshold, where the surrogate gradient vanishes. Above
 * it, the refractory response dominates spike times, and kernels slow down. The
 * hidden layers of SLAYER's CNN for SL-Animals start with 0.02 to 0.05.
 */
const LIVE = { least: 0.02, most: 0.1 };

/** Exponent range of the search: factors are from 2^−REACH to 2^REACH. */
const REACH = 16;

/** Limit on the factors that the bisection tries on a layer. */
const TRIALS = 20;

/** Factor and firing rate of a trainable layer. */
export interface LiveLayer {
  /** Name of the layer. */
  readonly name: string;
  /** Factor by which the layer's weights were multiplied. */
  readonly factor: number;
  /** Spikes per neuron and bin with the scaled weights. */
  readonly rate: number;
  /** Whether the firing rate is from 0.02 to 0.1. */
  readonly live: boolean;
}

/**
 * Scales the weights of a network, layer by layer from the first trainable one,
 * until each layer fires in 2 to 10 % of all bins; layers in this range are not
 * changed.
 *
 * The factor is found by bisection on a logarithmic scale, from 2⁻¹⁶ to 2¹⁶, in
 * at most 21 passes over the samples per layer. The same samples give the same
 * bits. No factor helps a layer without incoming spikes, or whose rate jumps
 * across this range; the layer then keeps the factor with the closest rate.
 *
 * @param model The network; its weights are changed.
 * @param samples A plan of the network with no step in flight, and batches.
 * @returns Factor and firing rate of each trainable layer, first to last.
 * @throws {RangeError} If there are no batches.
 * @throws {ShapeError} If a batch does not fit the plan.
 * @throws {DeviceError} If the device was lost.
 *
 * @example
 * ```ts
 * import { openDevice } from "../device/device.ts";
 * import { initLive } from "./live_init.ts";
 * import { numSpikes } from "../losses/num_spikes.ts";
 * import { Model } from "../model.ts";
 * using device = await openDevice();
 * using model = await Model.create({ device,
 *   input: { C: 1, H: 4, W: 4 },
 *   layers: [{ dense: { out: 50, weightScale: 0.01 } }],
 *   neuron: { scaleRef: 20 },
 *   Ts: 5,
 *   random: 0,
 * });
 * using stepper = await model.compile({
 *   tSample: 200,
 *   batch: 1,
 *   train: false,
 *   loss: numSpikes({ true: 5, false: 1 }),
 * });
 * const words = Array.from({ length: 40 }, (_, t) => (t << 4) | (7 * t % 16));
 * const batch = {
 *   samples: [Uint32Array.from(words)],
 *   labels: Uint32Array.of(0),
 * };
 * const [{ factor }] = await initLive(model, { stepper, batches: [batch] });
 * if (factor < 10) throw new Error("expected larger weights");
 * ```
 */
export async function initLive(
  model: Model,
  samples: {
    readonly stepper: StepRunner;
    readonly batches: readonly EventBatch[];
  },
): Promise<LiveLayer[]> {
  if (samples.batches.length === 0) {
    throw new RangeError("Cannot scale weights: there are no batches");
  }
  const weights = await model.weights();
  const layers: LiveLayer[] = [];
  for (const [index, layer] of model.spikingLayers.entries()) {
    // Scaling weights does not change normalised drives.
    if (!layer.weights || `${layer.name}.norm.weight` in weights) continue;
    const name = `${layer.name}.weight`;
    const first = weights[name];
    const apply = (factor: number) => {
      weights[name] = scaled(first, factor);
      model.setWeights(weights);
    };
    const found = await search(async (factor) => {
      apply(factor);
      return await rateOf(layer, index, samples);
    });
    apply(found.factor);
    const live = distanceOf(found.rate) === 0;
    layers.push({ name: layer.name, ...found, live });
  }
  return layers;
}

/** A factor, and the firing rate with weights scaled by it. */
type Trial = Pick<LiveLayer, "factor" | "rate">;

/** Finds the factor whose firing rate is closest to the range `LIVE`. */
async function search(
  rateAt: (factor: number) => Promise<number>,
): Promise<Trial> {
  let best: Trial = { factor: 1, rate: await rateAt(1) };
  let [low, high] = best.rate < LIVE.least ? [0, REACH] : [-REACH, 0];
  for (let trial = 0; distanceOf(best.rate) > 0 && trial < TRIALS; trial++) {
    const middle = (low + high) / 2;
    const factor = 2 ** middle;
    const rate = await rateAt(factor);
    if (distanceOf(rate) < distanceOf(best.rate)) best = { factor, rate };
    if (rate < LIVE.least) low = middle;
    else high = middle;
  }
  return best;
}

/** Logarithmic distance of a firing rate from the range `LIVE`. */
function distanceOf(rate: number): number {
  return Math.max(Math.log(LIVE.least / rate), Math.log(rate / LIVE.most), 0);
}

/** Measures the firing rate of a layer, in spikes per neuron and bin. */
async function rateOf(
  layer: Layer,
  index: number,
  { stepper, batches }: {
    readonly stepper: StepRunner;
    readonly batches: readonly EventBatch[];
  },
): Promise<number> {
  for (const batch of batches) await stepper.evaluate(batch);
  const records = await stepper.drain();
  const spikes = records.reduce((sum, record) => sum + record.spikes[index], 0);
  const samples = batches.reduce((sum, { labels }) => sum + labels.length, 0);
  return spikes / (samples * stepper.bins * sizeOf(layer.output));
}

function scaled({ shape, data }: NamedArray, factor: number): NamedArray {
  return { shape, data: data.map((weight) => weight * factor) };
}
