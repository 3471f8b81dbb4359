/**
 * Samples as a plan takes them, and whether it can.
 *
 * @module
 */

import { ShapeError } from "../device/errors.ts";
import type { Plan } from "../plan/plan.ts";

/**
 * Samples as packed events.
 *
 * An event is one word, `bin << addressBits | address`, with
 * address = (row·W + column)·C + channel and addressBits = ⌈log2(C·H·W)⌉.
 *
 * Words that a plan has seen stay on the device, and are found there by the
 * memory they lie in: change them no more, and give what differs in an array of
 * its own.
 */
export interface EventBatch {
  /** Event words of each sample. */
  readonly samples: readonly Uint32Array[];
  /** Class of each sample. */
  readonly labels: Uint32Array;
}

/**
 * Lets a batch fit a plan, but for its words.
 *
 * @param batch The samples.
 * @param plan The plan.
 * @throws {ShapeError} If the batch is larger than the plan, or malformed.
 */
export function requireBatch(
  { samples, labels }: EventBatch,
  plan: Plan,
): void {
  if (labels.length < 1 || labels.length > plan.sizes.batch) {
    throw new ShapeError(
      `Cannot run a batch of ${labels.length}: the plan was made for 1 to ` +
        `${plan.sizes.batch}`,
    );
  }
  if (samples.length !== labels.length) {
    throw new ShapeError(
      `Cannot run a batch of ${labels.length}: it has events of ` +
        `${samples.length} samples`,
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
 * Lets every event have a pixel and a bin; a plain loop is ten times faster.
 *
 * @param words Event words of a sample.
 * @param plan The plan.
 * @throws {ShapeError} If one has not.
 */
export function requirePlaces(
  words: Uint32Array,
  { inputs, sizes }: Plan,
): void {
  const { T, addressBits } = sizes;
  const mask = 2 ** addressBits - 1;
  for (let i = 0; i < words.length; i++) {
    const address = words[i] & mask;
    const bin = words[i] >>> addressBits;
    if (address >= inputs || bin >= T) {
      throw new ShapeError(
        `Cannot run a batch: event ${i} of a sample is at address ${address} ` +
          `of ${inputs}, in bin ${bin} of ${T}`,
      );
    }
  }
}
