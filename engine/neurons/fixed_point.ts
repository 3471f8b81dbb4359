/**
 * Neurons in the fixed-point arithmetic of the Loihi 2 processor.
 *
 * @module
 */

import {
  FIXED_ALIF_NEURON,
  FIXED_CUBA_NEURON,
  SURROGATES,
} from "../../kernels/leaky/leaky_neurons.ts";
import {
  FIXED_ADAPTIVE_RESONATOR_NEURON,
  FIXED_RESONATOR_NEURON,
} from "../../kernels/leaky/resonators/resonators.ts";
import { steppedText } from "../../kernels/shared/stepped.ts";
import type { NeuronDescription } from "./describe_neuron.ts";
import { describeFiring, type FiringParameters, parameter } from "./firing.ts";
import type { NeuronKind } from "./neuron_kind.ts";
import {
  describeResonatorSpikes,
  RESONANCE,
  type ResonatorParameters,
} from "./resonator.ts";
import { steppedNeuron } from "./stepped_neuron.ts";

/** Parameters of fixed-point CUBA, by their names on the processor. */
export interface FixedCubaParameters
  extends Pick<FiringParameters, "surrogate" | "steepness"> {
  /** Threshold, in units of 1/64. @default 80 */
  readonly vThMant?: number;
  /** Fraction of the current that decays per bin, in 1/4096. @default 1024 */
  readonly iDecay?: number;
  /** Fraction of the voltage that decays per bin, in 1/4096. @default 128 */
  readonly vDecay?: number;
}

/** How the threshold of a fixed-point neuron adapts. */
export interface FixedAdaptation {
  /** Rise of the threshold per spike, in units of 1/64. @default 8 */
  readonly vThStep?: number;
  /** Fraction of that rise that decays per bin, in 1/4096. @default 512 */
  readonly thDecay?: number;
  /** Fraction of the refractory response that decays per bin. @default 512 */
  readonly refDecay?: number;
}

/** Parameters of fixed-point ALIF, by their names on the processor. */
export interface FixedAlifParameters
  extends FixedCubaParameters, FixedAdaptation {}

/** Parameters of fixed-point RF, by their names on the processor. */
export interface FixedResonatorParameters
  extends Pick<ResonatorParameters, "fires" | "tauGrad" | "scaleGrad"> {
  /** Threshold, in units of 1/64. @default 80 */
  readonly vThMant?: number;
  /**
   * Sine of the turn per bin times the fraction that is kept, in 1/4096.
   *
   * @default 2751
   */
  readonly sinDecay?: number;
  /**
   * Cosine of the turn per bin times the fraction that is kept, in 1/4096.
   *
   * @default 2751
   */
  readonly cosDecay?: number;
}

/** Parameters of fixed-point ADRF, by their names on the processor. */
export interface FixedAdaptiveResonatorParameters
  extends FixedResonatorParameters, FixedAdaptation {}

/** Smallest, largest and default value of an integer. */
type Range = readonly [least: number, most: number, standard: number];

const CUBA = {
  vThMant: [1, 131071, 80],
  iDecay: [0, 4096, 1024],
  vDecay: [0, 4096, 128],
} satisfies Record<string, Range>;

const ADAPTATION = {
  vThStep: [0, 131071, 8],
  thDecay: [0, 4096, 512],
  refDecay: [0, 4096, 512],
} satisfies Record<string, Range>;

const ALIF = { ...CUBA, ...ADAPTATION };

/** By default, a period of 8 bins and a time constant of 20. */
const RF = {
  vThMant: CUBA.vThMant,
  sinDecay: [1, 4095, 2751],
  cosDecay: [0, 4095, 2751],
} satisfies Record<string, Range>;

const ADRF = { ...RF, ...ADAPTATION };

/** CUBA in fixed-point arithmetic; {@linkcode fixedCuba} describes one. */
export const FIXED_CUBA: NeuronKind = steppedNeuron({
  name: "fixed-point current-based leaky integrate-and-fire",
  parameters: parametersOf(CUBA),
  constants: ({ theta: _, ...constants }) => constants,
  code: FIXED_CUBA_NEURON,
});

/** ALIF in fixed-point arithmetic; {@linkcode fixedAlif} describes one. */
export const FIXED_ALIF: NeuronKind = steppedNeuron({
  name: "fixed-point adaptive leaky integrate-and-fire",
  parameters: parametersOf(ALIF),
  constants: ({ theta: _, ...constants }) => constants,
  code: FIXED_ALIF_NEURON,
});

