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
import type { NeuronDescription } from "./describe_neuron.ts";
import { describeFiring, type FiringParameters, parameter } from "./firing.ts";
import type { NeuronKind } from "./neuron_kind.ts";
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

/** Parameters of fixed-point ALIF, by their names on the processor. */
export interface FixedAlifParameters extends FixedCubaParameters {
  /** Rise of the threshold per spike, in units of 1/64. @default 8 */
  readonly vThStep?: number;
  /** Fraction of that rise that decays per bin, in 1/4096. @default 512 */
  readonly thDecay?: number;
  /** Fraction of the refractory response that decays per bin. @default 512 */
  readonly refDecay?: number;
}

/** Smallest, largest and default value of an integer. */
type Range = readonly [least: number, most: number, standard: number];

const CUBA = {
  vThMant: [1, 131071, 80],
  iDecay: [0, 4096, 1024],
  vDecay: [0, 4096, 128],
} satisfies Record<string, Range>;

const ALIF = {
  ...CUBA,
  vThStep: [0, 131071, 8],
  thDecay: [0, 4096, 512],
  refDecay: [0, 4096, 512],
} satisfies Record<string, Range>;

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
  return { kind: FIXED_CUBA, ...describeIntegers(CUBA, parameters) };
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
  return { kind: FIXED_ALIF, ...describeIntegers(ALIF, parameters) };
}

/**
 * Declares the parameters of a kind, with the threshold in units of weights.
 */
function parametersOf(integers: Readonly<Record<string, Range>>) {
  const { vThMant, ...others } = integers;
  return {
    theta: parameter(vThMant[2] / 64, true),
    ...Object.fromEntries(
      Object.entries(others).map(([name, [, , value]]) =>
        [name, parameter(value)] as const
      ),
    ),
    surrogate: parameter(SURROGATES.indexOf("arctangent")),
    steepness: parameter(2, true),
  };
}

function describeIntegers(
  integers: Readonly<Record<string, Range>>,
  parameters: FixedAlifParameters,
) {
  const { vThMant, ...others } = Object.fromEntries(
    Object.entries(integers).map(([name, [least, most, standard]]) => {
      const value = parameters[name as keyof typeof ALIF] ?? standard;
      if (Number.isInteger(value) && value >= least && value <= most) {
        return [name, value];
      }
      throw new RangeError(
        `Cannot build a neuron with ${name} ${value}: it is not an integer ` +
          `from ${least} to ${most}`,
      );
    }),
  );
  const { surrogate, steepness } = describeFiring(parameters);
  return { theta: vThMant / 64, ...others, surrogate, steepness };
}
