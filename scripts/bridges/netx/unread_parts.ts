/**
 * Layers and parameters of a `.net` that lava-dl writes and netx cannot read.
 *
 * Source: lava-dl 0.6, lava.lib.dl.netx.hdf5.
 *
 * @module
 */

import type { NamedNode } from "../hdf5/node_parameters.ts";

/**
 * Names the parts of a network that netx refuses or leaves out. Of delays it
 * reads those of dense layers.
 *
 * @param layers The layers.
 * @returns A line that names them; none if netx reads everything.
 */
export function unreadParts(layers: readonly NamedNode[]): string[] {
  const parts = new Set(layers.flatMap(partsOf));
  return parts.size === 0
    ? []
    : [`netx 0.6 does not read ${[...parts].join(", ")}`];
}

function partsOf({ type, parameters }: NamedNode): string[] {
  const [neuron] = parameters.get("neuron/type")?.values ?? [];
  const [refDelay = 1] = parameters.get("neuron/refDelay")?.values ?? [];
  const [wgtExp = 0] = parameters.get("neuron/wgtExp")?.values ?? [];
  return [
    ...type === "convT" ? ["transposed convolutions (convT)"] : [],
    ...type === "average" ? ["votes (average)"] : [],
    ...type === "conv" && parameters.has("delay")
      ? ["delays of convolutions"]
      : [],
    ...neuron === undefined || ["CUBA", "LOIHI"].includes(String(neuron))
      ? []
      : [`neurons of type ${neuron}`],
    ...Number(refDelay) > 1 ? ["rests after a spike (refDelay)"] : [],
    ...Number(wgtExp) !== 0 ? ["exponents of weights (wgtExp)"] : [],
  ];
}
