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
   * Effect of a spike on the potential: `hard` sets it to rest, `soft`
   * subtracts the threshold at once, and `delayed` in the next bin, after the
   * decay.
   *
   * @default "hard"
   */
  readonly reset?: "hard" | "soft" | "delayed";
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
  subtracted: parameter(0),
  resetGradient: parameter(0),
  surrogate: parameter(SURROGATES.indexOf("arctangent")),
  steepness: parameter(2, true),
};

/**
 * Checks threshold, reset and surrogate of a neuron.
 *
 * @param parameters The parameters that differ from their defaults.
 * @param leak Share of the potential that decays in a bin, if it is fixed.
 * @returns A value for each of {@linkcode FIRING}.
 * @throws {TypeError} If the surrogate or the reset is unknown.
 * @throws {RangeError} If the reset is delayed, and the potential learns its
 * decay or does not outlast a bin.
 */
export function describeFiring(parameters: FiringParameters, leak?: number) {
  const {
    threshold = 1,
    rest = 0,
    reset = "hard",
    detachReset = true,
    surrogate = "arctangent",
    steepness = 2,
  } = parameters;
  if (!["hard", "soft", "delayed"].includes(reset)) {
    throw new TypeError(
      `Cannot build a neuron with the reset "${reset}": expected hard, soft, ` +
        "delayed",
    );
  }
  if (reset === "delayed" && !(leak! < 1)) {
    throw new RangeError(
      'Cannot build a neuron with the reset "delayed": ' +
        (leak === undefined
          ? "it learns the decay of its potential"
          : "its potential does not outlast a bin, as tau is 1"),
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
    subtracted: reset === "hard" ? 0 : reset === "soft" ? 1 : 1 / (1 - leak!),
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
