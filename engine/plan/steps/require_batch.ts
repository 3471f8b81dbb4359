/**
 * Checks that a batch fits a plan.
 *
 * @module
 */

import { ShapeError } from "../../device/errors.ts";
import type { EventBatch } from "../../network/event_batch.ts";

/**
 * Checks the size, the bins and the labels of a batch.
 *
 * @param batch The samples.
 * @param plan Most samples in a step, outputs, one per class, and how events
 * are binned.
 * @throws {ShapeError} If the batch is larger than the plan, or malformed.
 */
export function requireSamples(
  { samples, labels, bins }: EventBatch,
  plan: {
    readonly batch: number;
    readonly outputs: number;
    readonly eventBinning: { readonly bins: number };
  },
): void {
  if (labels.length < 1 || labels.length > plan.batch) {
    throw new ShapeError(
      `Cannot run a batch of ${labels.length}: the plan was made for 1 to ` +
        `${plan.batch}`,
    );
  }
  if (samples.length !== labels.length) {
    throw new ShapeError(
      `Cannot run a batch of ${labels.length}: it has events of ` +
        `${samples.length} samples`,
    );
  }
  const expected = plan.eventBinning.bins;
  if (bins !== undefined && bins !== expected) {
    throw new ShapeError(
      `Cannot run a batch of ${labels.length}: its events are in ${bins} ` +
        `bins, the network takes ${expected}, see eventBinning()`,
    );
  }
  const stranger = labels.find((label) => label >= plan.outputs);
  if (stranger !== undefined) {
    throw new ShapeError(
      `Cannot run a batch of ${labels.length}: there is no output for class ` +
        `${stranger}, only ${plan.outputs}`,
    );
  }
}

/**
 * Checks that every event lies within pixels and bins. A plain loop, since an
 * array method takes ten times as long.
 *
 * @param words Event words of a sample.
 * @param places Pixels, bins, and bits of a word that hold the address.
 * @throws {ShapeError} If an event lies outside.
 */
export function requireEvents(
  words: Uint32Array,
  { inputs, bins, addressBits }: {
    readonly inputs: number;
    readonly bins: number;
    readonly addressBits: number;
  },
): void {
  const mask = 2 ** addressBits - 1;
  for (let i = 0; i < words.length; i++) {
    const address = words[i] & mask;
    const bin = words[i] >>> addressBits;
    if (address >= inputs || bin >= bins) {
      throw new ShapeError(
        `Cannot run a batch: event ${i} of a sample is at address ${address} ` +
          `of ${inputs}, in bin ${bin} of ${bins}`,
      );
    }
  }
}
