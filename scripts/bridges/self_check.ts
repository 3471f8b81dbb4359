/**
 * Compares networks with what other programs compute from their files.
 *
 * @module
 */

import type { Device } from "../../engine/device/device.ts";
import type { WeightedNetwork } from "../../engine/training/fold_norms.ts";
import { Model, type ModelDescription } from "../../engine/model.ts";
import { delayStep } from "../../engine/layers/describe_axon.ts";
import { structureOf } from "../../engine/model/model_description.ts";
import type { Extent } from "../../engine/network/network.ts";
import { packSpikes } from "../../engine/network/pack_spikes.ts";
import { Random } from "../../engine/network/random.ts";
import { countOf, type NamedArray } from "../../engine/network/weights.ts";
import { FIXED_ALIF, FIXED_CUBA } from "../../engine/neurons/fixed_point.ts";
import { LOIHI } from "../../engine/neurons/loihi.ts";
import type { NeuronKind } from "../../engine/neurons/neuron_kind.ts";
import { predict, type Prediction } from "../../engine/trace.ts";
import type { Bins, Counterpart } from "./network/counterpart.ts";

/** Number of samples and bins, and share of bins with input spikes. */
const [SAMPLES, BINS, RATE] = [2, 32, 0.25];

/**
 * Number of samples for comparing predictions, and side of the blocks of pixels
 * that share a spike rate.
 */
const [DECISIONS, BLOCK] = [16, 4];

/** Spikes a layer needs for a meaningful comparison. */
const ENOUGH = 20;

/** Factors of the drive of a layer with fewer spikes, tried in order. */
const BOOSTS: readonly number[] = [8, 64, 512, 4096];

/** Integer neurons, whose sums would overflow with a boosted input. */
const INTEGERS: readonly NeuronKind[] = [LOIHI, FIXED_CUBA, FIXED_ALIF];

/** Agreement of two networks in one layer. */
export interface LayerAgreement {
  /** Name of the layer. */
  readonly name: string;
  /** Number of spikes. */
  readonly spikes: number;
  /** Number of spikes of the other network. */
  readonly others: number;
  /** Bins in which only one of the networks has a spike. */
  readonly differing: number;
}

/** Agreement of the predictions of two networks that are known to differ. */
export interface DecisionAgreement {
  /** Number of samples for which the network here predicts a class. */
  readonly samples: number;
  /** Number of these for which the other network predicts the same class. */
  readonly equal: number;
}

/** Agreement of two networks. */
export interface Agreement {
  /** Each layer with neurons. */
  readonly layers: readonly LayerAgreement[];
  /**
   * Largest difference of the readouts' outputs, relative to the largest
   * output; absent without a readout.
   */
  readonly readout?: number;
}

