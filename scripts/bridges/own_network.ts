/**
 * Reads networks trained by this project: run folders, and weights files with a
 * configuration.
 *
 * @module
 */

import { join } from "node:path";
import { ShapeError } from "../../engine/device/errors.ts";
import type { WeightedNetwork } from "../../engine/training/fold_norms.ts";
import {
  type ModelDescription,
  structureOf,
} from "../../engine/model/model_description.ts";
import type { Extent } from "../../engine/network/network.ts";
import { Random } from "../../engine/network/random.ts";
import {
  type NamedArray,
  toKernelOrder,
} from "../../engine/network/weights.ts";
import { describeModelFor } from "../configuration/model.ts";
import { readConfigurationFile } from "../configuration/configuration_file.ts";
import { openFolds } from "../experiment/folds.ts";
import { CONFIG_FILE, weightsName } from "../run/files.ts";
import { requireRunFolder } from "./run_folder.ts";
import type { Sensor } from "./network/sensor_input.ts";
import { readWeights } from "../run/weights_file.ts";

/** Options for reading a network. */
export interface OwnNetworkOptions {
  /** Configuration file of the network, if the weights do not define it. */
  readonly config?: string;
  /** Fold of a run. @default 1 */
  readonly fold?: number;
  /** The sensor. @default the sensor of the data set */
  readonly sensor?: Sensor;
}

/**
 * Reads a network.
 *
 * @param path A run folder, or a file of weights.
 * @param options Configuration, fold and sensor.
 * @returns The network with its weights.
 * @throws {Error} If a file cannot be used, or the weights do not fit the
 * network.
 */
export async function readOwnNetwork(
  path: string,
  { config, fold = 1, sensor }: OwnNetworkOptions,
): Promise<WeightedNetwork<ModelDescription>> {
  const isFolder = config === undefined;
  if (isFolder) await requireRunFolder(path, fold);
  const weights = await readWeights(
    isFolder ? join(path, weightsName(fold)) : path,
  );
  const file = config ?? join(path, CONFIG_FILE);
  const description = await describeConfigured(file, {
    sensor,
    classes: outputsOf(weights),
  });
  requireWeights(description, weights, { path, config: file });
  return { description, weights };
}

/**
 * Describes the network of a configuration.
 *
 * @param config The configuration.
 * @param options The sensor, and the number of classes.
 * @returns The network.
 * @throws {Error} If the configuration cannot be used, or neither the sensor
 * nor the data set is given.
 */
export async function describeConfigured(
  config: string,
  { sensor, classes }: Pick<OwnNetworkOptions, "sensor"> & {
    readonly classes: number;
  },
): Promise<ModelDescription> {
  const configuration = await readConfigurationFile(config, {
    trains: false,
  });
  const random = new Random(0);
  // The weights do not tell how many groups of neurons vote.
  const votes = configuration.network?.some(({ average }) =>
    average === "classes"
  );
  if (sensor) {
    if (votes) {
      throw new Error(
        `Cannot tell the number of classes of "${config}": its average is ` +
          "classes; write their number in its place",
      );
    }
    const { channels = 2, height, width } = sensor;
    const extent: Extent = { C: channels, H: height, W: width };
    return describeModelFor(configuration, { extent, random, classes });
  }
  const [{ train }] = await openFolds(configuration, { validation: false })
    .catch((cause) => {
      throw new Error(
        "Cannot determine the size of the network's input; give it with " +
          `--sensor: ${(cause as Error).message}`,
        { cause },
      );
    });
  return describeModelFor(configuration, {
    extent: train.extent,
    random,
    classes: votes ? train.classes.length : classes,
  });
}

/** Number of outputs of the last dense layer. */
function outputsOf(weights: Readonly<Record<string, NamedArray>>): number {
  const last = Math.max(
    ...Object.keys(weights).map((name) =>
      Number(/^fc(\d+)\.weight$/.exec(name)?.[1] ?? 0)
    ),
  );
  return weights[`fc${last}.weight`]?.shape[0] ?? 1;
}

/** Requires weights of the network's shapes. */
function requireWeights(
  description: ModelDescription,
  weights: Readonly<Record<string, NamedArray>>,
  { path, config }: { readonly path: string; readonly config: string },
): void {
  try {
    const { slots, running } = structureOf(description);
    for (const slot of [...slots, ...running]) {
      const array = weights[slot.name];
      if (!array) throw new ShapeError(`"${slot.name}" is missing`);
      toKernelOrder(slot, array);
    }
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    throw new Error(
      `Cannot use "${path}" with "${config}": ${cause.message}`,
      { cause },
    );
  }
}
