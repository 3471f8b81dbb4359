/**
 * Networks of other programs, ready to be written as a configuration and
 * weights.
 *
 * @module
 */

import * as yaml from "npm:yaml@2.9.1";
import type { NamedArray } from "../../../engine/network/weights.ts";
import type { Extent } from "../../../engine/network/network.ts";
import type { NetworkEntry } from "../../configuration/schema/network.ts";
import type { NeuronSection } from "../../configuration/schema/neuron.ts";

/** A network that a configuration and a file of weights can hold. */
export interface ImportedNetwork {
  /** Channels, height and width of its input. */
  readonly input: Extent;
  /** Time step in ms. */
  readonly Ts: number;
  /** Neuron of the layers without one of their own. */
  readonly neuron: Partial<NeuronSection>;
  /** The layers, as in the section `network` of a configuration. */
  readonly layers: readonly NetworkEntry[];
  /** Weights by their names in this project. */
  readonly weights: Readonly<Record<string, NamedArray>>;
  /** Name of each layer in the other program, in order. */
  readonly nodes: readonly string[];
  /** Whether it computes something different from the original. */
  readonly lossy?: boolean;
  /** Assumptions and changes, one line each. */
  readonly notes: readonly string[];
}

/**
 * Writes the configuration of a network: its time step, neuron and layers.
 *
 * @param network The network.
 * @returns YAML; keys that are left out have their defaults.
 */
export function formatNetwork(
  { input, Ts, neuron, layers, notes }: ImportedNetwork,
): string {
  const document = new yaml.Document({
    simulation: { Ts },
    neuron,
    network: layers,
  });
  const { C, H, W } = input;
  document.commentBefore = [
    `An input of ${C} channels, ${H} rows and ${W} columns.`,
    ...notes,
  ].map((note) => ` ${note}`).join("\n");
  const network = document.get("network");
  if (yaml.isSeq(network)) {
    for (const entry of network.items) {
      if (yaml.isMap(entry)) entry.flow = !entry.has("residual");
    }
  }
  return document.toString({ lineWidth: 0 });
}
