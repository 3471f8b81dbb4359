/**
 * Interface of a kind of neuron: its parameters, and the WGSL that integrates
 * its potential.
 *
 * @module
 */

import type { KernelText } from "../../kernels/shared/neurons.ts";
import type { SteppedText } from "../../kernels/shared/stepped.ts";
import type { WeightLayout } from "../network/weights.ts";

/** A parameter of a neuron. */
export interface NeuronParameter {
  /** Default value of the parameter. */
  readonly default: number;
  /** Whether the value must be greater than 0. */
  readonly positive: boolean;
}

/** Values of a neuron's parameters, by name. */
export interface NeuronParameters {
  /** Threshold: the neuron fires where its potential is at least this. */
  readonly theta: number;
  /** The other parameters of the kind. */
  readonly [name: string]: number;
}

/** Time step and length of a sample. */
export interface SampleTime {
  /** Time step in ms. */
  readonly Ts: number;
  /** Length of a sample in ms. */
  readonly tSample: number;
}

/**
 * Kind of neuron, as plain data.
 *
 * Kernels that integrate neurons are compiled with the kind's WGSL in front of
 * theirs. `steppedNeuron()` creates a stepped kind from WGSL for one bin; the
 * spike response model has WGSL of its own.
 *
 * @example
 * ```ts
 * import type { NeuronKind } from "./neuron_kind.ts";
 * import { SRM_ALPHA } from "./srm_alpha.ts";
 * // SLAYER's neuron with a faster default response.
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
  /** Name of the kind, for error messages. */
  readonly name: string;
  /** Parameters of the kind, among them the threshold. */
  readonly parameters:
    & { readonly theta: NeuronParameter }
    & Readonly<Record<string, NeuronParameter>>;
  /**
   * Computes the constants of the kind's WGSL.
   *
   * @param parameters A value for each parameter.
   * @param time Time step and length of a sample.
   * @returns A value for each constant by name. In addition, `gain`, the factor
   * of the drive (weight times height of a spike), `K` if the neuron reads each
   * drive a second time K bins later, and `reach` if its adjoint reads
   * gradients of potentials up to `reach` bins later.
   */
  constants(
    parameters: NeuronParameters,
    time: SampleTime,
  ): Readonly<Record<string, number>>;
  /**
   * WGSL from drives to spikes, see neurons.wgsl. Networks with neurons that
   * lack it are computed layer by layer.
   */
  readonly forward?: KernelText;
  /** WGSL of the adjoint, see neuron_adjoint.wgsl; present if `forward` is. */
  readonly adjoint?: KernelText;
  /**
   * Whether `forward` defines `stepBin`, so that streams can carry the neuron's
   * state, see neuron_stream.wgsl.
   *
   * @default false
   */
  readonly streams?: boolean;
  /**
   * WGSL of a stepped neuron alone, for networks that are computed layer by
   * layer.
   */
  readonly stepped?: SteppedText;
  /**
   * Describes the messages of neurons that send changes of their activation,
   * see delta.wgsl.
   *
   * @param parameters A value for each parameter.
   * @returns Value of a message of one, and the largest message in a bin.
   * @default none: neurons spike
   */
  readonly graded?: (parameters: NeuronParameters) => {
    readonly step: number;
    readonly most: number;
  };
  /**
   * Computes the share of a current that is kept per bin, of neurons whose drive
   * is a current that a layer's normalisation or bias acts on, see sigma.wgsl.
   *
   * @param parameters A value for each parameter.
   * @returns The share.
   * @default none: normalisation and bias act on drives
   */
  readonly currentKept?: (parameters: NeuronParameters) => number;
  /**
   * Initial values of the one to four parameters that each layer of such neurons
   * learns in addition to its weights, as `conv1.neuron.w`.
   *
   * @param parameters A value for each parameter.
   * @returns The values.
   */
  readonly learned?: (parameters: NeuronParameters) => readonly number[];
  /**
   * Computes the response ε to a spike (PSP kernel), with which losses filter
   * the spikes of such outputs.
   *
   * @param parameters A value for each parameter.
   * @param time Time step and length of a sample.
   * @returns ε[k] at k·Ts after the spike, 1 at its peak.
   */
  readonly response?: (
    parameters: NeuronParameters,
    time: SampleTime,
  ) => Float64Array;
  /**
   * Describes the responses that each layer of such neurons learns in addition
   * to its weights, as `conv1.response`. The kind's WGSL is then given
   * responses in place of drives.
   *
   * @param parameters A value for each parameter.
   * @param Ts Time step in ms.
   * @returns Number of tables of taps, taps of each, and how to draw initial
   * taps.
   */
  readonly taps?: (parameters: NeuronParameters, Ts: number) => {
    readonly filters: number;
    readonly K: number;
    readonly first: WeightLayout["first"];
  };
  /**
   * Computes the fixed weight of pools of such neurons.
   *
   * @param parameters A value for each parameter.
   * @returns The weight.
   * @default 1.1·theta
   */
  readonly poolWeight?: (parameters: NeuronParameters) => number;
  /**
   * Step that weights of layers of such neurons are rounded to.
   *
   * @default not rounded
   */
  readonly weightStep?: number;
  /**
   * Returns the loop iterations of an invocation of the adjoint, in addition to
   * those over bins.
   *
   * @param T Bins in a sample.
   * @param constants Values of the constants of the kind's WGSL.
   * @returns The number of iterations.
   * @default none
   */
  readonly adjointLoops?: (
    T: number,
    constants: Readonly<Record<string, number>>,
  ) => number;
  /** Multiply-adds of a neuron per bin, for profiles. @default not counted */
  readonly multiplyAdds?: {
    readonly forward: number;
    readonly adjoint: number;
  };
}

/** A kind of neuron for networks that are computed as a whole, as in SLAYER. */
export interface SlayerNeuronKind extends NeuronKind {
  /** WGSL from drives to spikes, see neurons.wgsl. */
  readonly forward: KernelText;
  /** WGSL of the adjoint, see neuron_adjoint.wgsl. */
  readonly adjoint: KernelText;
}

/** A kind of neuron with its parameters. */
export interface Neuron {
  /** The kind. */
  readonly kind: NeuronKind;
  /** A value for each parameter of the kind. */
  readonly parameters: NeuronParameters;
}
