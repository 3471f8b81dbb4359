/**
 * A loss of the output spikes, and its kernels.
 *
 * @module
 */

import type { Launch } from "../device/launch.ts";
import type { Neuron } from "../neurons/neuron_kind.ts";

/** Bins, outputs and neuron that a loss is compiled for. */
export interface LossSample {
  /** Time step in ms. */
  readonly Ts: number;
  /** Length in ms. */
  readonly tSample: number;
  /** Bins. */
  readonly T: number;
  /** Outputs, one a class. */
  readonly O: number;
  /** The neuron of the output layer. */
  readonly neuron: Neuron;
  /** Whether the device computes on the CPU. */
  readonly software: boolean;
}

/** A bound of firing rates. */
export interface Sparsity {
  /** Spikes per neuron and bin up to which a layer costs nothing. */
  readonly maxRate: number;
  /** Factor of the squared excess of each layer. */
  readonly lam: number;
}

/** Losses of a readout, by their numbers in readout_loss.wgsl. */
export const READOUT_KINDS = [
  "cross-entropy",
  "squared error",
  "rate error",
  "sigmoids",
  "shares",
] as const satisfies readonly ReadoutLoss["kind"][];

/** A loss of outputs' mean drives or firing rates, as plain data. */
export interface ReadoutLoss {
  /** How outputs are compared to the classes. */
  readonly kind:
    | "cross-entropy"
    | "squared error"
    | "rate error"
    | "sigmoids"
    | "shares";
  /** Share of the target that all classes have. */
  readonly smoothing: number;
  /** Constants of the kind, by their names in readout_loss.wgsl. */
  readonly constants?: Readonly<
    Partial<Record<"trueRate" | "falseRate" | "center" | "width", number>>
  >;
  /** Bounds the firing rates of all layers but the last. @default does not */
  readonly sparsity?: Sparsity;
  /** Factor of firing rates. */
  readonly rateScale: number;
  /** Factor of the samples of each class. @default 1 for all */
  readonly classWeights?: readonly number[];
}

/** Arrays by name. */
export type Tables = Readonly<
  Record<string, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>
>;

/**
 * The kernels of a loss for samples of one length.
 *
 * Buffers are bound by their names: `batch`, whose first word is the first
 * sample of the micro-batch; `labels` [N], of the whole batch; the output's
 * `spikes` [N, B, O], time-packed; its error `error` and the gradient of its
 * spikes `gradient`, both [N, T, 4·⌈O/4⌉]; `loss` and `counts`, the number of
 * spikes, both [N, O]; and the tables. `error`
 * and `gradient` are also bound as `ds` and `u`, their names in
 * neuron_adjoint.wgsl.
 */
export interface LossKernels {
  /**
   * Arrays that kernels read from storage buffers, by the names of their
   * bindings.
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
   * Whether `forward` also writes `silence` [N, T, 4·⌈O/4⌉], a gradient of the
   * output's spikes that is multiplied by the surrogate's value at threshold and
   * reaches the output layer's weights alone. It wakes outputs whose potentials
   * are so low that the surrogate has vanished.
   *
   * @default false
   */
  readonly wakes?: boolean;
}

/**
 * A loss, as plain data; each loss has a function that makes it.
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
   * Divides the target into bins and prepares the kernels.
   *
   * @param sample Time step, bins and outputs.
   * @returns The kernels.
   * @throws {ShapeError} If the target does not fit the sample.
   */
  settle(sample: LossSample): LossKernels;
}