/** RF in fixed-point arithmetic; {@linkcode fixedResonator} describes one. */
export const FIXED_RESONATOR: NeuronKind = {
  name: "fixed-point resonate-and-fire",
  parameters: RESONANCE,
  constants: ({ theta: _, ...constants }) => constants,
  stepped: steppedText(FIXED_RESONATOR_NEURON, { recalls: true }),
};

/**
 * ADRF in fixed-point arithmetic; {@linkcode fixedAdaptiveResonator} describes
 * one.
 */
export const FIXED_ADAPTIVE_RESONATOR: NeuronKind = {
  name: "fixed-point adaptive resonate-and-fire",
  parameters: { ...RESONANCE, ...declared(ADAPTATION) },
  constants: ({ theta: _, ...constants }) => constants,
  stepped: steppedText(FIXED_ADAPTIVE_RESONATOR_NEURON, { recalls: true }),
};

/**
 * Describes lava-dl's CUBA neuron in its fixed-point arithmetic. Current and
 * voltage are integers in units of 1/4096 of a weight of one, and decay by
 * 12-bit fractions. A neuron fires where its voltage exceeds the threshold, and
 * is reset to 0. Gradients are those of real arithmetic (straight-through).
 *
 * lava-dl's `threshold` is vThMant / 64, its `current_decay` iDecay / 4096 and
 * its `voltage_decay` vDecay / 4096.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns The description of the neuron, for a network or a layer.
 * @throws {RangeError} If a parameter is not an integer of the processor.
 * @throws {TypeError} If the surrogate is unknown.
 *
 * @example
 * ```ts
 * import { fixedCuba } from "./fixed_point.ts";
 * if (fixedCuba({ vThMant: 32 }).theta !== 0.5) throw new Error("expected 1/2");
 * ```
 *
 * Source: lava-dl, SLAYER 2.0; Orchard and others, Efficient neuromorphic signal
 * processing with Loihi 2, SiPS 2021.
 */
export function fixedCuba(
  parameters: FixedCubaParameters = {},
): NeuronDescription & Readonly<Record<string, unknown>> {
  return { kind: FIXED_CUBA, ...describeLeaky(CUBA, parameters) };
}

/**
 * Describes lava-dl's ALIF neuron in its fixed-point arithmetic, see
 * {@linkcode fixedCuba}. It fires where its voltage less the refractory
 * response is at least the threshold. A spike adds twice the threshold to the
 * refractory response, and vThStep to the threshold, and leaves the voltage
 * unchanged. No gradient flows through either.
 *
 * lava-dl's `threshold_step` is vThStep / 64, its `threshold_decay` thDecay /
 * 4096 and its `refractory_decay` refDecay / 4096.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns The description of the neuron, for a network or a layer.
 * @throws {RangeError} If a parameter is not an integer of the processor.
 * @throws {TypeError} If the surrogate is unknown.
 *
 * @example
 * ```ts
 * import { fixedAlif } from "./fixed_point.ts";
 * if (fixedAlif({ vThStep: 4 }).vThStep !== 4) throw new Error("expected 4");
 * ```
 *
 * Source: lava-dl, SLAYER 2.0.
 */
export function fixedAlif(
  parameters: FixedAlifParameters = {},
): NeuronDescription & Readonly<Record<string, unknown>> {
  return { kind: FIXED_ALIF, ...describeLeaky(ALIF, parameters) };
}

/**
 * Describes lava-dl's RF neuron in its fixed-point arithmetic: both parts of z
 * are integers in units of 1/4096 of a weight of one, and each of their
 * products with `cosDecay` and `sinDecay` is rounded toward 0. It fires as
 * {@linkcode resonator} does; if by the imaginary part, as RF-Iz, a spike sets
 * z to 1/4096 below i · threshold. Gradients are those of real arithmetic
 * (straight-through), and computed as if z were not reset. Drives are real.
 *
 * With lava-dl's `period` and `decay`, sinDecay is 4096 · (1 − decay) ·
 * sin(2π / period), rounded, and cosDecay the same with the cosine; its
 * `threshold` is vThMant / 64.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns The description of the neuron, for a network or a layer; its network
 * is computed layer by layer. `sinDecay` and `cosDecay` are fractions there.
 * @throws {RangeError} If a parameter is not an integer of the processor, the
 * oscillation does not decay, or another number is not positive.
 * @throws {TypeError} If the spike condition is unknown.
 *
 * @example
 * ```ts
 * import { fixedResonator } from "./fixed_point.ts";
 * const { sinDecay } = fixedResonator({ sinDecay: 2048, cosDecay: 3000 });
 * if (sinDecay !== 0.5) throw new Error("expected 1/2");
 * ```
 *
 * Source: lava-dl, SLAYER 2.0.
 */
