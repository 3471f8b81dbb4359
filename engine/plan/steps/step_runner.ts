/**
 * What runs the steps of a network, whichever way they are computed.
 *
 * @module
 */

import type { Dispatch } from "../../device/compiler.ts";
import type { Augmentation } from "../../network/augmentation.ts";
import type { EventBatch } from "../../network/event_batch.ts";
import type { StepRecord } from "./step_results.ts";

/** What a training step draws at random. */
export interface StepChanges {
  /** Changes of the samples. @default none */
  readonly augmentation?: Augmentation;
  /** Seed of these changes and of dropout. @default 0 */
  readonly seed?: number;
}

/** How the events of a sample are to be binned. */
export interface EventBinning {
  /** Bins of a sample that events are counted in. */
  readonly bins: number;
  /**
   * Length of such a bin in ms; absent where a sample's own duration is cut
   * into the bins.
   */
  readonly Ts?: number;
}

/** Spikes of each neuron since the counts were cleared. */
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
  /** Spikes that each layer reads; events, for the first one. */
  readonly incoming: readonly number[];
  /** Uploads the samples; returns an encoder for the dispatches. */
  begin(): Promise<GPUCommandEncoder>;
  /** Drops the record of the step, which was submitted. */
  end(): Promise<void>;
}

/** A plan in use. Its owner destroys it, or holds it with `using`. */
export interface StepRunner extends Disposable {
  /** Bins of a sample in the network. */
  readonly bins: number;
  /** Most samples that go through a layer at once. */
  readonly microBatch: number;
  /** How the events of samples are to be binned. */
  readonly eventBinning: EventBinning;
  /** Spikes of each neuron. */
  readonly activity: NeuronActivity;
  /**
   * Bins in which each input of a layer spiked in evaluations, where they are
   * counted.
   */
  readonly incoming: NeuronActivity;
  /** Total time spent on submitting steps and on waiting, in ms. */
  readonly waited: number;
  /** Runs the network forward and records loss and predictions. */
  evaluate(batch: EventBatch): Promise<void>;
  /** Runs it forward and backward and updates its weights. */
  train(batch: EventBatch, lr: number): Promise<void>;
  /** Runs it forward and backward and keeps the gradient. */
  accumulate(batch: EventBatch): Promise<void>;
  /** Updates the weights by the gradient that was kept, if there is one. */
  update(lr: number): void;
  /** Hands over the records that have arrived. */
  take(): StepRecord[];
  /** Waits for every step submitted before. */
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
