/**
 * Converts NIR's non-spiking integrators, with a leak or without.
 *
 * Readouts here are the mean over time of their drive. A leaky potential has the
 * mean v_leak + r · w_in · drive over a long sample; that of an integrator ends
 * at T times the mean of r · dt · drive.
 *
 * @module
 */

import { channelsOf, type NamedNode } from "../../hdf5/node_parameters.ts";
import type { Synapse } from "./node_synapses.ts";
import { multiplied } from "./signals.ts";

/** Types of non-spiking integrators. */
export const INTEGRATOR_TYPES: readonly string[] = ["I", "LI", "CubaLI"];

/**
 * Converts an integrator to a readout.
 *
 * @param node The node.
 * @param synapse Its weights.
 * @param dt Time step in s.
 * @returns Weights of the readout, and a note on what changes.
 * @throws {NetworkError} If parameters are missing, or differ in a channel.
 */
export function readoutOf(
  node: NamedNode,
  synapse: Synapse,
  dt: number,
): { readonly synapse: Synapse; readonly note: string } {
  const read = (parameter: string) =>
    channelsOf(node, parameter, synapse.extent);
  const isSum = node.type === "I";
  const w = node.type === "CubaLI" && node.parameters.has("w_in")
    ? read("w_in")
    : undefined;
  const gains = read("r").map((r, c) => r * (isSum ? dt : w?.[c] ?? 1));
  const rest = isSum ? undefined : read("v_leak");
  return {
    synapse: {
      ...multiplied(synapse, gains),
      bias: synapse.bias.map((value, c) => gains[c] * value + (rest?.[c] ?? 0)),
    },
    note: isSum
      ? `the sum that "${node.name}" gives is replaced by the mean`
      : `the leaky potential of "${node.name}" is replaced by its mean in the ` +
        "steady state",
  };
}
