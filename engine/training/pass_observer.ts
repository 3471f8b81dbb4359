/**
 * Following a pass over samples while it runs.
 *
 * @module
 */

import type { EventBatch } from "../network/event_batch.ts";
import type { StepRecord } from "../plan/step_results.ts";
import type { Stepper } from "../plan/stepper.ts";
import type { PassStatistics } from "./pass.ts";

/** What a pass over samples is for. */
export type PassUse = "training" | "validation" | "test";

/** A pass over all samples of a set. */
export interface PassFacts {
  /** Epoch, counted from 0. */
  readonly epoch: number;
  /** What the samples are for. */
  readonly use: PassUse;
  /** How many there are. */
  readonly total: number;
}

/** How far a pass is. */
export interface PassProgress {
  /** Samples done. */
  readonly samples: number;
  /** Mean loss of these. */
  readonly loss: number;
  /** Fraction of them whose predicted class is right. */
  readonly accuracy: number;
  /** Speed since the pass began. */
  readonly samplesPerSecond: number;
  /** Fraction of the time spent waiting for samples. */
  readonly dataShare: number;
  /** Fraction of the time spent waiting for the device. */
  readonly deviceShare: number;
}

/** Follows one pass; disposed of when the pass ends or fails. */
export interface PassObserver extends Disposable {
  /** Is told of the steps that were read back, and how far the pass is. */
  steps(records: readonly StepRecord[], progress: PassProgress): void;
}

/**
 * Tells an observer how far a pass is.
 *
 * @param observer The observer, if there is one.
 * @param stepper The plan that runs.
 * @param before Samples that were done before this pass.
 * @returns What to wrap the batches in, and to tell of the steps.
 */
export function followPass(
  observer: PassObserver | undefined,
  stepper: Stepper,
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
