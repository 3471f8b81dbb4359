/**
 * Runs two networks on the same spikes and compares theirs.
 *
 * @module
 */

import type { Device } from "../../engine/device/device.ts";
import type { WeightedNetwork } from "../../engine/training/fold_norms.ts";
import { Model, type ModelDescription } from "../../engine/model.ts";
import { packSpikes } from "../../engine/network/pack_spikes.ts";
import { Random } from "../../engine/network/random.ts";
import { predict, type Prediction } from "../../engine/trace.ts";

/** Samples that are compared, their bins, and the share of bins with spikes. */
const [SAMPLES, BINS, RATE] = [2, 32, 0.25];

/** How far two networks agree. */
export interface Agreement {
  /** Each layer with neurons of the first network. */
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
 * Runs two networks on the same random spikes, and compares what all of their
 * layers give.
 *
 * @param device The device.
 * @param networks The networks with their weights.
 * @param names For each layer of the second network with neurons, in order, the
 * name of its layer in the first; without them, layers have the same order.
 * @returns How far they agree.
 * @throws {ShapeError} If a network does not fit the device.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 */
export async function compareNetworks(
  device: Device,
  networks: readonly [
    WeightedNetwork<ModelDescription>,
    WeightedNetwork<ModelDescription>,
  ],
  names?: readonly string[],
): Promise<Agreement> {
  const [{ description: { input: { C, H, W } } }] = networks;
  const shape = [SAMPLES, C, H, W, BINS];
  const random = new Random(0);
  const data = Float32Array.from(
    { length: shape.reduce((product, side) => product * side, 1) },
    () => Number(random.uniform() < RATE),
  );
  const runs: Prediction[][] = [];
  for (const { description, weights } of networks) {
    // Every network in bins of its own length, whatever a sample's duration.
    const { slices: _, sensor: __, ...plain } = description;
    using model = await Model.create({ ...plain, device });
    model.setWeights(weights);
    const tSample = BINS * description.Ts;
    const { bins } = model.eventBinning({ tSample });
    const labels = Array.from({ length: SAMPLES }, () => 0);
    const batch = packSpikes({ shape, data }, labels, { bins });
    runs.push(await predict(model, batch, { tSample }));
  }
  const [first, second] = runs;
  const layers = first[0].layers.map(({ name }, layer) => {
    const index = names?.indexOf(name) ?? layer;
    const counts = { name, spikes: 0, differing: 0 };
    for (const [n, prediction] of first.entries()) {
      const others = second[n].layers[index].spikes.data;
      prediction.layers[layer].spikes.data.forEach((spike, at) => {
        counts.spikes += Number(spike !== 0);
        counts.differing += Number((spike !== 0) !== (others[at] !== 0));
      });
    }
    return counts;
  });
  if (!first[0].outputs) return { layers };
  const [drives, others] = runs.map((predictions) =>
    predictions.flatMap(({ outputs }) => [...outputs!.data])
  );
  const largest = drives.reduce((most, drive) =>
    Math.max(most, Math.abs(drive))
  );
  const off = drives.map((drive, at) => Math.abs(drive - others[at]));
  return { layers, readout: Math.max(...off) / (largest || 1) };
}
