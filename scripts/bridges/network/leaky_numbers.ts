/**
 * Parameters of this project's neurons as leaky integrators of other programs.
 *
 * In a bin
 *   i += drive − currentLeak · i
 *   v += inputGain · i − leak · (v − vReset)
 * and a spike sets v to vReset.
 *
 * @module
 */

import { counted } from "../../../dataset/files/counted.ts";
import type { Neuron } from "../../../engine/neurons/neuron_kind.ts";
import {
  ADAPTIVE_LEAKY,
  PARAMETRIC_ADAPTIVE,
} from "../../../engine/neurons/adaptive_leaky.ts";
import {
  CUBA_LEAKY,
  PARAMETRIC_CUBA,
} from "../../../engine/neurons/cuba_leaky.ts";
import { FIXED_CUBA } from "../../../engine/neurons/fixed_point.ts";
import { LEAKY } from "../../../engine/neurons/leaky.ts";
import { LOIHI } from "../../../engine/neurons/loihi.ts";
import { PARAMETRIC_LEAKY } from "../../../engine/neurons/parametric_leaky.ts";
import {
  SRM_ALPHA,
  SRM_ALPHA_FULL,
} from "../../../engine/neurons/srm_alpha.ts";
import { NetworkError } from "./network_error.ts";

/** Parameters of a leaky integrator. */
export interface LeakyNumbers {
  /** Share of the potential that decays in a bin. */
  readonly leak: number;
  /** Factor of the current, or of the drive if there is no current. */
  readonly inputGain: number;
  /** Share of the current that decays in a bin; 1 without a current. */
  readonly currentLeak: number;
  /** Threshold of the potential. */
  readonly theta: number;
  /** Whether it fires only above the threshold, and not at it. */
  readonly firesAbove: boolean;
  /** Potential after a spike and at rest. */
  readonly vReset: number;
  /** Property of the neuron that is lost, in one line. */
  readonly loss?: string;
}

/** Layer and format that a neuron is converted for. */
export interface LeakyPlace {
  /** Name of their layer. */
  readonly layer: string;
  /** Name of the format. */
  readonly format: string;
  /** Time step in ms. */
  readonly Ts: number;
  /** Learned parameters of time constants, if neurons learn them. */
  readonly learned?: ArrayLike<number>;
}

/**
 * Computes the leaky integrator of a neuron.
 *
 * The spike response model becomes the integrator with the same response to a
 * spike, k · inputGain · dᵏ⁻¹ in bin k − 1 for d = exp(−Ts / τ), which is ε[k]
 * for inputGain = e · d · Ts / τ.
 *
 * @param neuron The neuron.
 * @param place Layer, format, time step and learned parameters.
 * @returns Its parameters.
 * @throws {NetworkError} If it is not a leaky integrator.
 */
export function leakyNumbers(
  { kind, parameters }: Neuron,
  { layer, format, Ts, learned }: LeakyPlace,
): LeakyNumbers {
  const fail = (problem: string) => new NetworkError(problem, { node: layer });
  const { theta } = parameters;
  if (kind === SRM_ALPHA || kind === SRM_ALPHA_FULL) {
    const { tauSr } = parameters;
    const decay = Math.exp(-Ts / tauSr);
    return {
      leak: 1 - decay,
      currentLeak: 1 - decay,
      inputGain: Math.E * decay * Ts / tauSr,
      theta,
      firesAbove: false,
      vReset: 0,
      loss:
        `${format} has no SRM-alpha; its current-based neuron has the same ` +
        "response to a spike, one step early, and a reset in place of its " +
        "refractory response",
    };
  }
  if (kind === FIXED_CUBA || kind === LOIHI) {
    const { iDecay, vDecay, refDelay = 1, wgtExp = -6 } = parameters;
    if (refDelay > 1) {
      throw fail(
        `it rests for ${counted(refDelay - 1, "bin")} after a spike, as no ` +
          `neuron of ${format} does`,
      );
    }
    return {
      leak: vDecay / 4096,
      currentLeak: iDecay / 4096,
      inputGain: 2 ** (6 + wgtExp),
      theta,
      firesAbove: true,
      vReset: 0,
      loss: `Loihi's integers are not those of ${format}, which does not round`,
    };
  }
  if (kind === ADAPTIVE_LEAKY || kind === PARAMETRIC_ADAPTIVE) {
    throw fail(
      `its threshold adapts (ALIF), which ${format} has no neuron for`,
    );
  }
  const isLearned = kind === PARAMETRIC_LEAKY || kind === PARAMETRIC_CUBA;
  if (kind !== LEAKY && kind !== CUBA_LEAKY && !isLearned) {
    throw fail(`${format} has no neuron of kind "${kind.name}"`);
  }
  if (parameters.subtracted !== 0) {
    throw fail(
      "a spike subtracts the threshold (soft or delayed reset), and sets the " +
        `potential in ${format}`,
    );
  }
  const { vReset, decaysInput } = parameters;
  const [leak, currentLeak = 1] = isLearned
    ? Array.from(learned!, (w) => 1 / (1 + Math.exp(-w)))
    : [parameters.leak, parameters.currentLeak];
  const inputGain = isLearned ? (decaysInput ? leak : 1) : parameters.inputGain;
  return { leak, inputGain, currentLeak, theta, firesAbove: false, vReset };
}
