/**
 * Options and results of the training loop.
 *
 * @module
 */

import type { Division } from "../distributed/shares.ts";
import type { Random } from "../network/random.ts";
import type { PlanOptions } from "../plan/sizes.ts";
import type { StepChanges } from "../plan/steps/step_runner.ts";
import type { Schedule } from "./learning_rate.ts";
import type { PassStatistics, PassSums } from "./pass.ts";
import type { PassFacts, PassObserver } from "./pass_observer.ts";
import type { Samples } from "./samples.ts";

/** The best of the epochs that have ended. */
export interface BestEpoch {
  /** The epoch, counted from 0. */
  readonly epoch: number;
  /** Training accuracy of the epoch. */
  readonly trainAccuracy: number;
  /** Loss on the validation samples or, without these, on the test samples. */
  readonly loss: number;
  /** Accuracy on the same samples as `loss`. */
  readonly accuracy: number;
}

/** Position of training, as plain data, from which it continues bit for bit. */
export interface FitPosition {
  /** The current epoch, counted from 0. */
  readonly epoch: number;
  /** Number of batches of the epoch that were trained on. */
  readonly batches: number;
  /** Sums over the samples of these batches. */
  readonly sums?: PassSums;
  /** The generator's state when the epoch began. */
  readonly random: readonly number[];
  /** The best of the epochs that have ended. */
  readonly best?: BestEpoch;
  /** Lowest loss of any epoch, on the samples that select the best epoch. */
  readonly lowestLoss?: number;
  /** Whether training has ended. */
  readonly trained: boolean;
}

/** Points of training at which its position can be saved. */
export type SavePoint = "step" | "trained" | "tested step" | "epoch";

/** When to save the position of training, and how. */
export interface FitCheckpoints {
  /**
   * Decides at every save point whether to save.
   *
   * @param point The save point: after a training step, between training and
   * test, after a step of a test, or between two epochs.
   * @returns Whether to save; all ranks decide the same.
   */
  due(point: SavePoint): boolean | Promise<boolean>;
  /**
   * Saves a position; training waits for it, so that the network's state is
   * that of the position. An error that it throws ends training.
   *
   * @param position Position of training.
   */
  save(position: FitPosition): Promise<void>;
}

/** Conditions for ending training before the last epoch. */
export interface EarlyStop {
  /** First epoch after which training may end, counted from 0. @default 0 */
  readonly epoch?: number;
  /** Number of epochs without improvement. */
  readonly patience: number;
  /** Training accuracy that must have been reached. @default 0 */
  readonly trainAccuracy?: number;
}

/** Options of training. */
export interface FitOptions {
  /** Number of epochs. */
  readonly epochs: number;
  /** Samples in a batch. */
  readonly batch: number;
  /** Learning rate of the first epoch. */
  readonly lr: number;
  /** The loss of the output spikes. */
  readonly loss: PlanOptions["loss"];
  /** Length of a sample in ms. */
  readonly tSample: number;
  /** Learning rate schedule. @default a constant rate */
  readonly schedule?: Schedule;
  /**
   * Batches over which the gradient is accumulated for one update. @default 1
   */
  readonly accumulate?: number;
  /**
   * Division of batches into parts, and among ranks. With equal parts, any
   * number of ranks gives equal bits. All ranks call `fit()` with equal
   * arguments and the same samples.
   *
   * @default one part
   */
  readonly division?: Division;
  /**
   * Augmentation of training samples in a network that is computed layer by
   * layer, and the seed of its dropout.
   *
   * @default no augmentation, and 0
   */
  readonly changes?: StepChanges;
  /** Samples whose loss selects the best epoch. */
  readonly validation?: Samples;
  /**
   * Samples to test on after each epoch; without validation samples, their
   * accuracy selects the best epoch.
   */
  readonly test?: Samples;
  /** Sample length and loss in validation and test. @default as in training */
  readonly testing?: {
    readonly tSample: number;
    readonly loss: PlanOptions["loss"];
  };
  /**
   * Whether to count the incoming spikes of each layer, by input, in validation
   * and test.
   *
   * @default false
   */
  readonly counts?: boolean;
  /** When to end before the last epoch. @default never */
  readonly stop?: EarlyStop;
  /** Whether training visits the samples in a random order. @default true */
  readonly shuffle?: boolean;
  /** Seed of order, crops and augmentation, or a generator. @default 0 */
  readonly random?: number | Random;
  /** A position to continue from, with the network's state at that position. */
  readonly from?: FitPosition;
  /** When to save positions, and how. */
  readonly checkpoints?: FitCheckpoints;
  /** Called at the start of each pass; returns its observer. */
  readonly observe?: (pass: PassFacts) => PassObserver;
  /**
   * Called once the training steps of an epoch are submitted, while validation
   * and test run; the epoch ends when the returned promise has resolved.
   */
  readonly afterTraining?: (trained: {
    readonly epoch: number;
    readonly lr: number;
    readonly train: Promise<PassStatistics>;
  }) => Promise<void>;
}

/** An epoch that has ended. */
export interface FitEpoch {
  /** The epoch, counted from 0. */
  readonly number: number;
  /** Learning rate of the epoch. */
  readonly lr: number;
  /** Loss, accuracy and firing rates in training. */
  readonly train: PassStatistics;
  /** Loss, accuracy and firing rates on the validation samples, if any. */
  readonly validation?: PassStatistics;
  /** Loss, accuracy and firing rates on the test samples, if any. */
  readonly test?: PassStatistics;
  /** Whether the epoch is better than all before it. */
  readonly best: boolean;
  /** Duration of the epoch in s. */
  readonly seconds: number;
}
