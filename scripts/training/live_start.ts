/**
 * `training.init: live`: the first weights of a fold, scaled.
 *
 * @module
 */

import { batches, type SampleCache } from "../../dataset/batches.ts";
import { initLive, type LiveLayer } from "../../engine/live_init.ts";
import type { Model } from "../../engine/model.ts";
import type { Stepper } from "../../engine/plan/stepper.ts";
import type { Configuration } from "../configuration/types.ts";
import { binningOf } from "../configuration/model.ts";
import type { Fold } from "../experiment/folds.ts";
import type { LayerNumbers } from "./norms.ts";

/** Batches that a network is scaled on, the first of the training samples. */
const BATCHES = 4;

/**
 * Scales a fold's first weights until every layer fires; says by how much, and
 * warns of layers for which no factor does. Nothing is drawn by chance.
 *
 * @param fold The fold.
 * @param parts Its network and the plan to train it, configuration and cache.
 * @returns The factor of each layer that learns, by the layer's name.
 * @throws {ShapeError} If the network does not fit the data.
 * @throws {DeviceError} If the device was lost.
 * @throws What reading the samples throws.
 */
export async function startLive(
  fold: Fold,
  { model, trainer: stepper, configuration, cache }: {
    readonly model: Model;
    readonly trainer: Stepper;
    readonly configuration: Configuration;
    readonly cache: SampleCache;
  },
): Promise<LayerNumbers> {
  const { source, indices } = fold.train;
  const { nSample } = configuration.simulation;
  const first = batches(source, indices.slice(0, BATCHES * nSample), {
    batchSize: nSample,
    bins: stepper.plan.sizes.T,
    binning: binningOf(configuration),
    ...{ crop: "fixed", cache },
  });
  const layers = await initLive(model, {
    stepper,
    batches: await Array.fromAsync(first),
  });
  console.log(`fold ${fold.number} starts live: ${inWords(layers)}`);
  for (const { name, rate, live } of layers) {
    if (live) continue;
    console.warn(
      `warning: fold ${fold.number}, layer "${name}" cannot be made live ` +
        `(${short(rate)} spikes per neuron and bin, whatever its weights): ` +
        "look at the layers that feed it, and neuron.scaleRef",
    );
  }
  return Object.fromEntries(layers.map(({ name, factor }) => [name, factor]));
}

function inWords(layers: readonly LiveLayer[]): string {
  return layers.map(({ name, factor, rate }) =>
    `${name} times ${short(factor)} fires in ${short(100 * rate)} % of bins`
  ).join(", ");
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
