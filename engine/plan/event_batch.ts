/**
 * Samples as a plan takes them, and whether it can.
 *
 * @module
 */

import { ShapeError } from "../errors.ts";
import type { Plan } from "./plan.ts";

/**
 * Samples as packed events.
 *
 * An event is one word, `bin << addressBits | address`, with
 * address = (row·W + column)·C + channel and addressBits = ⌈log2(C·H·W)⌉.
 */
export interface EventBatch {
  /** Event words of all samples. */
  readonly events: Uint32Array;
  /** Sample n owns events[offsets[n] … offsets[n + 1]). */
  readonly offsets: Uint32Array;
  /** Class of each sample. */
  readonly labels: Uint32Array;
}

/**
 * Lets a batch fit a plan.
 *
 * @param batch The samples.
 * @param plan The plan.
 * @throws {ShapeError} If the batch is larger than the plan, or malformed.
 */
export function requireBatch(
  { events, offsets, labels }: EventBatch,
  plan: Plan,
): void {
  const samples = labels.length;
  if (samples < 1 || samples > plan.batch) {
    throw new ShapeError(
      `Cannot run a batch of ${samples}: the plan was made for 1 to ` +
        `${plan.batch}`,
    );
  }
  if (
    offsets.length !== samples + 1 || offsets[0] !== 0 ||
    offsets[samples] !== events.length ||
    offsets.some((offset, n) => n > 0 && offset < offsets[n - 1])
  ) {
    throw new ShapeError(
      `Cannot run a batch of ${samples}: its ${offsets.length} offsets do ` +
        `not cut ${events.length} events into samples`,
    );
  }
  requirePlaces(events, plan);
  const stranger = labels.find((label) => label >= plan.outputs);
  if (stranger !== undefined) {
    throw new ShapeError(
      `Cannot run a batch of ${samples}: there is no output for class ` +
        `${stranger}, only ${plan.outputs}`,
    );
  }
}

/** Lets every event have a pixel and a bin; a plain loop is ten times faster. */
function requirePlaces(events: Uint32Array, { inputs, sizes }: Plan): void {
  const { T, addressBits } = sizes;
  const mask = 2 ** addressBits - 1;
  for (let i = 0; i < events.length; i++) {
    const address = events[i] & mask;
    const bin = events[i] >>> addressBits;
    if (address >= inputs || bin >= T) {
      throw new ShapeError(
        `Cannot run a batch: event ${i} is at address ${address} of ` +
          `${inputs}, in bin ${bin} of ${T}`,
      );
    }
  }
}
