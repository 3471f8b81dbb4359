/**
 * Converts neurons to those of netx.
 *
 * @module
 */

import {
  FIXED_ADAPTIVE_RESONATOR,
  FIXED_ALIF,
  FIXED_CUBA,
  FIXED_RESONATOR,
} from "../../../engine/neurons/fixed_point.ts";
import {
  ADAPTIVE_RESONATOR,
  PARAMETRIC_ADAPTIVE_RESONATOR,
} from "../../../engine/neurons/adaptive_resonator.ts";
import { LOIHI } from "../../../engine/neurons/loihi.ts";
import type {
  Neuron,
  NeuronKind,
} from "../../../engine/neurons/neuron_kind.ts";
import {
  PARAMETRIC_RESONATOR,
  RESONATOR,
} from "../../../engine/neurons/resonator.ts";
import { SIGMA_DELTA } from "../../../engine/neurons/sigma_delta.ts";
import type { Hdf5Data } from "../hdf5/hdf5_tree.ts";
import { leakyNumbers, type LeakyPlace } from "../network/leaky_numbers.ts";
import { NetworkError } from "../network/network_error.ts";
import { integers, text } from "../nir/graph/nir_graph.ts";
import { FULL_DECAY, READOUT_THRESHOLD, UNIT } from "./loihi.ts";

/** Decays of thresholds that adapt. */
const RISE_DECAYS: readonly string[] = ["thDecay", "refDecay"];

/** Neurons that oscillate in floats. */
const FLOAT_RESONATORS: readonly NeuronKind[] = [
  RESONATOR,
  ADAPTIVE_RESONATOR,
  PARAMETRIC_RESONATOR,
  PARAMETRIC_ADAPTIVE_RESONATOR,
];

/** A netx neuron before weights and threshold are rounded to integers. */
export interface NetNeuron {
  /** Value in the file of a weight of 1. */
  readonly unit: number;
  /** Threshold in the file's unit; absent for a readout. */
  readonly threshold?: number;
  /** Rise of a threshold that adapts per spike, in the file's unit. */
  readonly step?: number;
  /**
   * Decays per bin in units of 1/4096: current, then voltage. Those of
   * resonators are among the further parameters.
   */
  readonly decays: readonly [iDecay: number, vDecay: number];
  /** Whether they resonate, so that weights are complex. */
  readonly resonates?: boolean;
  /** Type and further parameters. */
  readonly others: Readonly<Record<string, Hdf5Data>>;
  /** Property of the neuron that is lost, in one line. */
  readonly loss?: string;
}

/**
 * Converts a neuron.
 *
 * @param neuron The neuron; absent for a readout.
 * @param place Layer, format, time step and learned time constant.
 * @returns The neurons.
 * @throws {NetworkError} If netx has no equivalent.
 */
export function netNeuron(
  neuron: Neuron | undefined,
  place: Omit<LeakyPlace, "format">,
): NetNeuron {
  const common = {
    type: text("CUBA"),
    refDelay: integers(1),
    gradedSpike: integers(0),
  };
  if (!neuron) {
    const decays = [FULL_DECAY, FULL_DECAY] as const;
    return { unit: UNIT, decays, others: common };
  }
  const { kind, parameters } = neuron;
  const { theta, iDecay, vDecay, vThStep } = parameters;
  const decays = [iDecay, vDecay] as const;
  if (kind === FIXED_CUBA) {
    return { unit: UNIT, threshold: UNIT * theta, decays, others: common };
  }
  if (kind === FIXED_ALIF) {
    return {
      unit: UNIT,
      threshold: UNIT * theta,
      step: vThStep,
      decays,
      others: {
        ...common,
        type: text("ALIF"),
        ...integersOf(parameters, RISE_DECAYS),
      },
    };
  }
  if (kind === FIXED_RESONATOR || kind === FIXED_ADAPTIVE_RESONATOR) {
    const { sinDecay, cosDecay, byPhase } = parameters;
    const adapts = kind === FIXED_ADAPTIVE_RESONATOR;
    return {
      unit: UNIT,
      threshold: UNIT * theta,
      ...adapts && { step: vThStep },
      decays: [FULL_DECAY, FULL_DECAY],
      resonates: true,
      others: {
        type: text(
          `${adapts ? "ADRF" : "RF"}_${byPhase ? "PHASE" : "IZHIKEVICH"}`,
        ),
        gradedSpike: integers(0),
        sinDecay: integers(FULL_DECAY * sinDecay),
        cosDecay: integers(FULL_DECAY * cosDecay),
        ...integersOf(parameters, adapts ? RISE_DECAYS : []),
      },
    };
  }
  if (kind === LOIHI) {
    return {
      unit: 1,
      threshold: theta / 64,
      decays,
      others: {
        type: text("LOIHI"),
        ...integersOf(parameters, ["refDelay", "wgtExp"]),
      },
    };
  }
  if (FLOAT_RESONATORS.includes(kind)) {
    const problem =
      "its neurons resonate in floats (RF, ADRF); those of netx do so in " +
      "integers, as FIXED_RF and FIXED_ADRF";
    throw new NetworkError(problem, { node: place.layer });
  }
  if (kind === SIGMA_DELTA) {
    const problem =
      "its neurons (SDNN) send later what a message rounds off; " +
      "those of netx lose it";
    throw new NetworkError(problem, { node: place.layer });
  }
  const { leak, inputGain, currentLeak, vReset, ...numbers } = leakyNumbers(
    neuron,
    { ...place, format: "netx" },
  );
  if (numbers.theta <= vReset) {
    const problem = "its threshold is not above its rest";
    throw new NetworkError(problem, { node: place.layer });
  }
  return {
    unit: UNIT * inputGain,
    threshold: UNIT * (numbers.theta - vReset),
    decays: [FULL_DECAY * currentLeak, FULL_DECAY * leak],
    others: common,
    loss: numbers.loss ??
      "potentials are Loihi's integers there, rounded toward 0, and fire " +
        "above the threshold, not at it",
  };
}

/**
 * Encodes the parameters of neurons.
 *
 * @param neuron The neurons.
 * @param numbers Threshold, its rise and decays as integers.
 * @returns The parameters by their names in the file.
 */
export function neuronParameters(
  { others, resonates }: NetNeuron,
  { threshold, step, iDecay, vDecay }: {
    readonly threshold: number | undefined;
    readonly step?: number;
    readonly iDecay: number;
    readonly vDecay: number;
  },
): Record<string, Hdf5Data> {
  const all = {
    ...others,
    ...!resonates && { iDecay: integers(iDecay), vDecay: integers(vDecay) },
    vThMant: integers(threshold ?? READOUT_THRESHOLD),
    ...step !== undefined && { vThStep: integers(step) },
  };
  return Object.fromEntries(
    Object.entries(all).map(([name, data]) => [`neuron/${name}`, data]),
  );
}

function integersOf(
  parameters: Readonly<Record<string, number>>,
  names: readonly string[],
): Record<string, Hdf5Data> {
  return Object.fromEntries(
    names.map((name) => [name, integers(parameters[name])]),
  );
}