export function fixedResonator(
  parameters: FixedResonatorParameters = {},
): NeuronDescription & Readonly<Record<string, unknown>> {
  return { kind: FIXED_RESONATOR, ...describeResonance(RF, parameters) };
}

/**
 * Describes lava-dl's ADRF neuron in its fixed-point arithmetic, see
 * {@linkcode fixedResonator}; its threshold adapts as that of
 * {@linkcode fixedAlif}. A spike leaves the oscillation unchanged, with either
 * spike condition.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns The description of the neuron, for a network or a layer; its network
 * is computed layer by layer. `sinDecay` and `cosDecay` are fractions there.
 * @throws {RangeError} If a parameter is not an integer of the processor, the
 * oscillation does not decay, or another number is not positive.
 * @throws {TypeError} If the spike condition is unknown.
 *
 * @example
 * ```ts
 * import { fixedAdaptiveResonator } from "./fixed_point.ts";
 * const { vThStep } = fixedAdaptiveResonator({ vThStep: 4 });
 * if (vThStep !== 4) throw new Error("expected 4");
 * ```
 *
 * Source: lava-dl, SLAYER 2.0: ADRF and ADRF-Iz.
 */
export function fixedAdaptiveResonator(
  parameters: FixedAdaptiveResonatorParameters = {},
): NeuronDescription & Readonly<Record<string, unknown>> {
  return {
    kind: FIXED_ADAPTIVE_RESONATOR,
    ...describeResonance(ADRF, parameters),
  };
}

/**
 * Declares the parameters of a leaky kind, with the threshold in units of
 * weights.
 */
function parametersOf(integers: Readonly<Record<string, Range>>) {
  const { vThMant, ...others } = integers;
  return {
    theta: parameter(vThMant[2] / 64, true),
    ...declared(others),
    surrogate: parameter(SURROGATES.indexOf("arctangent")),
    steepness: parameter(2, true),
  };
}

/** Declares integers as parameters of a kind. */
function declared(integers: Readonly<Record<string, Range>>) {
  return Object.fromEntries(
    Object.entries(integers).map(([name, [, , value]]) =>
      [name, parameter(value)] as const
    ),
  );
}

function describeLeaky(
  ranges: typeof CUBA,
  parameters: FixedCubaParameters,
) {
  const { vThMant, ...others } = integersOf(ranges, parameters);
  const { surrogate, steepness } = describeFiring(parameters);
  return { theta: vThMant / 64, ...others, surrogate, steepness };
}

function describeResonance(
  ranges: typeof RF,
  parameters: FixedResonatorParameters,
) {
  const { vThMant, sinDecay, cosDecay, ...others } = integersOf(
    ranges,
    parameters,
  );
  if (!decays({ sinDecay, cosDecay })) {
    throw new RangeError(
      `Cannot build a neuron with sinDecay ${sinDecay} and cosDecay ` +
        `${cosDecay}: its oscillation does not decay, as their squares sum to ` +
        "4096² or more",
    );
  }
  return {
    ...describeResonatorSpikes({ ...parameters, threshold: vThMant / 64 }),
    cosDecay: cosDecay / 4096,
    sinDecay: sinDecay / 4096,
    ...others,
  };
}

/**
 * Tells whether an oscillation decays.
 *
 * @param factor Sine and cosine of its turn per bin times the fraction that is
 * kept, in 1/4096.
 * @returns Whether it does.
 */
export function decays(
  { sinDecay, cosDecay }: Required<
    Pick<FixedResonatorParameters, "sinDecay" | "cosDecay">
  >,
): boolean {
  return sinDecay ** 2 + cosDecay ** 2 < 4096 ** 2;
}

/** Checks integers against their ranges. */
function integersOf<R extends Readonly<Record<string, Range>>>(
  ranges: R,
  parameters: Readonly<Partial<Record<keyof R, number>>>,
): Record<keyof R, number> {
  return Object.fromEntries(
    Object.entries(ranges).map(([name, [least, most, standard]]) => {
      const value = parameters[name] ?? standard;
      if (Number.isInteger(value) && value >= least && value <= most) {
        return [name, value];
      }
      throw new RangeError(
        `Cannot build a neuron with ${name} ${value}: it is not an integer ` +
          `from ${least} to ${most}`,
      );
    }),
  ) as Record<keyof R, number>;
}
