/**
 * Finds the neuron that most layers of a network share.
 *
 * @module
 */

import type { NetworkEntry } from "../../configuration/schema/network.ts";
import type { NeuronSection } from "../../configuration/schema/neuron.ts";

/** The network's neuron, and layers that name theirs where it differs. */
export interface HoistedNeuron {
  /** The neuron. */
  readonly neuron: Partial<NeuronSection>;
  /** The layers. */
  readonly layers: readonly NetworkEntry[];
}

/**
 * Moves the most frequent neuron of the layers to the network.
 *
 * @param layers The layers, each with its neuron.
 * @returns The neuron, and the layers with neurons that differ from it.
 */
export function hoistNeuron(layers: readonly NetworkEntry[]): HoistedNeuron {
  const counts = new Map<string, number>();
  for (const text of neuronsOf(layers)) {
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const [[most] = ['{"type":"LIF"}']] = [...counts]
    .sort(([, a], [, b]) => b - a);
  const without = (entry: NetworkEntry): NetworkEntry => {
    const changed: Record<string, unknown> = { ...entry };
    for (const way of ["residual", "shortcut"]) {
      if (way in entry) {
        changed[way] = (entry[way] as NetworkEntry[]).map(without);
      }
    }
    if (JSON.stringify(entry.neuron) === most) delete changed.neuron;
    return changed;
  };
  return { neuron: JSON.parse(most), layers: layers.map(without) };
}

/** Lists the neurons of all layers but readouts, as JSON. */
function neuronsOf(layers: readonly NetworkEntry[]): string[] {
  return layers.flatMap((entry) => [
    ...("neuron" in entry && entry.neuron !== "none"
      ? [JSON.stringify(entry.neuron)]
      : []),
    ...["residual", "shortcut"].flatMap((way) =>
      way in entry ? neuronsOf(entry[way] as NetworkEntry[]) : []
    ),
  ]);
}
