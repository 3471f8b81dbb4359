/**
 * Describes the network and the plans of a configuration.
 *
 * @module
 */

import type { Binning } from "../../dataset/pack.ts";
import { SampleSet } from "../../dataset/samples/sample_set.ts";
import type { SampleSource } from "../../dataset/sample_source.ts";
import type { ModelDescription } from "../../engine/model.ts";
import type { Extent } from "../../engine/network/network.ts";
import type { LayerDescription } from "../../engine/layers/describe_layers.ts";
import type { PoolingDescription } from "../../engine/layerwise/units/unit_descriptions.ts";
import type { PlanOptions } from "../../engine/plan/sizes.ts";
import type { Random } from "../../engine/network/random.ts";
import { asUnits, describeLayersOf, isLayerwise } from "./schema/network.ts";
import { describeNeuronOf } from "./schema/neuron.ts";
import type { Configuration } from "./schema/types.ts";
import { type ConfiguredLoss, configuredLoss } from "./loss_target.ts";

/** The convolutional network of the SL-Animals programs. */
const cnn = (classes: number): readonly LayerDescription[] => [
  { pool: 2 },
  { conv: { out: 8, kernel: 5, padding: 2, weightScale: 10 } },
  { pool: 2 },
  { conv: { out: 16, kernel: 5, padding: 2, weightScale: 10 } },
  { pool: 2 },
  { dense: 100 },
  { dense: classes },
];

/** The dense network of the SL-Animals programs. */
const mlp = (classes: number): readonly LayerDescription[] => [
  { dense: 512 },
  { dense: classes },
];

/**
 * Describes the network of a configuration for a data set.
 *
 * @param configuration The configuration.
 * @param source The data set, for the size of its sensor.
 * @param random Draws the initial weights.
 * @returns The network.
 * @throws {RangeError} If the network is for another sensor.
 */
export function describeModel(
  configuration: Configuration,
  source: SampleSource,
  random: Random,
): ModelDescription {
  const { method } = binningOf(configuration);
  const { extent } = new SampleSet(source, { method });
  requireSensor(configuration, source.sensor, extent.C);
  return describeModelFor(configuration, {
    extent,
    random,
    classes: source.classes.length,
  });
}

/**
 * Describes the network of a configuration for samples of an extent.
 *
 * @param configuration The configuration.
 * @param options Extent of the samples, generator of the initial weights, and
 * number of classes.
 * @returns The network.
 */
export function describeModelFor(
  configuration: Configuration,
  { extent, random, classes }: {
    readonly extent: Extent;
    readonly random: Random;
    readonly classes: number;
  },
): ModelDescription {
  const network = describeNetwork(configuration, random, classes);
  const size = configuration.input?.size;
  return { ...inputOf(extent, size, network.layers), ...network };
}

/** Requires samples of the sensor that the network is for. */
function requireSensor(
  { network = [] }: Configuration,
  { width, height }: SampleSource["sensor"],
  channels: number,
): void {
  const [{ sensor } = {}] = network;
  if (!Array.isArray(sensor)) return;
  const [expected, found] = [sensor, [width, height, channels]]
    .map((sides) => sides.join("×"));
  if (expected === found) return;
  throw new RangeError(
    `Cannot build a network for ${expected} on samples of ${found}`,
  );
}

/**
 * The network's input for the extent of samples: both, if they differ. With a
 * `size`, larger sensors are scaled down to it, and those whose sides are too
 * small for the poolings are scaled up; adaptive poolings need the size itself.
 */
function inputOf(
  sensor: Extent,
  size: number | undefined,
  layers: ModelDescription["layers"],
): { readonly input: Extent; readonly sensor?: Extent } {
  const { C, H, W } = sensor;
  if (size === undefined) return { input: sensor };
  const windows = layers.map(poolingOf);
  const least = windows.reduce((product, window) => product * window, 1);
  const isWhole = Math.max(H, W) > size || least > size;
  const side = (pixels: number) => isWhole ? size : Math.max(pixels, least);
  const input = { C, H: side(H), W: side(W) };
  return input.H === H && input.W === W ? { input } : { input, sensor };
}

/** Side of a layer's pooling window: 1 without a pool or if it is adaptive. */
function poolingOf(layer: ModelDescription["layers"][number]): number {
  const { pool = 1 } = layer as { pool?: number | PoolingDescription };
  if (typeof pool === "number") return pool;
  if ("adaptive" in pool) return Infinity;
  return "max" in pool ? pool.max : pool.average;
}

/**
 * Describes the network of a configuration without its input.
 *
 * @param configuration The configuration.
 * @param random Draws the initial weights.
 * @param classes Number of classes, where the configuration has no network.
 * @returns The network.
 */
export function describeNetwork(
  configuration: Configuration,
  random: Random,
  classes = 19,
): Omit<ModelDescription, "input" | "device"> {
  const { training, simulation, network, input } = configuration;
  const frames = training.transf_method === "TonicFrames";
  const layerwise = isLayerwise(configuration);
  const neuron = describeNeuronOf(configuration.neuron);
  const layers = network
    ? describeLayersOf(network, classes)
    : (training.CNN ? cnn : mlp)(classes);
  return {
    layers: layerwise ? asUnits(layers, neuron) : layers,
    neuron,
    Ts: simulation.Ts,
    coding: {
      mode: training.binning_mode,
      height: frames || layerwise ? 1 : 1 / simulation.Ts,
      most: input?.most,
    },
    slices: input?.slices,
    optimizer: training.optimizer,
    clip: training.clip,
    weightDecay: training.weightDecay,
    ema: training.ema,
    random,
  };
}

/**
 * Returns the time bin that all samples of a configuration share.
 *
 * @param configuration The configuration.
 * @returns Length of a bin in ms; `undefined` if each sample's own duration is
 * cut into bins.
 */
export function timeStepOf(
  { simulation, input }: Configuration,
): number | undefined {
  return input?.slices === undefined ? simulation.Ts : undefined;
}

/**
 * Chooses how events are binned in time.
 *
 * @param configuration The configuration.
 * @returns Method of binning, and time step in ms.
 */
export function binningOf(configuration: Configuration): Binning {
  const { training, simulation } = configuration;
  const frames = training.transf_method === "TonicFrames";
  return { method: frames ? "frames" : "SlayerTD", Ts: simulation.Ts };
}

/**
 * Chooses the length of samples and the target of the loss.
 *
 * @param configuration The configuration.
 * @param use Training, or validation and test; the section `testing` applies to
 * the latter where training takes random crops.
 * @returns Length in ms and loss, with its region and target counts.
 */
export function lossOf(
  { simulation, training, testing }: Configuration,
  use: "train" | "test",
): ConfiguredLoss & { readonly tSample: number } {
  const whole = use === "test" && training.random_crop ? testing : undefined;
  const { tSample, error } = whole ??
    { tSample: simulation.tSample, error: training.error };
  return { tSample, ...configuredLoss(error, simulation.Ts) };
}

/**
 * Chooses the plan that runs the samples of a configuration.
 *
 * @param configuration The configuration.
 * @param use Training, or validation and test.
 * @returns Length, batch size and loss.
 */
export function planOf(
  configuration: Configuration,
  use: "train" | "test",
): PlanOptions {
  const { tSample, loss } = lossOf(configuration, use);
  return {
    tSample,
    batch: configuration.simulation.nSample,
    loss,
    train: use === "train",
  };
}
