/**
 * Words that a step uploads: labels, event ranges and micro-batches.
 *
 * @module
 */

import type { MicroBatchRange } from "../../distributed/shares.ts";
import { ALIGNMENT } from "../../network/layout.ts";

/**
 * Words of `Batch` in micro_batch.wgsl. Only networks that are computed layer
 * by layer use `total` and `trains`; they write their words themselves.
 */
export const MICRO_BATCH_WORDS = 11;

/** Index of the first of the three update factors among these words. */
export const MICRO_BATCH_UPDATE = 5;

/** Index of the seed among these words. */
const MICRO_BATCH_SEED = 10;

/**
 * Describes the micro-batches of a step.
 *
 * @param cut Samples of each micro-batch.
 * @param step Slot of its record, whether it adds to a gradient, seed of
 * dropout, and the factors of the update, if the kernels update the weights
 * after the last micro-batch.
 * @returns The words of all micro-batches.
 */
export function microBatchWords(
  cut: readonly MicroBatchRange[],
  { slot, adds, seed, update }: {
    readonly slot: number;
    readonly adds: boolean;
    readonly seed: number;
    readonly update?: Float32Array<ArrayBuffer>;
  },
): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(MICRO_BATCH_WORDS * cut.length);
  cut.forEach(({ first, samples, begins }, index) => {
    const own = words.subarray(MICRO_BATCH_WORDS * index);
    own.set([first, samples, slot, Number(!begins || adds)]);
    own[MICRO_BATCH_SEED] = seed;
  });
  if (update) {
    // The gradient is complete after the last micro-batch.
    const last = words.subarray(-MICRO_BATCH_WORDS);
    last[MICRO_BATCH_UPDATE - 1] = 1;
    last.set(new Uint32Array(update.buffer), MICRO_BATCH_UPDATE);
  }
  return words;
}

/** Index of the first word of each array that a step uploads. */
export interface StepLayout {
  readonly labels: number;
  readonly offsets: number;
  readonly microBatch: number;
  /** Number of words of all arrays. */
  readonly words: number;
}

/**
 * Lays out the words uploaded with a step, so that kernels can bind each array.
 *
 * @param batch Most samples in a step.
 * @returns The layout.
 */
export function layOutStep(batch: number): StepLayout {
  const alignedEnd = (start: number, words: number) =>
    Math.ceil((start + words) / ALIGNMENT) * ALIGNMENT;
  const offsets = alignedEnd(0, batch);
  const microBatch = alignedEnd(offsets, 2 * batch);
  return {
    labels: 0,
    offsets,
    microBatch,
    words: microBatch + MICRO_BATCH_WORDS,
  };
}
