/**
 * Model descriptions of imported networks, derived from their configuration.
 *
 * @module
 */

import type { WeightedNetwork } from "../../engine/training/fold_norms.ts";
import type { ModelDescription } from "../../engine/model.ts";
import { Random } from "../../engine/network/random.ts";
import { describeNetwork } from "../configuration/model.ts";
import { readYaml } from "../configuration/yaml_text.ts";
import {
  formatNetwork,
  type ImportedNetwork,
} from "./network/imported_network.ts";

/**
 * Describes an imported network by way of its configuration.
 *
 * @param network The network.
 * @param path Name of the configuration, for messages.
 * @returns The network with its weights.
 * @throws {ConfigurationError} If no configuration can hold it.
 */
export function describeImport(
  network: ImportedNetwork,
  path: string,
): WeightedNetwork<ModelDescription> {
  const { input, weights } = network;
  const configuration = readYaml(formatNetwork(network), path, {
    resolve: (path) => path,
    trains: false,
  });
  const description = describeNetwork(configuration, new Random(0));
  return { description: { ...description, input }, weights };
}
