/**
 * A kind of neuron: its parameters, and the WGSL that integrates it.
 *
 * @module
 */

import type { KernelText } from "../../kernels/shared/neurons.ts";

/** A parameter of a neuron. */
export interface NeuronParameter {
  /** Its value where nothing else is given. */
  readonly default: number;
  /** Whether it must be greater than 0. */
  readonly positive: boolean;
}

/** Values of a neuron's parameters, by name. */
export interface NeuronParameters {
  /** The potential from which on the neuron fires. */
  readonly theta: number;
  /** The others. */
  readonly [name: string]: number;
}

/** How time is divided. */
export interface SampleTime {
  /** Time step in ms. */
  readonly Ts: number;
  /** Length of a sample in ms. */
  readonly tSample: number;
}

/**
 * A kind of neuron, as plain data.
 *
 * Its text is compiled before the kernels that integrate neurons. A neuron that
 * is stepped bin by bin is made by `steppedNeuron()`; the spike response model
 * has texts of its own.
 *
 * @example
 * ```ts
 * import type { NeuronKind } from "./neuron_kind.ts";
 * import { SRM_ALPHA } from "./srm_alpha.ts";
 * // SLAYER's neuron, which responds faster unless it is told otherwise.
 * const fast: NeuronKind = {
 *   ...SRM_ALPHA,
 *   name: "fast",
 *   parameters: {
 *     ...SRM_ALPHA.parameters,
 *     tauSr: { default: 2, positive: true },
 *   },
 * };
 * if (fast.parameters.tauRef.default !== 10) throw new Error("expected 10");
 * ```
 */
export interface NeuronKind {
  /** Its name, for errors. */
  readonly name: string;
  /** Its parameters, among them the threshold. */
  readonly parameters:
    & { readonly theta: NeuronParameter }
    & Readonly<Record<string, NeuronParameter>>;
  /**
   * Computes the constants of its text.
   *
   * @param parameters A value for each parameter.
   * @param time Time step and length of a sample.
   * @returns A value for each constant by name; besides, `gain`, by which a
   * drive, weight times height of a spike, is multiplied, and `K` if the neuron
   * is to be given each drive again K bins later.
   */
  constants(
    parameters: NeuronParameters,
    time: SampleTime,
  ): Readonly<Record<string, number>>;
  /** From a drive to spikes, see neurons.wgsl. */
  readonly forward: KernelText;
  /** Back again, see neuron_adjoint.wgsl. */
  readonly adjoint: KernelText;
  /** Multiply-adds of a bin, for the profile. @default not counted */
  readonly multiplyAdds?: {
    readonly forward: number;
    readonly adjoint: number;
  };
}

/** A kind of neuron with its parameters. */
export interface Neuron {
  /** The kind. */
  readonly kind: NeuronKind;
  /** A value for each of its parameters. */
  readonly parameters: NeuronParameters;
}
