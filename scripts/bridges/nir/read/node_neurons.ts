/**
 * Converts NIR's neurons; equations are in ../write/neuron_nodes.ts.
 *
 * @module
 */

import type { Extent } from "../../../../engine/network/network.ts";
import type { NeuronSection } from "../../../configuration/schema/neuron.ts";
import { floatAbove } from "../../network/float_steps.ts";
import { NetworkError } from "../../network/network_error.ts";
import { tidy } from "../../network/tidy.ts";
import {
  channelsOf,
  type NamedNode,
  numberOf,
} from "../../hdf5/node_parameters.ts";

/** Relative tolerance of a factor of 1. */
const CLOSE = 1e-6;

/** A neuron, and factor and bias for its weights. */
export interface NodeNeuron {
  /** The neuron section of a configuration. */
  readonly neuron: Partial<NeuronSection>;
  /** Factor of each channel's drive. */
  readonly gains: Float64Array;
  /** Bias of each channel's drive. */
  readonly bias: Float64Array;
}

/** Types of neuron nodes. */
export const NEURON_TYPES: readonly string[] = [
  "LIF",
  "IF",
  "CubaLIF",
  "Threshold",
];

/**
 * Converts a node of neurons. Potentials are shifted by v_reset, so that
 * neurons are reset to 0.
 *
 * @param node The node.
 * @param options Time step in s, and channels, rows and columns of the neurons.
 * @returns The neuron.
 * @throws {NetworkError} If the neuron has no equivalent here.
 */
export function neuronOf(
  node: NamedNode,
  place: { readonly dt: number; readonly extent: Extent },
): NodeNeuron {
  const { dt, extent } = place;
  const ones = new Float64Array(extent.C).fill(1);
  const zeros = new Float64Array(extent.C);
  const read = (parameter: string) => channelsOf(node, parameter, extent);
  if (node.type === "Threshold") {
    const threshold = read("threshold");
    const neuron = { type: "LIF", tau: 1 } as const;
    return withThreshold(node, { neuron, gains: ones, bias: zeros, threshold });
  }
  const reset = node.parameters.has("v_reset") ? read("v_reset") : zeros;
  const threshold = read("v_threshold").map((value, c) => value - reset[c]);
  const r = read("r");
  if (node.type === "IF") {
    return withThreshold(node, {
      neuron: { type: "IF" },
      gains: r.map((value) => dt * value),
      bias: zeros,
      threshold,
    });
  }
  const isCuba = node.type === "CubaLIF";
  const tau = binsOf(node, isCuba ? "tau_mem" : "tau", place);
  const leak = 1 / tau;
  const lift = read("v_leak").map((value, c) => value - reset[c]);
  // No division by tau is needed where r cancels it.
  const decayInput = r.some((value) => !isOne(leak * value));
  const neuron = {
    tau,
    ...(decayInput ? {} : { decayInput }),
  };
  if (!isCuba) {
    return withThreshold(node, {
      neuron: { type: "LIF", ...neuron },
      gains: decayInput ? r : ones,
      bias: decayInput ? lift : lift.map((value) => leak * value),
      threshold,
    });
  }
  if (lift.some((value) => value !== 0)) {
    const problem = "its v_leak is not its v_reset, to which potentials decay";
    throw new NetworkError(problem, { node: node.name });
  }
  const tauSyn = binsOf(node, "tau_syn", place);
  const weight = node.parameters.has("w_in") ? read("w_in") : ones;
  return withThreshold(node, {
    neuron: { type: "CUBA", tauSyn, ...neuron },
    gains: weight.map((value, c) => value / tauSyn * (decayInput ? r[c] : 1)),
    bias: zeros,
    threshold,
  });
}

/** Reads a time constant in units of dt. */
function binsOf(
  node: NamedNode,
  parameter: string,
  { dt, extent }: { readonly dt: number; readonly extent: Extent },
): number {
  const tau = numberOf(node, parameter);
  channelsOf(node, parameter, extent);
  const bins = tidy(tau / dt);
  if (!(bins >= 1)) {
    const problem = `its ${parameter} is ${tidy(tau)} s, less than a step of ` +
      `${dt} s; --dt says another`;
    throw new NetworkError(problem, { node: node.name });
  }
  return bins;
}

function isOne(factor: number): boolean {
  return Math.abs(factor - 1) <= CLOSE;
}

/** Completes a neuron; where thresholds differ, weights are divided by them. */
function withThreshold(
  node: NamedNode,
  { neuron, gains, bias, threshold }: NodeNeuron & {
    readonly threshold: Float64Array;
  },
): NodeNeuron {
  const wrong = threshold.find((value) => !(value > 0));
  if (wrong !== undefined) {
    const problem = `its threshold is ${wrong} above its v_reset; expected ` +
      "more than 0";
    throw new NetworkError(problem, { node: node.name });
  }
  const one = threshold.every((value) => value === threshold[0]);
  const divide = (values: Float64Array) =>
    one ? values : values.map((value, c) => value / threshold[c]);
  return {
    neuron: {
      ...neuron,
      // NIR fires above the threshold, neurons here at or above it.
      threshold: floatAbove(one ? threshold[0] : 1),
    } as Partial<NeuronSection>,
    gains: divide(gains).map((gain) => isOne(gain) ? 1 : gain),
    bias: divide(bias),
  };
}
