/**
 * Threshold, reset and surrogate gradient of leaky neurons.
 *
 * @module
 */

import { SURROGATES } from "../../kernels/leaky/leaky_neurons.ts";

/** Surrogate derivatives of a spike for the backward pass. */
export type Surrogate =
  | "exponential"
  | "arctangent"
  | "sigmoid"
  | "fast sigmoid"
  | "triangle";

/** Parameters common to all leaky neurons. */
export interface FiringParameters {
  /** Threshold of the potential. @default 1 */
  readonly threshold?: number;
  /** Potential at rest and after a hard reset. @default 0 */
  readonly rest?: number;
  /**
   * Whether a spike sets the potential to rest (hard) or subtracts the
   * threshold (soft).
   *
   * @default "hard"
   */
  readonly reset?: "hard" | "soft";
  /** Whether no gradient flows through the reset. @default true */
  readonly detachReset?: boolean;
  /** Surrogate derivative of a spike. @default "arctangent" */
  readonly surrogate?: Surrogate;
  /** Steepness of the surrogate at threshold. @default 2 */
  readonly steepness?: number;
}

/**
 * Declares a parameter of a kind of neuron.
 *
 * @param value Its default.
 * @param positive Whether it must be greater than 0.
 * @returns The parameter.
 */
export function parameter(value: number, positive = false) {
  return { default: value, positive };
}

/** Constants of firing.wgsl and the threshold, as parameters of a kind. */
export const FIRING = {
  theta: parameter(1, true),
  vReset: parameter(0),
  softReset: parameter(0),
  resetGradient: parameter(0),
  surrogate: parameter(SURROGATES.indexOf("arctangent")),
  steepness: parameter(2, true),
};

/**
 * Checks threshold, reset and surrogate of a neuron.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns A value for each of {@linkcode FIRING}.
 * @throws {TypeError} If the surrogate or the reset is unknown.
 */
export function describeFiring(parameters: FiringParameters) {
  const {
    threshold = 1,
    rest = 0,
    reset = "hard",
    detachReset = true,
    surrogate = "arctangent",
    steepness = 2,
  } = parameters;
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
    theta: threshold,
    vReset: rest,
    softReset: Number(reset === "soft"),
    resetGradient: Number(!detachReset),
    surrogate: chosen,
    steepness,
  };
}

/**
 * Converts a time constant to the fraction that decays per bin.
 *
 * @param name The parameter's name.
 * @param tau Its value, in bins; `Infinity` for no decay.
 * @returns 1/tau.
 * @throws {RangeError} If tau is less than one bin.
 */
export function leakOf(name: string, tau: number): number {
  if (!(tau >= 1)) {
    throw new RangeError(
      `Cannot build a neuron with ${name} ${tau}: it is less than one bin`,
    );
  }
  return 1 / tau;
}
