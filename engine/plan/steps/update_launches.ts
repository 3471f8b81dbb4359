/**
 * Launches of the optimizer's updates, for ranges of weights.
 *
 * @module
 */

import {
  updateStep,
  updateStepBounded,
} from "../../../kernels/update/optimizer_step.ts";
import { updateNormed } from "../../../kernels/update/weight_norm.ts";
import { groupsFor, type Launch, launch } from "../../device/launch.ts";
import { ALIGNMENT, QUAD } from "../../network/layout.ts";
import type { WeightLayout, WeightSlot } from "../../network/weights.ts";

/** A range of the weights of all layers, in floats. */
export interface UpdatedRange extends Pick<WeightLayout, "bounds"> {
  readonly offset: number;
  readonly length: number;
  /**
   * With weight normalisation: number of weights, number of stretches, and
   * offset of the stretches in the range, which includes them.
   */
  readonly normed?: {
    readonly weights: number;
    readonly stretches: number;
    readonly place: number;
  };
}

/**
 * Splits all weights into ranges: one for each bounded or normalised array, and
 * the ranges between them.
 *
 * @param slots The places of the arrays.
 * @param size Number of floats of all arrays.
 * @returns The ranges, which cover all weights.
 */
export function rangesOf(
  slots: readonly WeightSlot[],
  size: number,
): UpdatedRange[] {
  let end = 0;
  const ranges = slots.flatMap((slot, index): UpdatedRange[] => {
    const { offset, length, weights: { bounds, stretch } } = slot;
    if (!bounds && !stretch) return [];
    const before = { offset: end, length: offset - end };
    // An array is followed by its stretches.
    const last = stretch ? slots[index + 1] : slot;
    end = last.offset + Math.ceil(last.length / ALIGNMENT) * ALIGNMENT;
    const own = {
      offset,
      length: last.offset + last.length - offset,
      bounds,
      normed: stretch && {
        weights: length,
        stretches: last.length,
        place: last.offset - offset,
      },
    };
    return [before, own];
  });
  return [...ranges, { offset: end, length: size - end }]
    .filter(({ length }) => length > 0);
}

/**
 * Launches the update of a range.
 *
 * @param range The range.
 * @param rule Index of the update rule in `RULES`.
 * @returns The launch.
 */
export function launchUpdate(
  { length, bounds, normed }: UpdatedRange,
  rule: number,
): Launch {
  if (normed) {
    const { weights, stretches, place } = normed;
    const Q = stretches / QUAD;
    return launch({
      kernel: updateNormed,
      constants: { size: weights, Q, place: place / QUAD, rule },
      grid: [groupsFor(Q, 1), 1, 1],
    });
  }
  const grid = [groupsFor(length / QUAD, updateStep.workgroup), 1, 1] as const;
  if (!bounds) {
    const constants = { size: length, rule };
    return launch({ kernel: updateStep, constants, grid });
  }
  const { rate: changeRate, least, most } = bounds;
  return launch({
    kernel: updateStepBounded,
    constants: { size: length, rule, changeRate, least, most },
    grid,
  });
}
