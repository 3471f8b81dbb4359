/**
 * Runs one NIR node in steps of dt.
 *
 * @module
 */

import { type NamedNode, numbersOf } from "../../hdf5/node_parameters.ts";
import { NetworkError } from "../../network/network_error.ts";
import { type Maps, weightedSums } from "../../network/run_windows.ts";
import { tidy } from "../../network/tidy.ts";
import { convolution, pooling } from "./run_windows.ts";

/** Function from a node's input in a bin to its output. */
type Step = (values: Maps) => Maps;

/** State of a node while it runs. */
export class NodeRun {
  readonly #node: NamedNode;
  readonly #dt: number;
  #step: Step | undefined;

  /**
   * Creates a node at rest.
   *
   * @param node The node.
   * @param dt Time step in s.
   */
  constructor(node: NamedNode, dt: number) {
    this.#node = node;
    this.#dt = dt;
  }

  /**
   * Computes the next bin.
   *
   * @param values Its input.
   * @returns Its output.
   * @throws {NetworkError} If its type is unknown.
   */
  step(values: Maps): Maps {
    this.#step ??= this.#begin(values);
    return this.#step(values);
  }

  #begin({ shape, data: { length } }: Maps): Step {
    const node = this.#node;
    const dt = this.#dt;
    const each = (parameter: string) => valuesOf(node, parameter, length);
    const pointwise = (of: (value: number, at: number) => number): Step =>
    (
      { shape, data },
    ) => ({ shape, data: data.map(of) });
    switch (node.type) {
      case "Input": {
        const shape = [...numbersOf(node, "shape").values];
        return ({ data }) => ({ shape, data });
      }
      case "Output":
      case "Pass":
        return (values) => values;
      case "Flatten":
        return ({ data }) => ({ shape: [length], data });
      case "Scale": {
        const scale = each("scale");
        return pointwise((value, at) => value * scale[at]);
      }
      case "Threshold": {
        const threshold = each("threshold");
        return pointwise((value, at) => Number(value > threshold[at]));
      }
      case "Delay":
        return delayed(each("delay").map((delay) => Math.round(delay / dt)));
      case "Linear":
      case "Affine":
        return allToAll(node);
      case "Conv1d":
      case "Conv2d":
        return convolution(node);
      case "SumPool2d":
      case "AvgPool2d":
        return pooling(node, shape);
      case "I":
      case "IF":
      case "LI":
      case "LIF":
      case "CubaLI":
      case "CubaLIF":
        return pointwise(neurons(node, { dt, length }));
    }
    const problem = `it is of type "${node.type}", which cannot be run`;
    throw new NetworkError(problem, { node: node.name });
  }
}

/** Reads a parameter per neuron; one value, or one per channel, is repeated. */
function valuesOf(
  node: NamedNode,
  parameter: string,
  length: number,
): Float64Array {
  const { values } = numbersOf(node, parameter);
  const each = length / values.length;
  return Float64Array.from(
    { length },
    (_, at) => values[Math.floor(at / each)],
  );
}

/** Integrators, and neurons that fire above a threshold. */
function neurons(
  node: NamedNode,
  { dt, length }: { readonly dt: number; readonly length: number },
): (drive: number, at: number) => number {
  const each = (parameter: string) => valuesOf(node, parameter, length);
  const r = each("r");
  const isCuba = node.type.startsWith("Cuba");
  const leaks = node.type !== "I" && node.type !== "IF";
  const fires = node.type.endsWith("IF");
  // Undo the rounding of 32-bit floats, which is not part of the network.
  const rateOf = (tau: number) => 1 / tidy(tau / dt);
  const rate = leaks
    ? each(isCuba ? "tau_mem" : "tau").map(rateOf)
    : new Float64Array(length).fill(dt);
  const rest = leaks ? each("v_leak") : undefined;
  const synapse = isCuba
    ? { rate: each("tau_syn").map(rateOf), w: each("w_in") }
    : undefined;
  const threshold = fires ? each("v_threshold") : undefined;
  const reset = fires && node.parameters.has("v_reset")
    ? each("v_reset")
    : new Float64Array(length);
  const v = Float64Array.from(reset);
  const i = new Float64Array(length);
  return (drive, at) => {
    if (synapse) i[at] += synapse.rate[at] * (synapse.w[at] * drive - i[at]);
    else i[at] = drive;
    const pull = rest ? rest[at] - v[at] : 0;
    v[at] += rate[at] * (pull + r[at] * i[at]);
    if (!threshold) return v[at];
    if (v[at] <= threshold[at]) return 0;
    v[at] = reset[at];
    return 1;
  };
}

function delayed(bins: Float64Array): Step {
  const past: Float64Array[] = [];
  const longest = bins.reduce((most, delay) => Math.max(most, delay), 0);
  return ({ shape, data }) => {
    past.unshift(data);
    past.length = Math.min(past.length, longest + 1);
    return { shape, data: bins.map((delay, at) => past[delay]?.[at] ?? 0) };
  };
}

function allToAll(node: NamedNode): Step {
  const weights = numbersOf(node, "weight");
  const bias = node.type === "Affine" ? numbersOf(node, "bias").values : [];
  return ({ data }) => {
    const y = weightedSums(weights, data);
    return { shape: [y.length], data: y.map((sum, o) => sum + (bias[o] ?? 0)) };
  };
}
