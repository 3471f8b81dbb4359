/**
 * Interface of plans in use, whether a network is computed as a whole or layer
 * by layer.
 *
 * @module
 */

import type { Dispatch } from "../../device/compiler.ts";
import type { Augmentation } from "../../network/augmentation.ts";
import type { EventBatch } from "../../network/event_batch.ts";
import type { StepRecord } from "./step_results.ts";

/** Random changes in training steps. */
export interface StepChanges {
  /** Augmentation of the samples. @default none */
  readonly augmentation?: Augmentation;
  /** Seed of augmentation and dropout. @default 0 */
  readonly seed?: number;
}

/** How the events of a sample must be binned. */
export interface EventBinning {
  /** Bins of a sample that events are counted in. */
  readonly bins: number;
  /**
   * Length of such a bin in ms; absent where each sample's own duration is
   * divided into the bins.
   */
  readonly Ts?: number;
}

/** Spike count of each neuron since the counts were cleared. */
export interface NeuronActivity {
  /** Sets all counts to 0. */
  clear(): void;
  /** Reads the counts, layer by layer. */
  read(): Promise<Uint32Array[]>;
}

/** A training step whose dispatches can be recorded one by one. */
export interface TimedStep {
  /** The dispatches on the step's first micro-batch, in order. */
  readonly dispatches: readonly Dispatch[];
  /** Samples of that micro-batch. */
  readonly samples: number;
  /** Incoming spikes of each layer; events, for the first one. */
  readonly incoming: readonly number[];
  /** Uploads the samples; returns an encoder for the dispatches. */
  begin(): Promise<GPUCommandEncoder>;
  /** Discards the record of the step, which was submitted. */
  end(): Promise<void>;
}

/** A plan in use. Its owner destroys it, or declares it with `using`. */
export interface StepRunner extends Disposable {
  /** Bins of a sample. */
  readonly bins: number;
  /** Most samples that go through a layer at once. */
  readonly microBatch: number;
  /** How events of samples must be binned. */
  readonly eventBinning: EventBinning;
  /**
   * Finds the samples of a batch whose events a step reads: of several ranks
   * each computes its own share.
   *
   * @param N Samples of the batch.
   * @param use Training or evaluation step.
   * @returns The samples.
   */
  reads(
    N: number,
    use: "training" | "evaluation",
  ): { readonly first: number; readonly end: number };
  /** Spike count of each neuron. */
  readonly activity: NeuronActivity;
  /**
   * Number of bins in which each input of a layer spiked in evaluations, where
   * it is counted.
   */
  readonly incoming: NeuronActivity;
  /** Total time spent submitting steps and waiting, in ms. */
  readonly waited: number;
  /** Runs the network forward and records loss and predictions. */
  evaluate(batch: EventBatch): Promise<void>;
  /** Runs the network forward and backward and updates its weights. */
  train(batch: EventBatch, lr: number): Promise<void>;
  /** Runs the network forward and backward and accumulates the gradient. */
  accumulate(batch: EventBatch): Promise<void>;
  /** Updates the weights by the accumulated gradient, if there is one. */
  update(lr: number): void;
  /** Returns the records that have arrived. */
  take(): StepRecord[];
  /** Waits for all steps submitted before the call. */
  drain(): Promise<StepRecord[]>;
  /**
   * Prepares to time the kernels of a training step.
   *
   * @internal
   */
  timed(batch: EventBatch): Promise<TimedStep>;
  /** Frees the plan's buffers. */
  destroy(): void;
}
