/**
 * Neurons of this project as nodes of NIR.
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
 * neurons here at it or above.
 *
 * @module
 */

import type { Neuron } from "../../../engine/neurons/neuron_kind.ts";
import { ADAPTIVE_LEAKY } from "../../../engine/neurons/adaptive_leaky.ts";
import { CUBA_LEAKY } from "../../../engine/neurons/cuba_leaky.ts";
import { LEAKY } from "../../../engine/neurons/leaky.ts";
import { PARAMETRIC_LEAKY } from "../../../engine/neurons/parametric_leaky.ts";
import {
  SRM_ALPHA,
  type SrmAlphaParameters,
} from "../../../engine/neurons/srm_alpha.ts";
import type { Hdf5Data, Hdf5Group } from "../hdf5/hdf5_tree.ts";
import { NetworkError } from "../network/network_error.ts";
import { floats, type NirNode, nirNode, text } from "./nir_graph.ts";

/** Where neurons are, and in what steps they are computed. */
export interface NeuronPlace {
  /** Name of their layer. */
  readonly layer: string;
  /** Lengths of the axes of their parameters. */
  readonly shape: readonly number[];
  /** Time step in s. */
  readonly dt: number;
  /** What neurons that learn their time constant have learned. */
  readonly learned?: number;
}

/**
 * Makes a node of neurons.
 *
 * @param neuron The neuron.
 * @param place Where they are.
 * @returns The node; SRM-alpha becomes a `CubaLIF` with the same response to a
 * spike, one bin early, and another refractory behaviour.
 * @throws {NetworkError} If NIR has no such neuron.
 */
export function neuronNode(neuron: Neuron, place: NeuronPlace): NirNode {
  const { kind, parameters } = neuron;
  if (kind === SRM_ALPHA) {
    return srmNode(parameters as unknown as SrmAlphaParameters, place);
  }
  const node = place.layer;
  if (kind === ADAPTIVE_LEAKY) {
    const problem = "its threshold adapts (ALIF), for which NIR has no node";
    throw new NetworkError(problem, { node });
  }
  if (![LEAKY, CUBA_LEAKY, PARAMETRIC_LEAKY].includes(kind)) {
    const problem = `NIR has no node for neurons of kind "${kind.name}"`;
    throw new NetworkError(problem, { node });
  }
  if (parameters.softReset !== 0) {
    const problem =
      "a spike subtracts the threshold (soft reset); neurons of " +
      "NIR are set to v_reset";
    throw new NetworkError(problem, { node });
  }
  const { vReset, theta } = parameters;
  const { leak, inputGain } = kind === PARAMETRIC_LEAKY
    ? learnedLeak(parameters, place.learned!)
    : parameters;
  const { dt } = place;
  const firing = { v_threshold: theta, v_reset: vReset };
  if (kind === CUBA_LEAKY) {
    const { currentLeak } = parameters;
    if (leak === 0 || currentLeak === 0) {
      const problem =
        "its current or potential does not decay, which no node " +
        "of NIR has";
      throw new NetworkError(problem, { node });
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
  return leak === 0
    ? valueNode("IF", place, { r: inputGain / dt, ...firing })
    : valueNode("LIF", place, {
      tau: dt / leak,
      r: inputGain / leak,
      v_leak: vReset,
      ...firing,
    });
}

/** Leak and gain of neurons that have learned their time constant. */
function learnedLeak(
  { decaysInput }: Readonly<Record<string, number>>,
  learned: number,
) {
  const leak = 1 / (1 + Math.exp(-learned));
  return { leak, inputGain: decaysInput ? leak : 1 };
}

/**
 * Makes the node that is nearest to the spike response model.
 *
 * With d = exp(−dt / τ) its response to a spike is k · g · dᵏ⁻¹ in bin k − 1,
 * which is ε[k] for g = e · d · dt / τ; r · w_in tends to e · τ / dt for small
 * steps. A spike resets it, in place of the refractory response.
 */
function srmNode(srm: SrmAlphaParameters, place: NeuronPlace): NirNode {
  const { dt } = place;
  const steps = srm.tauSr / 1000 / dt;
  const decay = Math.exp(-1 / steps);
  const leak = 1 - decay;
  const tau = dt / leak;
  const node = valueNode("CubaLIF", place, {
    tau_syn: tau,
    tau_mem: tau,
    r: Math.E * decay / steps / leak,
    v_leak: 0,
    v_threshold: srm.theta,
    v_reset: 0,
    w_in: 1 / leak,
  });
  const metadata = new Map<string, Hdf5Data>([
    ["neuron", text("SRM-alpha; this node has its response, not its reset")],
    ...Object.entries(srm).map(([name, value]) =>
      [name, { shape: [], values: Float64Array.of(value) }] as const
    ),
  ]);
  return { ...node, metadata: metadata as Hdf5Group };
}

/** A node whose neurons all have the same values. */
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
