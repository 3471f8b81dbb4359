/**
 * A loss of the output spikes, and its kernels.
 *
 * @module
 */

import type { Launch } from "../device/launch.ts";
import type { Neuron } from "../neurons/neuron_kind.ts";

/** A sample, as a loss sees it. */
export interface LossSample {
  /** Time step in ms. */
  readonly Ts: number;
  /** Length in ms. */
  readonly tSample: number;
  /** Bins. */
  readonly T: number;
  /** Outputs, one a class. */
  readonly O: number;
  /** The neuron of the outputs. */
  readonly neuron: Neuron;
  /** Whether the device computes on the CPU. */
  readonly software: boolean;
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
 * spikes, both [N, O]; and the tables. `ds`
 * and `u` are `error` and `gradient` too, as neuron_adjoint.wgsl names them.
 */
export interface LossKernels {
  /**
   * Arrays that kernels read from storage buffers, by the names of their
   * bindings.
   *
   * @default none
   */
  readonly tables?: Tables;
  /** The same for uniform buffers. @default none */
  readonly uniforms?: Tables;
  /** From spikes to `loss` and `counts`, and whatever `backward` needs. */
  readonly forward: readonly Launch[];
  /** To `gradient`, dL/ds. */
  readonly backward: readonly Launch[];
  /**
   * Whether `forward` also writes `silence` [N, T, 4·⌈O/4⌉], a gradient of the
   * output's spikes that goes through the surrogate at the threshold and reaches
   * the weights of the output layer alone: it wakes outputs whose potentials are
   * so low that the surrogate has vanished.
   *
   * @default false
   */
  readonly wakes?: boolean;
}

/**
 * A loss, as plain data, made by a function of its own.
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
  /** Its name, for errors. */
  readonly name: string;
  /**
   * Divides what it wants into bins.
   *
   * @param sample Time step, bins and outputs.
   * @returns Its kernels.
   * @throws {ShapeError} If what it wants does not fit the sample.
   */
  settle(sample: LossSample): LossKernels;
}
