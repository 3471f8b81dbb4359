/**
 * Compares networks with what other programs compute from their files, layer
 * by layer.
 *
 * @module
 */

import type { Device } from "../../../engine/device/device.ts";
import type { WeightedNetwork } from "../../../engine/training/fold_norms.ts";
import type { ModelDescription } from "../../../engine/model.ts";
import { structureOf } from "../../../engine/model/model_description.ts";
import type { NamedArray } from "../../../engine/network/weights.ts";
import type { Prediction } from "../../../engine/trace.ts";
import type { Counterpart } from "../network/counterpart.ts";
import type { Agreement, LayerAgreement } from "./agreement.ts";
import { favouredSpikes } from "./favoured_spikes.ts";
import {
  BOOSTS,
  findFiringInput,
  type FiringInput,
  heightsOf,
} from "./firing_input.ts";
import { BINS, binsOf, randomSpikes, runSpikes } from "./run_spikes.ts";

/** Spikes a layer needs for a meaningful comparison. */
const ENOUGH = 20;

/** Input spikes, and what changes the drive of a layer. */
interface Attempt {
  /** Input spikes, `[N, C, H, W, T]`. */
  readonly spikes: NamedArray;
  /** Height of the input spikes. */
  readonly height: number;
  /** Factor of the weights of the layers below. */
  readonly boost: number;
}

/**
 * Runs a network and its counterpart on the same random spikes, and compares
 * the outputs of all layers. Each layer of the counterpart reads the spikes of
 * the network here, so that a spike that rounding moves is counted once and
 * does not propagate to the layers above.
 *
 * The input has the first density, or else height, at which all layers fire, or
 * as many as possible. A layer with too few spikes is compared again: the
 * weights of the layers below are enlarged in the network here, with either
 * sign, and the counterpart reads their spikes. For the first layer only inputs
 * that excite a neuron spike and, unless its neurons are integers, input spikes
 * are enlarged.
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
  counterpart: Counterpart,
): Promise<Agreement> {
  const input = await findFiringInput(device, network, {
    draw: (density) => randomSpikes(network.description.input, density),
    count: firingLayers,
    enough: structureOf(network.description).layers.length,
  });
  const first = await compareAt(device, counterpart, input);
  const layers = [...first.layers];
  let { readout } = first;
  for (const layer of counterpart.parts.keys()) {
    const isReadout = layer === first.layers.length;
    const watched = isReadout ? layer - 1 : layer;
    let count = first.layers[watched].spikes;
    if (count >= ENOUGH || (counterpart.readsOwn && layer > 0)) continue;
    for (const attempt of attemptsFor(network, layer, input)) {
      if (count >= ENOUGH) break;
      const { spikes, height, boost } = attempt;
      const boosted = withBoost(network, { layer, boost });
      const predictions = await runSpikes(device, boosted, spikes, height);
      const other = await compareAt(device, counterpart, {
        spikes,
        height,
        predictions,
      });
      count += other.layers[watched].spikes;
      if (isReadout) readout = Math.max(readout!, other.readout!);
      else layers[layer] = sumOf(layers[layer], other.layers[layer]);
    }
  }
  return { layers, ...readout !== undefined && { readout } };
}

/** Counts the layers, from the first, that fire enough to be compared. */
function firingLayers(predictions: readonly Prediction[]): number {
  const [{ layers, outputs }] = predictions;
  const silent = layers.findIndex((_, layer) =>
    predictions.reduce(
      (sum, { layers }) =>
        sum + layers[layer].spikes.data.filter((spike) => spike !== 0).length,
      0,
    ) < ENOUGH
  );
  return silent < 0 ? layers.length + Number(outputs !== undefined) : silent;
}

/** Adds up two comparisons of a layer. */
function sumOf(
  { name, spikes, others, differing }: LayerAgreement,
  other: LayerAgreement,
): LayerAgreement {
  return {
    name,
    spikes: spikes + other.spikes,
    others: others + other.others,
    differing: differing + other.differing,
  };
}

/** Lists what to try for a layer that hardly fires. */
function attemptsFor(
  { description, weights }: WeightedNetwork<ModelDescription>,
  layer: number,
  { spikes, height }: FiringInput,
): Attempt[] {
  if (layer > 0) {
    return BOOSTS.flatMap((boost) => [boost, -boost])
      .map((boost) => ({ spikes, height, boost }));
  }
  const { units, layers: [first] } = structureOf(description);
  const favoured = units?.units[0].ghost
    ? undefined
    : favouredSpikes(first, weights[`${first.name}.weight`]);
  const inputs = [...favoured ? [favoured] : [], spikes];
  return heightsOf(description).flatMap((height) =>
    inputs.map((spikes) => ({ spikes, height, boost: 1 }))
  );
}

/** Multiplies the weights of all layers below one. */
function withBoost(
  { description, weights }: WeightedNetwork<ModelDescription>,
  { layer, boost }: { readonly layer: number; readonly boost: number },
): WeightedNetwork<ModelDescription> {
  const below = structureOf(description).layers.slice(0, layer)
    .map(({ name }) => `${name}.weight`);
  return {
    description,
    weights: Object.fromEntries(
      Object.entries(weights).map(([name, { shape, data }]) => [
        name,
        below.includes(name)
          ? { shape, data: data.map((value) => boost * value) }
          : { shape, data },
      ]),
    ),
  };
}

/** Compares what networks make of input spikes. */
async function compareAt(
  device: Device,
  { run, parts, readoutFactor = 1 }: Counterpart,
  { spikes, height, predictions }: FiringInput,
): Promise<Agreement> {
  const counts = predictions[0].layers.map(({ name }) => ({
    name,
    spikes: 0,
    others: 0,
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
    const input = binsOf(spikes, n).map((bin) =>
      bin.map((spike) => height * spike)
    );
    const results = await run(input, given, device);
    const resultOf = (layer: number) => results.get(parts[layer])!;
    for (const layer of layers.keys()) {
      const own = given.get(parts[layer])!;
      for (const [t, bin] of resultOf(layer).entries()) {
        for (const [at, value] of bin.entries()) {
          counts[layer].spikes += own[t][at];
          counts[layer].others += Number(value !== 0);
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
