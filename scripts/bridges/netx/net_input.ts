/**
 * Adds the input layer that netx files of lava-dl may leave out.
 *
 * @module
 */

import {
  type NamedNode,
  numberOf,
  numbersOf,
} from "../hdf5/node_parameters.ts";
import { NetworkError } from "../network/network_error.ts";
import type { Sensor } from "../network/sensor_input.ts";
import { integers } from "../nir/graph/nir_graph.ts";
import type { NetNetwork } from "./net_file.ts";
import { weightName } from "./net_layer.ts";

/**
 * Adds an input layer to a network without one.
 *
 * @param network The network.
 * @param sensor Columns and rows of the input; convolutions do not determine
 * it.
 * @returns The network, whose first layer is the input.
 * @throws {NetworkError} If the size of the input is not known.
 */
export function withInput(
  network: NetNetwork,
  sensor?: Sensor,
): NetNetwork {
  const [first] = network.layers;
  const shape = first && shapeBelow(first, sensor);
  if (!shape) return network;
  const input = {
    name: "input",
    type: "input",
    parameters: new Map([["shape", integers(shape)]]),
  };
  return { ...network, layers: [input, ...network.layers] };
}

/** Computes the input shape of a layer with weights. */
function shapeBelow(
  layer: NamedNode,
  sensor: Sensor | undefined,
): number[] | undefined {
  if (layer.type.startsWith("dense")) {
    const { shape, values } = numbersOf(layer, weightName(layer));
    const out = layer.parameters.has("outFeatures")
      ? numberOf(layer, "outFeatures")
      : shape[0];
    return [values.length / out, 1, 1];
  }
  if (layer.type !== "conv") return undefined;
  if (!sensor) {
    const problem = "it is the first layer, and the file does not say the " +
      "size of its input; --sensor tells it";
    throw new NetworkError(problem, { node: layer.name });
  }
  const { shape } = numbersOf(layer, weightName(layer));
  const channels = shape[1] * numberOf(layer, "groups");
  return [channels, sensor.height, sensor.width];
}
