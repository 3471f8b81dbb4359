/**
 * Resonate-and-fire neurons, RF.
 *
 * @module
 */

import { RESONATOR_NEURON } from "../../kernels/leaky/resonators/resonators.ts";
import { steppedText } from "../../kernels/shared/stepped.ts";
import { isPositive } from "../network/float_range.ts";
import type { NeuronDescription } from "./describe_neuron.ts";
import { leakOf, parameter } from "./firing.ts";
import type { NeuronKind } from "./neuron_kind.ts";

/** Parameters of a resonate-and-fire neuron. */
export interface ResonatorParameters {
  /** Threshold. @default 1 */
  readonly threshold?: number;
  /** Period of the oscillation in bins, at least 4. @default 8 */
  readonly period?: number;
  /**
   * Time constant of the decay of the oscillation in bins; lava-dl's `decay` is
   * 1/tau.
   *
   * @default 20
   */
  readonly tau?: number;
  /**
   * Spike condition: once per period where the phase is 0, or, as in
   * Izhikevich's model, where the imaginary part reaches the threshold.
   *
   * @default "phase"
   */
  readonly fires?: "phase" | "imaginary";
  /** Width of the surrogate, in units of half the threshold. @default 1 */
  readonly tauGrad?: number;
  /** Height of the surrogate, in units of 10. @default 1 */
  readonly scaleGrad?: number;
}

/** Parameters of resonate-and-fire kinds, by their names in resonance.wgsl. */
export const RESONANCE = {
  theta: parameter(1, true),
  cosDecay: parameter(0),
  sinDecay: parameter(0),
  byPhase: parameter(1),
  width: parameter(0.5, true),
  height: parameter(10, true),
};

/** Resonate-and-fire neurons; {@linkcode resonator} describes one. */
export const RESONATOR: NeuronKind = {
  name: "resonate-and-fire",
  parameters: RESONANCE,
  constants: ({ theta: _, ...constants }) => constants,
  stepped: steppedText(RESONATOR_NEURON, { recalls: true }),
};

/**
 * Describes a resonate-and-fire neuron: a damped oscillation z = (1 − 1/tau) ·
 * exp(2πi / period) · z + drive. It fires where the real part is at least the
 * threshold and the imaginary part becomes nonnegative. If it fires by the
 * imaginary part, a spike sets z to just below i · threshold.
 *
 * No gradient flows through a reset. Drives are real.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns The description of the neuron, for a network or a layer; its network
 * is computed layer by layer.
 * @throws {RangeError} If a time constant is less than one bin, the period less
 * than four, or another number not positive.
 * @throws {TypeError} If the spike condition is unknown.
 *
 * @example
 * ```ts
 * import { resonator } from "./resonator.ts";
 * const { cosDecay, sinDecay } = resonator({ period: 4, tau: 2 });
 * if (Math.hypot(Number(cosDecay), Number(sinDecay)) !== 0.5) throw new Error();
 * ```
 *
 * Source: Izhikevich, Resonate-and-fire neurons, Neural Networks 14, 2001, and
 * lava-dl's RF and RF-Iz, here in floating point instead of fixed point.
 */
export function resonator(
  parameters: ResonatorParameters = {},
): NeuronDescription & Readonly<Record<string, unknown>> {
  return { kind: RESONATOR, ...describeResonance(parameters) };
}

/**
 * Checks the oscillation and the spike condition of a neuron.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns A value for each of {@linkcode RESONANCE}.
 * @throws {RangeError} If a time constant is less than one bin, the period less
 * than four, or another number not positive.
 * @throws {TypeError} If the spike condition is unknown.
 */
export function describeResonance(parameters: ResonatorParameters) {
  const { period = 8, tau = 20 } = parameters;
  if (!(period >= 4 && period < Infinity)) {
    throw new RangeError(
      `Cannot build a neuron with period ${period}: it is not finite, or less ` +
        "than four bins",
    );
  }
  const kept = 1 - leakOf("tau", tau);
  const angle = 2 * Math.PI / period;
  return {
    ...describeResonatorSpikes(parameters),
    cosDecay: kept * Math.cos(angle),
    sinDecay: kept * Math.sin(angle),
  };
}

/**
 * Checks the spike condition and the surrogate of a neuron that oscillates.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns Values for {@linkcode RESONANCE}, without those of the oscillation.
 * @throws {RangeError} If width or height of the surrogate is not positive.
 * @throws {TypeError} If the spike condition is unknown.
 */
export function describeResonatorSpikes(
  parameters: Omit<ResonatorParameters, "period" | "tau">,
) {
  const { threshold = 1, fires = "phase" } = parameters;
  const { tauGrad = 1, scaleGrad = 1 } = parameters;
  for (const [name, value] of Object.entries({ tauGrad, scaleGrad })) {
    if (isPositive(value)) continue;
    throw new RangeError(
      `Cannot build a neuron with ${name} ${value}: it is not positive`,
    );
  }
  if (fires !== "phase" && fires !== "imaginary") {
    throw new TypeError(
      `Cannot build a neuron that fires by "${fires}": expected phase, ` +
        "imaginary",
    );
  }
  return {
    theta: threshold,
    byPhase: Number(fires === "phase"),
    width: tauGrad * threshold / 2,
    height: 10 * scaleGrad,
  };
}
