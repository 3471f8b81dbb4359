/**
 * Converts the neurons and weights of one netx layer.
 *
 * @module
 */

import type { NeuronSection } from "../../configuration/schema/neuron.ts";
import { channelsOf } from "../hdf5/node_parameters.ts";
import { NetworkError } from "../network/network_error.ts";
import { FULL_DECAY, LARGEST_THRESHOLD, UNIT, WEIGHT_STEP } from "./loihi.ts";
import type { NetLayer } from "./net_chain.ts";

/** Neuron section of a configuration; `none` for a readout. */
export type NetSection = Partial<NeuronSection> | "none";

/**
 * Converts the neurons of a layer.
 *
 * @param layer The layer.
 * @param options `isUnit`: whether the network is computed layer by layer,
 * which excludes Loihi 1 neurons.
 * @returns The neurons.
 * @throws {NetworkError} If the neurons have no equivalent here.
 */
export function sectionOf(
  { layer, neurons, synapse }: NetLayer,
  { isUnit }: { readonly isUnit: boolean },
): NetSection {
  if (neurons.isReadout) return "none";
  const { type, vThMant, iDecay, vDecay, refDelay, weightExponent } = neurons;
  const node = layer.name;
  if (vThMant > LARGEST_THRESHOLD) {
    const problem = `its vThMant is ${vThMant}, expected up to ` +
      LARGEST_THRESHOLD;
    throw new NetworkError(problem, { node });
  }
  if (neurons.resonance) {
    const own = { vThMant, ...neurons.resonance };
    return type === "ADRF"
      ? { type: "FIXED_ADRF", ...own, ...neurons.adaptation }
      : { type: "FIXED_RF", ...own };
  }
  const integers = { vThMant, iDecay, vDecay };
  if (type === "ALIF") {
    return { type: "FIXED_ALIF", ...integers, ...neurons.adaptation };
  }
  const isEven = synapse.values.every((weight) => weight % WEIGHT_STEP === 0);
  if (type === "LOIHI" && isEven && !isUnit) {
    return { type, ...integers, refDelay, wgtExp: weightExponent };
  }
  if (refDelay > 1) {
    throw new NetworkError("its neurons rest after a spike (refDelay)", {
      node,
    });
  }
  return { type: "FIXED_CUBA", ...integers };
}

/**
 * Scales weights and biases to the unit of the neurons here.
 *
 * @param layer The layer.
 * @param section Its neurons here.
 * @param name Its name here.
 * @returns Weights and bias, and notes on what the scaling changes.
 * @throws {NetworkError} If a bias or a readout cannot be converted.
 */
export function scaledWeights(
  { layer, synapse: { values, recurrent, bias }, neurons, output }: NetLayer,
  section: NetSection,
  name: string,
) {
  const isReadout = section === "none";
  if (!isReadout && section.type === "LOIHI") {
    return { weight: Float32Array.from(values), notes: [] };
  }
  const { iDecay, vDecay, weightExponent } = neurons;
  // Gain of a leaky integrator: steady state for a constant drive of 1.
  const [current, voltage] = [iDecay, vDecay].map((decay) =>
    FULL_DECAY / decay
  );
  const leaks = current > 1 || (isReadout && voltage > 1);
  const isOther = leaks && (isReadout || bias !== undefined);
  const node = layer.name;
  if (isOther && !(current < Infinity && (voltage < Infinity || !isReadout))) {
    throw new NetworkError("its current or voltage never decays", { node });
  }
  const notes = !isOther ? [] : [
    isReadout
      ? `the leaky potential of "${name}" is replaced by its mean drive ` +
        "times the gain for a constant drive"
      : `the bias of "${name}", which is added to voltages, is added to ` +
        `currents, where it builds up in some ${Math.ceil(current)} bins`,
  ];
  const weightGain = 2 ** weightExponent / UNIT *
    (isReadout ? current * voltage : 1);
  const biasGain = (isReadout ? voltage : 1 / current) / UNIT;
  return {
    weight: Float32Array.from(values, (value) => weightGain * value),
    recurrent: recurrent &&
      Float32Array.from(recurrent, (value) => weightGain * value),
    bias: bias && Float32Array.from(
      channelsOf(layer, "bias", output),
      (value) => biasGain * value,
    ),
    notes,
  };
}
