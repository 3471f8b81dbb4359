/**
 * Names what makes a network one of SLAYER, computed all at once.
 *
 * @module
 */

import { isOfSlayer, type NetworkEntry } from "../schema/network.ts";
import { LAYERWISE_NEURONS } from "../schema/neuron.ts";
import { isMapping } from "../schema/values.ts";

/** Keys of layers that have neurons. */
const LAYERS = ["dense", "conv", "convTranspose", "unpool", "pool"];

/**
 * Says why something for networks computed layer by layer is refused.
 *
 * @param neuron The network's neuron, as written.
 * @param places The entries of the network, with the path of keys to each.
 * @returns The end of a message, such as `does not go with network.0.unpool`;
 * without a neuron that can be computed layer by layer, what such networks
 * have.
 */
export function slayerReason(
  neuron: unknown,
  places: readonly {
    readonly entry: NetworkEntry;
    readonly keys: readonly string[];
  }[],
): string {
  const isStepped = (own: unknown) =>
    isMapping(own) && LAYERWISE_NEURONS.includes(String(own.type));
  if (
    isStepped(neuron) || places.some(({ entry }) => isStepped(entry.neuron))
  ) {
    const layer = places.find(({ entry }) => isOfSlayer(entry));
    if (layer) {
      const key = ["convTranspose", "unpool", "pool"]
        .find((key) => key in layer.entry);
      return `does not go with ${[...layer.keys, key].join(".")}`;
    }
    const other = places.find(({ entry }) =>
      LAYERS.some((key) => key in entry) && !isStepped(entry.neuron ?? neuron)
    );
    if (other) {
      const { type = "SRMALPHA" } = Object(other.entry.neuron ?? neuron);
      return `does not go with the ${type} neurons of ${other.keys.join(".")}`;
    }
  }
  return "is for networks with norm, bias, residual, ghost, pool: {max: 2}, " +
    "neuron: none or neurons such as LIF alone";
}
