/**
 * Anytime classification: the decision of a network after each bin of a sample.
 *
 * @module
 */

import { readBytes, readFloats } from "../device/readback.ts";
import type { LayerwisePlan } from "../layerwise/layerwise_plan.ts";
import { crossEntropy } from "../losses/readout.ts";
import { probSpikes } from "../losses/prob_spikes.ts";
import type { Model } from "../model.ts";
import { floatsToUser, spikesToUser } from "../network/activity_order.ts";
import { zerosOf } from "../network/layer_trace.ts";
import { layoutOf, placeOf } from "../network/layout.ts";
import { sizeOf } from "../network/network.ts";
import { sumVotes } from "../network/votes.ts";
import { classifyMoving } from "./moving_window.ts";
import { requireExtent, type Samples } from "./samples.ts";

/** The decisions of a network for a sample. */
export interface RunningDecisions {
  /** The sample's class. */
  readonly label: number;
  /** The class decided after each bin. */
  readonly decisions: Uint32Array;
}

/**
 * Runs samples through a network and finds its decision after each bin: the
 * class with the most output spikes so far or, for a readout without neurons,
 * with the largest mean drive so far; the first of equal ones. With a window
 * only the last bins count, as in {@linkcode classifyMoving}.
 *
 * @param network The network.
 * @param samples The samples.
 * @param options Most samples at once, length of a sample in ms, and of a window
 * in bins.
 * @returns The decisions of each sample, in order.
 * @throws {ShapeError} If the samples do not fit the network or the device.
 * @throws {RangeError} If the window is not a positive integer.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 *
 * @example
 * ```ts
 * import { Model } from "../model.ts";
 * import { runningDecisions } from "./running_decisions.ts";
 * using network = await Model.create({
 *   input: { C: 1, H: 1, W: 2 },
 *   layers: [{ dense: 3 }],
 *   Ts: 5,
 *   random: 0,
 * });
 * const samples = {
 *   size: 1,
 *   async *batches() {
 *     yield { samples: [Uint32Array.of()], labels: Uint32Array.of(2) };
 *   },
 * };
 * const options = { batch: 1, tSample: 20 };
 * for await (const found of runningDecisions(network, samples, options)) {
 *   // Nothing spikes, so the first class is decided in all four bins.
 *   if (found.decisions.join() !== "0,0,0,0") throw new Error("not silent");
 * }
 * ```
 */
export async function* runningDecisions(
  network: Model,
  samples: Samples,
  options: {
    readonly batch: number;
    readonly tSample: number;
    readonly window?: number;
  },
): AsyncGenerator<RunningDecisions, void, void> {
  requireExtent(network.description, samples);
  const plan = {
    tSample: options.tSample,
    batch: Math.max(1, Math.min(options.batch, samples.size)),
    train: false,
  };
  // The plan needs a loss, but its value is not read.
  using stepper = network.isLayerwise
    ? await network.compileUnits({ ...plan, loss: crossEntropy() })
    : await network.compile({
      ...plan,
      loss: probSpikes({ window: network.description.Ts }),
    });
  const last = network.layers[network.layers.length - 1];
  const outputs = sizeOf(last.output);
  const T = stepper.bins;
  const { window = T } = options;
  const request = { batch: stepper.microBatch, ...stepper.eventBinning };
  for await (const batch of samples.batches(request)) {
    await stepper.evaluate(batch);
    await stepper.drain();
    const count = batch.labels.length;
    const values = zerosOf(last.output, count, T).data;
    const place = {
      extent: last.output,
      layout: layoutOf(last),
      T,
      rows: T,
      first: 0,
      samples: count,
    };
    const { buffers } = stepper.plan;
    const spikes = "spikes" in buffers
      ? (last.axon ? buffers.arrived : buffers.spikes).at(-1)
      : network.spikingLayers.includes(last)
      ? buffers.microBatches[0].arrived[network.layers.length - 1]
      : undefined;
    if (spikes) {
      const words = new Uint32Array(await readBytes(network.device, spikes));
      spikesToUser(words, values, { ...place, height: 1 });
    } else {
      const own = stepper.plan as LayerwisePlan;
      await readDrives(network, own, values, place);
    }
    const { shape, data } = sumVotes(
      { shape: [count, outputs, 1, 1, T], data: values },
      last.voters ?? 1,
    );
    const size = data.length / count;
    for (let n = 0; n < count; n++) {
      const sample = data.subarray(n * size, (n + 1) * size);
      const decisions = classifyMoving(
        { shape: [1, ...shape.slice(1)], data: sample },
        { window },
      );
      yield { label: batch.labels[n], decisions };
    }
  }
}

/** Reads the drives of a readout after its normalisation or bias. */
async function readDrives(
  { device }: Model,
  { units: { units }, buffers }: LayerwisePlan,
  values: Float32Array,
  place: Parameters<typeof floatsToUser>[2],
): Promise<void> {
  const last = units.length - 1;
  const [{ drives }] = buffers.microBatches;
  floatsToUser(await readFloats(device, drives[last]), values, place);
  const quads = await readFloats(device, buffers.units[last].coefficients);
  const outputs = sizeOf(place.extent);
  for (let i = 0; i < values.length; i++) {
    const at = 4 * placeOf(place.layout, Math.floor(i / place.T) % outputs);
    values[i] = quads[at] * values[i] + quads[at + 1];
  }
}
