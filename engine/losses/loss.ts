/**
 * Loss functions of the output spikes, and their kernels.
 *
 * @module
 */

import type { Launch } from "../device/launch.ts";
import type { Neuron } from "../neurons/neuron_kind.ts";

/** Bins, outputs and neuron for which a loss is compiled. */
export interface LossSample {
  /** Time step in ms. */
  readonly Ts: number;
  /** Length of a sample in ms. */
  readonly tSample: number;
  /** Bins of a sample. */
  readonly T: number;
  /** Number of outputs, one per class. */
  readonly O: number;
  /**
   * Neurons of the last layer that vote for each output, by the mean of their
   * spikes; 1 unless the network ends with `average`.
   */
  readonly voters: number;
  /** The neuron of the output layer. */
  readonly neuron: Neuron;
  /** Whether the device computes on the CPU. */
  readonly software: boolean;
}

/** Upper bound of firing rates. */
export interface Sparsity {
  /**
   * Firing rate up to which a layer costs nothing, in spikes per neuron and
   * bin.
   */
  readonly maxRate: number;
  /** Factor of the squared excess rate of each layer. */
  readonly lam: number;
}

/** Losses of a readout; the index is their number in readout_loss.wgsl. */
export const READOUT_KINDS = [
  "cross-entropy",
  "squared error",
  "rate error",
  "sigmoids",
  "shares",
] as const satisfies readonly ReadoutLoss["kind"][];

/** A loss of the mean drives or firing rates of the outputs, as plain data. */
export interface ReadoutLoss {
  /** How outputs are compared with the classes. */
  readonly kind:
    | "cross-entropy"
    | "squared error"
    | "rate error"
    | "sigmoids"
    | "shares";
  /**
   * Label smoothing: the share of the target that is spread evenly over all
   * classes.
   */
  readonly smoothing: number;
  /** Constants of the loss, by their names in readout_loss.wgsl. */
  readonly constants?: Readonly<
    Partial<Record<"trueRate" | "falseRate" | "center" | "width", number>>
  >;
  /** Bound of the firing rates of all layers but the last. @default none */
  readonly sparsity?: Sparsity;
  /** Factor by which firing rates are multiplied. */
  readonly rateScale: number;
  /** Weight of the samples of each class. @default 1 for all */
  readonly classWeights?: readonly number[];
}

/** Arrays by name. */
export type Tables = Readonly<
  Record<string, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>
>;

/**
 * The kernels of a loss for samples of one length.
 *
 * Buffers are bound by name: `batch`, whose first word is the first sample of
 * the micro-batch; `labels` [N], of the whole batch; the last layer's `spikes`
 * [N, B, F], time-packed, F = O · voters; its error `error` and the gradient of
 * its spikes `gradient`, both [N, T, 4·⌈F/4⌉]; `loss` and the spike counts
 * `counts`, both [N, O]; and the tables. `error` and `gradient` are also bound
 * as `ds` and `u`, their names in neuron_adjoint.wgsl.
 */
export interface LossKernels {
  /**
   * Arrays that kernels read from storage buffers, by binding name.
   *
   * @default none
   */
  readonly tables?: Tables;
  /** Arrays that kernels read from uniform buffers. @default none */
  readonly uniforms?: Tables;
  /** From spikes to `loss`, `counts` and the arrays that `backward` reads. */
  readonly forward: readonly Launch[];
  /** From the error to `gradient`, dL/ds. */
  readonly backward: readonly Launch[];
  /**
   * Whether `forward` also writes `silence` [N, T, 4·⌈F/4⌉], a gradient of the
   * output's spikes that is multiplied by the surrogate's value at threshold
   * and reaches only the weights of the output layer. It reactivates outputs
   * whose potentials are so low that the surrogate gradient has vanished.
   *
   * @default false
   */
  readonly wakes?: boolean;
}

/**
 * A loss, as plain data; each loss has a function that creates it.
 *
 * @example
 * ```ts
 * import type { Loss } from "./loss.ts";
 * import { numSpikes } from "./num_spikes.ts";
 * // Counts spikes in the second half of a sample, however long that is.
 * const secondHalf: Loss = {
 *   name: "second half",
 *   settle(sample) {
 *     const region = { start: sample.tSample / 2, stop: sample.tSample };
 *     return numSpikes({ region, true: 30, false: 5 }).settle(sample);
 *   },
 * };
 * if (secondHalf.name !== "second half") throw new Error("another name");
 * ```
 */
export interface Loss {
  /** Name of the loss, for error messages. */
  readonly name: string;
  /** The loss of networks that are computed layer by layer. */
  readonly readout?: ReadoutLoss;
  /**
   * Whether the kernels average neurons that vote for an output, so that the
   * loss can train networks that end with `average`.
   *
   * @default false
   */
  readonly countsVotes?: boolean;
  /**
   * Divides the target into bins and prepares the kernels.
   *
   * @param sample Time step, bins and outputs.
   * @returns The kernels.
   * @throws {ShapeError} If the target does not fit the sample.
   */
  settle(sample: LossSample): LossKernels;
}
