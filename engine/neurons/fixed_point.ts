/**
 * Neurons in the fixed-point numbers of the Loihi 2 processor.
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

/** Parameters of CUBA in integers, by their names on the processor. */
export interface FixedCubaParameters
  extends Pick<FiringParameters, "surrogate" | "steepness"> {
  /** Threshold, in units of 1/64. @default 80 */
  readonly vThMant?: number;
  /** Share of the current that decays in a bin, of 4096. @default 1024 */
  readonly iDecay?: number;
  /** Share of the voltage that decays in a bin, of 4096. @default 128 */
  readonly vDecay?: number;
}

/** Parameters of ALIF in integers, by their names on the processor. */
export interface FixedAlifParameters extends FixedCubaParameters {
  /** How far a spike raises the threshold, in units of 1/64. @default 8 */
  readonly vThStep?: number;
  /** Share of that rise that decays in a bin, of 4096. @default 512 */
  readonly thDecay?: number;
  /** The same of the refractory response. @default 512 */
  readonly refDecay?: number;
}

/** Least, largest and default value of an integer. */
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

/** CUBA in fixed-point numbers; {@linkcode fixedCuba} describes one. */
export const FIXED_CUBA: NeuronKind = steppedNeuron({
  name: "fixed-point current-based leaky integrate-and-fire",
  parameters: parametersOf(CUBA),
  constants: ({ theta: _, ...constants }) => constants,
  code: FIXED_CUBA_NEURON,
});

/** ALIF in fixed-point numbers; {@linkcode fixedAlif} describes one. */
export const FIXED_ALIF: NeuronKind = steppedNeuron({
  name: "fixed-point adaptive leaky integrate-and-fire",
  parameters: parametersOf(ALIF),
  constants: ({ theta: _, ...constants }) => constants,
  code: FIXED_ALIF_NEURON,
});

/**
 * Describes the neuron CUBA of lava-dl as it computes: current and voltage are
 * integers, of which 4096 are a weight of one, and decay by shares of 12 bits.
 * A neuron fires where its voltage is more than the threshold, and is reset to
 * 0. Gradients are those of the neuron with real numbers, straight-through.
 *
 * lava-dl's `threshold` is vThMant / 64, its `current_decay` iDecay / 4096 and
 * its `voltage_decay` vDecay / 4096.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns The description of the neuron, for a network or a layer.
 * @throws {RangeError} If a parameter is none of the processor's integers.
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
 * Describes the neuron ALIF of lava-dl as it computes, in integers as
 * {@linkcode fixedCuba}. It fires where its voltage less the refractory
 * response is at least the threshold; a spike adds twice the threshold to the
 * refractory response, and vThStep to the threshold, and leaves the voltage as
 * it is. No gradient passes either.
 *
 * lava-dl's `threshold_step` is vThStep / 64, its `threshold_decay` thDecay /
 * 4096 and its `refractory_decay` refDecay / 4096.
 *
 * @param parameters The parameters that differ from their defaults.
 * @returns The description of the neuron, for a network or a layer.
 * @throws {RangeError} If a parameter is none of the processor's integers.
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

/** Declares the parameters of a kind; the threshold in weights. */
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
