/**
 * Checks that a batch fits a plan.
 *
 * @module
 */

import { ShapeError } from "../device/errors.ts";
import type { EventBatch } from "../network/event_batch.ts";
import type { Plan } from "./plan.ts";

/**
 * Checks the size and the labels of a batch; requirePlaces() checks its events.
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
 * Checks that every event lies within the pixels and bins of a plan. The
 * loop is plain because an array method takes ten times as long.
 *
 * @param words Event words of a sample.
 * @param plan The plan.
 * @throws {ShapeError} If an event lies outside.
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
