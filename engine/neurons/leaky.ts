/**
 * Leaky integrate-and-fire neurons and their variants.
 *
 * @module
 */

import { LEAKY_NEURON, SURROGATES } from "../../kernels/shared/leaky_neuron.ts";
import type { NeuronDescription } from "./describe_neuron.ts";
import type { NeuronKind } from "./neuron_kind.ts";
import { steppedNeuron } from "./stepped_neuron.ts";

/** Derivatives that stand in for that of a spike in the backward pass. */
export type Surrogate =
  | "exponential"
  | "arctangent"
  | "sigmoid"
  | "fast sigmoid"
  | "triangle";

/** Parameters of a leaky integrate-and-fire neuron. */
export interface LeakyParameters {
  /** Threshold of the potential. @default 1 */
  readonly threshold?: number;
  /**
   * Time constant in bins; `Infinity` integrates without a leak.
   *
   * @default 2
   */
  readonly tau?: number;
  /** Potential at rest and after a hard reset. @default 0 */
  readonly rest?: number;
  /**
   * Whether a spike sets the potential to rest or subtracts the threshold.
   *
   * @default "hard"
   */
  readonly reset?: "hard" | "soft";
  /** Whether the drive is divided by tau. @default true */
  readonly decayInput?: boolean;
  /** Whether no gradient flows through the reset. @default true */
  readonly detachReset?: boolean;
  /** Derivative of a spike. @default "arctangent" */
  readonly surrogate?: Surrogate;
  /** Steepness of the surrogate at threshold. @default 2 */
  readonly steepness?: number;
}

const number = (value: number, positive = false) => ({
  default: value,
  positive,
});

/** Leaky integrate-and-fire neurons; {@linkcode leaky} describes one. */
export const LEAKY: NeuronKind = steppedNeuron({
  name: "leaky integrate-and-fire",
  parameters: {
    theta: number(1, true),
    // 1/tau, so that a neuron without a leak has a finite one.
    leak: number(0.5),
    inputGain: number(0.5, true),
    vReset: number(0),
    softReset: number(0),
    resetGradient: number(0),
    surrogate: number(SURROGATES.indexOf("arctangent")),
    steepness: number(2, true),
  },
  constants: ({ theta: _, ...constants }) => constants,
  code: LEAKY_NEURON,
});

/**
 * Describes a leaky integrate-and-fire neuron: v += (drive − (v − rest)) / tau.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns The description of the neuron, for a network or a layer.
 * @throws {RangeError} If tau is less than one bin.
 * @throws {TypeError} If the surrogate or the reset is unknown.
 *
 * @example
 * ```ts
 * import { leaky } from "./leaky.ts";
 * const { theta, leak } = leaky({ tau: 4 });
 * if (theta !== 1 || leak !== 0.25) throw new Error("expected 1 and 1/4");
 * ```
 *
 * Source: Fang and others, SpikingJelly, Science Advances 9, 2023: its LIFNode
 * and, without a leak, its IFNode.
 */
export function leaky(
  parameters: LeakyParameters = {},
): NeuronDescription & Readonly<Record<string, unknown>> {
  const {
    threshold = 1,
    tau = 2,
    rest = 0,
    reset = "hard",
    decayInput = tau < Infinity,
    detachReset = true,
    surrogate = "arctangent",
    steepness = 2,
  } = parameters;
  if (!(tau >= 1)) {
    throw new RangeError(
      `Cannot build a neuron with tau ${tau}: it is less than one bin`,
    );
  }
  if (reset !== "hard" && reset !== "soft") {
    throw new TypeError(
      `Cannot build a neuron with the reset "${reset}": expected hard, soft`,
    );
  }
  const chosen = SURROGATES.indexOf(surrogate);
  if (chosen < 0) {
    throw new TypeError(
      `Cannot build a neuron with the surrogate "${surrogate}": expected ` +
        SURROGATES.join(", "),
    );
  }
  return {
    kind: LEAKY,
    theta: threshold,
    leak: 1 / tau,
    inputGain: decayInput && tau < Infinity ? 1 / tau : 1,
    vReset: rest,
    softReset: Number(reset === "soft"),
    resetGradient: Number(!detachReset),
    surrogate: chosen,
    steepness,
  };
}