/**
 * Runs a network and its counterpart on the same random spikes, and compares
 * the outputs of all layers. Each layer of the counterpart reads the spikes of
 * the network here, so that a spike that rounding moves is counted once and
 * does not propagate to the layers above.
 *
 * A layer with too few spikes is compared again: the weights of the layers
 * below are enlarged in the network here, and the counterpart reads their
 * spikes. For the first layer, unless its neurons are integers, the input
 * spikes are enlarged.
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
  const first = await compareAt(device, network, counterpart);
  const layers = [...first.layers];
  let { readout } = first;
  for (const layer of counterpart.parts.keys()) {
    const isReadout = layer === first.layers.length;
    const watched = isReadout ? layer - 1 : layer;
    let { spikes } = first.layers[watched];
    const boosts = counterpart.readsOwn && layer > 0
      ? []
      : boostsOf(network, layer);
    for (const boost of boosts) {
      if (spikes >= ENOUGH) break;
      const boosted = withBoost(network, { layer, boost });
      const height = layer === 0 ? boost : 1;
      const other = await compareAt(device, boosted, counterpart, { height });
      spikes += other.layers[watched].spikes;
      if (isReadout) readout = Math.max(readout!, other.readout!);
      else layers[layer] = sumOf(layers[layer], other.layers[layer]);
    }
  }
  return { layers, ...readout !== undefined && { readout } };
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

/** Lists the factors to try for a layer. */
function boostsOf(
  { description }: WeightedNetwork<ModelDescription>,
  layer: number,
): readonly number[] {
  const { units, layers } = structureOf(description);
  const { neuron } = units?.units[layer] ?? layers[layer];
  return layer === 0 && neuron && INTEGERS.includes(neuron.kind) ? [] : BOOSTS;
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

/**
 * Compares the predictions of a network and its counterpart, whose layers read
 * their own spikes, on samples in which random blocks of pixels are active. The
 * prediction is the output with the largest spike count, or the largest sum of
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
  const spikes = randomBlocks(network.description.input);
  const predictions = await runSpikes(device, network, spikes, 1);
  let [samples, equal] = [0, 0];
  for (const [n, { layers, outputs }] of predictions.entries()) {
    const own = decisionOf(binsOf(outputs ?? layers.at(-1)!.spikes));
    if (own === undefined) continue;
    const results = await run(binsOf(spikes, n), new Map(), device);
    samples++;
    equal += Number(own === decisionOf(results.get(parts.at(-1)!)!));
  }
  return { samples, equal };
}

/** The output with the largest sum; `undefined` if all sums are equal. */
function decisionOf(bins: Bins): number | undefined {
  const sums = bins[0].map((_, at) =>
    bins.reduce((sum, bin) => sum + bin[at], 0)
  );
  const largest = Math.max(...sums);
  return sums.every((sum) => sum === largest)
    ? undefined
    : sums.indexOf(largest);
}

/**
 * Reports what a comparison leaves uncertain.
 *
 * @param agreement The comparison.
 * @param options Whether the networks are known to differ.
 * @returns Lines: layers without spikes, and spikes that rounding may have
 * moved.
 *
 * @example
 * ```ts
 * import { openQuestions } from "./self_check.ts";
 * const layers = [{ name: "conv1", spikes: 0, others: 0, differing: 0 }];
 * const [line] = openQuestions({ layers }, { lossy: false });
 * if (!line.startsWith('"conv1" has no spike')) throw new Error(line);
 * ```
 */
export function openQuestions(
  { layers }: Agreement,
  { lossy }: { readonly lossy: boolean },
): string[] {
  return [
    ...layers.filter(isSilent).map(({ name }) =>
      `"${name}" has no spike on random spikes, and was not compared`
    ),
    ...layers.filter(({ differing }) => differing > 0 && !lossy).map((
      { name, spikes, differing },
    ) =>
      `${differing} of ${spikes} spikes of "${name}" differ by the equations ` +
      "of the file, as rounding makes them where a potential is at the threshold"
    ),
  ];
}

/** Whether a layer has no spike in either network. */
function isSilent({ spikes, differing }: LayerAgreement): boolean {
  return spikes + differing === 0;
}

/** Compares networks with input spikes of a height. */
async function compareAt(
  device: Device,
  network: WeightedNetwork<ModelDescription>,
  { run, parts, readoutFactor = 1 }: Counterpart,
  { height }: { readonly height: number } = { height: 1 },
): Promise<Agreement> {
  const spikes = randomSpikes(network.description.input);
  const predictions = await runSpikes(device, network, spikes, height);
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

/**
 * Makes a counterpart of a network of this project.
 *
 * @param network The network with its weights.
 * @returns The counterpart; its layers read its own spikes.
 */
export function ownCounterpart(
  network: WeightedNetwork<ModelDescription>,
): Counterpart {
  const parts = structureOf(network.description).layers
    .map(({ name }) => name);
  return {
    parts,
    readsOwn: true,
    async run(input, _, device) {
      const { C, H, W } = network.description.input;
      const data = Float32Array.from(
        { length: C * H * W * BINS },
        (_, i) => Number(input[i % BINS][Math.floor(i / BINS)] > 0),
      );
      const spikes = { shape: [1, C, H, W, BINS], data };
      const height = Math.max(1, ...input.map((bin) => Math.max(...bin)));
      const [{ layers, outputs }] = await runSpikes(
        device,
        network,
        spikes,
        height,
      );
      const results = new Map(
        layers.map(({ name, spikes }) => [name, binsOf(spikes)]),
      );
      if (outputs) results.set(parts[layers.length], binsOf(outputs));
      return results;
    },
  };
}

/** Runs a network with input spikes of a height, in bins of length Ts. */
async function runSpikes(
  device: Device,
  { description, weights }: WeightedNetwork<ModelDescription>,
  spikes: NamedArray,
  height: number,
): Promise<Prediction[]> {
  // Ignore slices and sensor, which belong to real samples.
  const { slices: _, sensor: __, ...others } = description;
  const plain = { ...others, Ts: delayStep(description) };
  const { units } = structureOf(description);
  const { coding: own = { mode: "OR", height: units ? 1 : 1 / plain.Ts } } =
    description;
  const coding = { ...own, height: height * own.height };
  using model = await Model.create({ ...plain, coding, device });
  model.setWeights(weights);
  const [samples, , , , bins] = spikes.shape;
  const tSample = bins * plain.Ts;
  const labels = Array.from({ length: samples }, () => 0);
  const binning = model.eventBinning({ tSample });
  return await predict(model, packSpikes(spikes, labels, binning), { tSample });
}

/** Draws input spikes; none in the first bin, where Loihi ignores them. */
function randomSpikes({ C, H, W }: Extent): NamedArray {
  const shape = [SAMPLES, C, H, W, BINS];
  const random = new Random(0);
  const data = Float32Array.from(
    { length: countOf(shape) },
    (_, i) => Number(random.uniform() < RATE && i % BINS > 0),
  );
  return { shape, data };
}

/** Draws input spikes in a random half of the blocks of pixels. */
function randomBlocks({ C, H, W }: Extent): NamedArray {
  const shape = [DECISIONS, C, H, W, BINS];
  const random = new Random(1);
  const columns = Math.ceil(W / BLOCK);
  const blocks = Float64Array.from(
    { length: DECISIONS * C * Math.ceil(H / BLOCK) * columns },
    () => 2 * RATE * Number(random.uniform() < 0.5),
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

/** Rearranges a sample's values by bin. */
function binsOf({ shape, data }: NamedArray, sample = 0): Float64Array[] {
  const T = shape[4];
  const size = data.length / shape[0] / T;
  return Array.from({ length: T }, (_, t) =>
    Float64Array.from(
      { length: size },
      (_, at) => data[(sample * size + at) * T + t],
    ));
}
