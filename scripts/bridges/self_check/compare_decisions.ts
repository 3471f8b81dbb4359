/**
 * Compares the classes that two networks predict.
 *
 * @module
 */

import type { Device } from "../../../engine/device/device.ts";
import type { WeightedNetwork } from "../../../engine/training/fold_norms.ts";
import type { ModelDescription } from "../../../engine/model.ts";
import { structureOf } from "../../../engine/model/model_description.ts";
import type { Extent } from "../../../engine/network/network.ts";
import { Random } from "../../../engine/network/random.ts";
import { countOf, type NamedArray } from "../../../engine/network/weights.ts";
import type { Prediction } from "../../../engine/trace.ts";
import type { Bins, Counterpart } from "../network/counterpart.ts";
import { findFiringInput } from "./firing_input.ts";
import { BINS, binsOf } from "./run_spikes.ts";

/**
 * Number of samples for comparing predictions, and side of the blocks of pixels
 * that share a spike rate.
 */
const [DECISIONS, BLOCK] = [16, 4];

/** Agreement of the predictions of two networks that are known to differ. */
export interface DecisionAgreement {
  /** Number of samples for which the network here predicts a class. */
  readonly samples: number;
  /** Number of these for which the other network predicts the same class. */
  readonly equal: number;
}

/**
 * Compares the predictions of a network and its counterpart, whose layers read
 * their own spikes, on samples in which random blocks of pixels are active, as
 * densely that half of them are predicted, if possible. The prediction is the output with the largest spike count, or the largest sum of
 * a readout.
 *
 * @param device The device.
 * @param network The network with its weights.
 * @param counterpart The other network.
 * @returns Number of samples, and of equal predictions.
 * @throws {ShapeError} If the network does not fit the device.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 */
export async function compareDecisions(
  device: Device,
  network: WeightedNetwork<ModelDescription>,
  { run, parts }: Counterpart,
): Promise<DecisionAgreement> {
  const { voters = 1 } = structureOf(network.description).layers.at(-1)!;
  const ownOf = ({ layers, outputs }: Prediction) =>
    decisionOf(binsOf(outputs ?? layers.at(-1)!.spikes), voters);
  const { spikes, height, predictions } = await findFiringInput(
    device,
    network,
    {
      draw: (density) => randomBlocks(network.description.input, density),
      count: (predictions) =>
        predictions.filter((own) => ownOf(own) !== undefined).length,
      enough: DECISIONS / 2,
    },
  );
  let [samples, equal] = [0, 0];
  for (const [n, prediction] of predictions.entries()) {
    const own = ownOf(prediction);
    if (own === undefined) continue;
    const input = binsOf(spikes, n).map((bin) =>
      bin.map((spike) => height * spike)
    );
    const results = await run(input, new Map(), device);
    samples++;
    equal += Number(own === decisionOf(results.get(parts.at(-1)!)!, voters));
  }
  return { samples, equal };
}

/**
 * The output with the largest sum, each of so many neurons; `undefined` if all
 * sums are equal.
 */
function decisionOf(bins: Bins, voters: number): number | undefined {
  const sums = new Float64Array(bins[0].length / voters);
  for (const bin of bins) {
    bin.forEach((value, at) => sums[Math.floor(at / voters)] += value);
  }
  const largest = Math.max(...sums);
  return sums.every((sum) => sum === largest)
    ? undefined
    : sums.indexOf(largest);
}

/**
 * Draws input spikes in a random half of the blocks of pixels, of a density over
 * all.
 */
function randomBlocks({ C, H, W }: Extent, density: number): NamedArray {
  const shape = [DECISIONS, C, H, W, BINS];
  const random = new Random(1);
  const columns = Math.ceil(W / BLOCK);
  const blocks = Float64Array.from(
    { length: DECISIONS * C * Math.ceil(H / BLOCK) * columns },
    () => 2 * density * Number(random.uniform() < 0.5),
  );
  const rateOf = (i: number) => {
    const pixel = Math.floor(i / BINS);
    const [x, y] = [pixel % W, Math.floor(pixel / W) % H];
    const map = Math.floor(pixel / (W * H));
    const row = map * Math.ceil(H / BLOCK) + Math.floor(y / BLOCK);
    return blocks[row * columns + Math.floor(x / BLOCK)];
  };
  const data = Float32Array.from(
    { length: countOf(shape) },
    (_, i) => Number(random.uniform() < rateOf(i) && i % BINS > 0),
  );
  return { shape, data };
}
