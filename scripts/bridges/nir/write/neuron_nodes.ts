/**
 * Converts neurons to nodes of NIR.
 *
 * NIR's equations are continuous in time. In steps of dt by Euler's method,
 * with spikes that count 1 in a bin, they are those of leaky neurons here:
 *
 *   LIF      τ v' = (v_leak − v) + r x      leak = dt / τ, gain = r dt / τ
 *   IF       v' = r x                       gain = r dt
 *   CubaLIF  τ_syn i' = −i + w_in x         currentLeak = dt / τ_syn,
 *                                           w_in = τ_syn / dt
 *
 * where v += gain · x − leak · (v − v_leak). NIR fires above the threshold,
 * most neurons here at or above it: the exported threshold is the next smaller
 * float.
 *
 * @module
 */

import type { Neuron } from "../../../../engine/neurons/neuron_kind.ts";
import type { Hdf5Data, Hdf5Group } from "../../hdf5/hdf5_tree.ts";
import { floatBelow } from "../../network/float_steps.ts";
import {
  type LeakyNumbers,
  leakyNumbers,
  type LeakyPlace,
} from "../../network/leaky_numbers.ts";
import { NetworkError } from "../../network/network_error.ts";
import { floats, type NirNode, nirNode, text } from "../graph/nir_graph.ts";

/** Layer, shape and time step of the neurons. */
export interface NeuronPlace extends Pick<LeakyPlace, "layer" | "learned"> {
  /** Shape of their parameters. */
  readonly shape: readonly number[];
  /** Time step in s. */
  readonly dt: number;
}

/** A node of neurons, and what the export changes. */
export interface NeuronNode {
  /** The node. */
  readonly node: NirNode;
  /** Property of the neuron that is lost, in one line. */
  readonly loss?: string;
}

/**
 * Converts a neuron.
 *
 * @param neuron The neuron.
 * @param place Layer, shape and time step.
 * @returns The node; if something is lost, its metadata hold the original
 * parameters.
 * @throws {NetworkError} If NIR has no equivalent.
 */
export function neuronNode(neuron: Neuron, place: NeuronPlace): NeuronNode {
  const numbers = leakyNumbers(neuron, {
    ...place,
    format: "NIR",
    Ts: 1000 * place.dt,
  });
  const { loss } = numbers;
  const node = nodeOf(numbers, place);
  if (loss === undefined) return { node };
  const metadata = new Map<string, Hdf5Data>([
    ["neuron", text(`${neuron.kind.name}: ${loss}`)],
    ...Object.entries(neuron.parameters).map(([name, value]) =>
      [name, { shape: [], values: Float64Array.of(value) }] as const
    ),
  ]);
  return { node: { ...node, metadata: metadata as Hdf5Group }, loss };
}

function nodeOf(
  { leak, inputGain, currentLeak, theta, firesAbove, vReset }: LeakyNumbers,
  place: NeuronPlace,
): NirNode {
  const { dt } = place;
  const firing = {
    v_threshold: firesAbove ? theta : floatBelow(theta),
    v_reset: vReset,
  };
  if (currentLeak === 1) {
    return leak === 0
      ? valueNode("IF", place, { r: inputGain / dt, ...firing })
      : valueNode("LIF", place, {
        tau: dt / leak,
        r: inputGain / leak,
        v_leak: vReset,
        ...firing,
      });
  }
  if (leak === 0 || currentLeak === 0) {
    const problem = "its current or potential does not decay, which no node " +
      "of NIR has";
    throw new NetworkError(problem, { node: place.layer });
  }
  return valueNode("CubaLIF", place, {
    tau_syn: dt / currentLeak,
    tau_mem: dt / leak,
    r: inputGain / leak,
    v_leak: vReset,
    ...firing,
    w_in: 1 / currentLeak,
  });
}

/** Makes a node whose neurons share all values. */
function valueNode(
  type: string,
  { shape }: NeuronPlace,
  values: Readonly<Record<string, number>>,
): NirNode {
  return nirNode(
    type,
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        floats(shape, value),
      ]),
    ),
  );
}
