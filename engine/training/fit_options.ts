/**
 * Options and results of the training loop.
 *
 * @module
 */

import type { Random } from "../network/random.ts";
import type { PlanOptions } from "../plan/sizes.ts";
import type { Schedule } from "./learning_rate.ts";
import type { PassStatistics, PassSums } from "./pass.ts";
import type { PassFacts, PassObserver } from "./pass_observer.ts";
import type { Samples } from "./samples.ts";

/** The best epoch so far. */
export interface BestEpoch {
  /** The epoch, counted from 0. */
  readonly epoch: number;
  /** Accuracy of its training. */
  readonly trainAccuracy: number;
  /** Loss of the set that it was chosen by. */
  readonly loss: number;
  /** Accuracy of that set. */
  readonly accuracy: number;
}

/** Where training stands; plain data, from which it continues bit for bit. */
export interface FitPosition {
  /** The epoch under way, counted from 0; all before it are done. */
  readonly epoch: number;
  /** Its batches that were trained on. */
  readonly batches: number;
  /** Sums over the samples of these. */
  readonly sums?: PassSums;
  /** The generator's state when the epoch began. */
  readonly random: readonly number[];
  /** The best epoch so far. */
  readonly best?: BestEpoch;
  /** Lowest loss so far of the set that weights are chosen by. */
  readonly lowestLoss?: number;
  /** Whether training has ended. */
  readonly trained: boolean;
}

/** Where a position can be saved: after a step, between passes, in a test. */
export type SavePoint = "step" | "trained" | "tested step" | "epoch";

/** When to save the position of training, and how. */
export interface FitCheckpoints {
  /**
   * Is asked at every save point whether to save now.
   *
   * @param point Where training is; after a step of training, between training
   * and test, after a step of a test, or between two epochs.
   * @returns Whether to save.
   */
  due(point: SavePoint): boolean;
  /**
   * Saves a position; training waits for it. The network's state is that of the
   * position meanwhile. What it throws ends training.
   *
   * @param position Where training stands.
   */
  save(position: FitPosition): Promise<void>;
}

/** When training ends although epochs are left. */
export interface EarlyStop {
  /** First epoch after which it may end, counted from 0. @default 0 */
  readonly epoch?: number;
  /** Epochs without a better one. */
  readonly patience: number;
  /** Training accuracy that must have been reached. @default 0 */
  readonly trainAccuracy?: number;
}

/** How a network is trained. */
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
  /** How the learning rate falls. @default it stays as it is */
  readonly schedule?: Schedule;
  /** Batches whose gradients are added up for one update. @default 1 */
  readonly accumulate?: number;
  /** Samples whose loss chooses the best epoch. */
  readonly validation?: Samples;
  /** Samples to test on after each epoch; without validation, they choose. */
  readonly test?: Samples;
  /** Length and loss in validation and test. @default those of training */
  readonly testing?: {
    readonly tSample: number;
    readonly loss: PlanOptions["loss"];
  };
  /** When to end before the last epoch. @default never */
  readonly stop?: EarlyStop;
  /** Whether training visits the samples in a random order. @default true */
  readonly shuffle?: boolean;
  /** Seed of order, crops and augmentation, or a generator. @default 0 */
  readonly random?: number | Random;
  /** A position to continue from; the network is in its state of then. */
  readonly from?: FitPosition;
  /** When to save positions, and how. */
  readonly checkpoints?: FitCheckpoints;
  /** Is called at the start of each pass to follow it. */
  readonly observe?: (pass: PassFacts) => PassObserver;
  /**
   * Is called once the steps of an epoch's training are submitted, while
   * validation and test run; the epoch ends after it has.
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
  /** Its learning rate. */
  readonly lr: number;
  /** Loss, accuracy and firing rates while training. */
  readonly train: PassStatistics;
  /** The same on the validation samples, if there are any. */
  readonly validation?: PassStatistics;
  /** The same on the test samples, if there are any. */
  readonly test?: PassStatistics;
  /** Whether it is the best so far. */
  readonly best: boolean;
  /** Time that it took in s. */
  readonly seconds: number;
}
