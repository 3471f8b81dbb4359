/**
 * Compares networks with what programs make of their files.
 *
 * @module
 */

import type { Device } from "../../engine/device/device.ts";
import type { WeightedNetwork } from "../../engine/training/fold_norms.ts";
import { Model, type ModelDescription } from "../../engine/model.ts";
import { structureOf } from "../../engine/model/model_description.ts";
import type { Extent } from "../../engine/network/network.ts";
import { packSpikes } from "../../engine/network/pack_spikes.ts";
import { Random } from "../../engine/network/random.ts";
import type { NamedArray } from "../../engine/network/weights.ts";
import { predict, type Prediction } from "../../engine/trace.ts";
import type { Counterpart } from "./network/counterpart.ts";

/** Samples that are compared, their bins, and the share of bins with spikes. */
const [SAMPLES, BINS, RATE] = [2, 32, 0.25];

/** How far two networks agree. */
export interface Agreement {
  /** Each layer with neurons of the network here. */
  readonly layers: readonly {
    readonly name: string;
    /** Its spikes. */
    readonly spikes: number;
    /** Bins in which one network has a spike and the other has not. */
    readonly differing: number;
  }[];
  /**
   * Largest difference of the readouts' drives, over the largest drive; absent
   * where a network has neurons to the end.
   */
  readonly readout?: number;
}

/**
 * Runs a network and its counterpart on the same random spikes, and compares
 * what all of their layers give. Each layer of the counterpart reads the spikes
 * of the network here, so that a spike that rounding moves counts once, and not
 * again in all layers above.
 *
 * @param device The device.
 * @param network The network with its weights.
 * @param counterpart The other network.
 * @returns How far they agree.
 * @throws {ShapeError} If the network does not fit the device.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 */
export async function compareNetworks(
  device: Device,
  network: WeightedNetwork<ModelDescription>,
  { run, parts, readoutFactor = 1 }: Counterpart,
): Promise<Agreement> {
  const spikes = randomSpikes(network.description.input);
  const predictions = await runSpikes(device, network, spikes);
  const counts = predictions[0].layers.map(({ name }) => ({
    name,
    spikes: 0,
    differing: 0,
  }));
  let [largest, off] = [0, 0];
  for (const [n, { layers, outputs }] of predictions.entries()) {
    const given = new Map(
      layers.map(({ spikes }, layer) => [
        parts[layer],
        binsOf(spikes).map((bin) => bin.map((spike) => Number(spike !== 0))),
      ]),
    );
    const results = await run(binsOf(spikes, n), given, device);
    const resultOf = (layer: number) => results.get(parts[layer])!;
    for (const layer of layers.keys()) {
      const own = given.get(parts[layer])!;
      for (const [t, bin] of resultOf(layer).entries()) {
        for (const [at, value] of bin.entries()) {
          counts[layer].spikes += own[t][at];
          counts[layer].differing += Number(
            (value !== 0) !== (own[t][at] !== 0),
          );
        }
      }
    }
    if (!outputs) continue;
    const others = resultOf(layers.length);
    for (const [at, drive] of outputs.data.entries()) {
      const other = others[at % BINS][Math.floor(at / BINS)] / readoutFactor;
      largest = Math.max(largest, Math.abs(drive));
      off = Math.max(off, Math.abs(drive - other));
    }
  }
  return {
    layers: counts,
    ...(predictions[0].outputs && { readout: off / (largest || 1) }),
  };
}

/**
 * Makes a counterpart of a network of this project.
 *
 * @param network The network with its weights.
 * @returns The counterpart; all of its layers read spikes of its own.
 */
export function ownCounterpart(
  network: WeightedNetwork<ModelDescription>,
): Counterpart {
  const parts = structureOf(network.description).layers
    .map(({ name }) => name);
  return {
    parts,
    async run(input, _, device) {
      const { C, H, W } = network.description.input;
      const data = Float32Array.from(
        { length: C * H * W * BINS },
        (_, i) => input[i % BINS][Math.floor(i / BINS)],
      );
      const spikes = { shape: [1, C, H, W, BINS], data };
      const [{ layers, outputs }] = await runSpikes(device, network, spikes);
      const results = new Map(
        layers.map(({ name, spikes }) => [name, binsOf(spikes)]),
      );
      if (outputs) results.set(parts[layers.length], binsOf(outputs));
      return results;
    },
  };
}

/** Runs a network on spikes, in bins of its own length. */
async function runSpikes(
  device: Device,
  { description, weights }: WeightedNetwork<ModelDescription>,
  spikes: NamedArray,
): Promise<Prediction[]> {
  // Whatever a sample's duration and the sensor's size.
  const { slices: _, sensor: __, ...plain } = description;
  using model = await Model.create({ ...plain, device });
  model.setWeights(weights);
  const [samples, , , , bins] = spikes.shape;
  const tSample = bins * description.Ts;
  const labels = Array.from({ length: samples }, () => 0);
  const binning = model.eventBinning({ tSample });
  return await predict(model, packSpikes(spikes, labels, binning), { tSample });
}

/** Spikes of the input; the first bin, in which Loihi's have no effect, has none. */
function randomSpikes({ C, H, W }: Extent): NamedArray {
  const shape = [SAMPLES, C, H, W, BINS];
  const random = new Random(0);
  const data = Float32Array.from(
    { length: shape.reduce((product, side) => product * side, 1) },
    (_, i) => Number(random.uniform() < RATE && i % BINS > 0),
  );
  return { shape, data };
}

/** Values of a sample bin after bin. */
function binsOf({ shape, data }: NamedArray, sample = 0): Float64Array[] {
  const T = shape[4];
  const size = data.length / shape[0] / T;
  return Array.from({ length: T }, (_, t) =>
    Float64Array.from(
      { length: size },
      (_, at) => data[(sample * size + at) * T + t],
    ));
}
