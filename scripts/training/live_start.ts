/**
 * `training.init: live`: scales the initial weights of a fold until every layer
 * fires.
 *
 * @module
 */

import { initLive, type LiveLayer } from "../../engine/training/live_init.ts";
import type { Model } from "../../engine/model.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import { planOf } from "../configuration/model.ts";
import type { Fold } from "../experiment/fold.ts";
import type { LayerNumbers } from "../run/files.ts";
import { print, warn } from "../command_line/print.ts";

/** Number of batches, from the first training samples, that rates come from. */
const BATCHES = 4;

/**
 * Scales a fold's initial weights until every layer fires. Prints the factors,
 * and warns of layers that no factor makes fire. Draws no random numbers.
 *
 * @param fold The fold.
 * @param options The fold's network and the configuration.
 * @returns Factor of the weights of each layer, by the layer's name.
 * @throws {ShapeError} If the network does not fit the data.
 * @throws {DeviceError} If the device was lost.
 * @throws {DatasetError} If a sample cannot be read.
 */
export async function startLive(
  { number, train }: Fold,
  { model, configuration }: {
    readonly model: Model;
    readonly configuration: Configuration;
  },
): Promise<LayerNumbers> {
  const { nSample } = configuration.simulation;
  const first = train.subset(train.indices.slice(0, BATCHES * nSample));
  using stepper = await model.prepare({
    ...planOf(configuration, "train"),
    batch: Math.min(nSample, first.size),
    train: false,
  });
  const layers = await initLive(model, {
    stepper,
    batches: await Array.fromAsync(
      first.batches({ batch: nSample, ...stepper.eventBinning }),
    ),
  });
  print(`fold ${number} starts live: ${inWords(layers)}`);
  for (const { name, rate, live } of layers) {
    if (live) continue;
    warn(
      `fold ${number}, layer "${name}" cannot be made live ` +
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
