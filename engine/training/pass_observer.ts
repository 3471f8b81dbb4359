/**
 * Progress of a pass over samples while it runs.
 *
 * @module
 */

import type { EventBatch } from "../network/event_batch.ts";
import type { StepRecord } from "../plan/steps/step_results.ts";
import type { StepRunner } from "../plan/steps/step_runner.ts";
import type { PassStatistics } from "./pass.ts";

/** Purpose of a pass: training, validation or test. */
export type PassUse = "training" | "validation" | "test";

/** A pass over all samples of a set. */
export interface PassFacts {
  /** Epoch, counted from 0. */
  readonly epoch: number;
  /** Purpose of the pass. */
  readonly use: PassUse;
  /** Number of samples in the set. */
  readonly total: number;
}

/** Progress of a pass. */
export interface PassProgress {
  /** Samples done. */
  readonly samples: number;
  /** Mean loss of the samples done. */
  readonly loss: number;
  /** Fraction of the samples done whose class is predicted correctly. */
  readonly accuracy: number;
  /** Samples per second since the pass began. */
  readonly samplesPerSecond: number;
  /** Fraction of the time spent waiting for samples. */
  readonly dataShare: number;
  /** Fraction of the time spent waiting for the device. */
  readonly deviceShare: number;
}

/** Follows one pass; disposed of when the pass ends or fails. */
export interface PassObserver extends Disposable {
  /**
   * Called with records as they are read back, and the progress of the pass.
   */
  steps(records: readonly StepRecord[], progress: PassProgress): void;
}

/**
 * Reports the progress of a pass to an observer.
 *
 * @param observer The observer, if there is one.
 * @param stepper The plan that runs.
 * @param before Number of samples done before this pass.
 * @returns A wrapper of the batches that measures the wait for data, and a
 * callback for the steps.
 */
export function followPass(
  observer: PassObserver | undefined,
  stepper: StepRunner,
  before: number,
) {
  const waitedBefore = stepper.waited;
  let data = 0;
  return {
    async *timed(
      batches: AsyncIterable<EventBatch>,
    ): AsyncGenerator<EventBatch, void, void> {
      let asked = performance.now();
      for await (const batch of batches) {
        data += performance.now() - asked;
        yield batch;
        asked = performance.now();
      }
    },
    steps(records: readonly StepRecord[], statistics: PassStatistics): void {
      const { samples, loss, accuracy, seconds } = statistics;
      observer?.steps(records, {
        samples,
        loss,
        accuracy,
        samplesPerSecond: (samples - before) / seconds,
        dataShare: data / seconds / 1000,
        deviceShare: (stepper.waited - waitedBefore) / seconds / 1000,
      });
    },
  };
}
