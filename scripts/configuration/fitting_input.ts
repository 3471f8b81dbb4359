/**
 * The size of the input for which weights are.
 *
 * @module
 */

import { ShapeError } from "../../engine/device/errors.ts";
import {
  type ModelDescription,
  structureOf,
} from "../../engine/model/model_description.ts";
import { isSameShape, type NamedArray } from "../../engine/network/weights.ts";

/** Largest side of an input that is tried. */
const LARGEST = 1280;

/**
 * Says for which square input weights are that do not fit a network.
 *
 * @param description The network.
 * @param weights The weights.
 * @returns The rest of a message, which names the key to change; empty if the
 * weights fit no size of the input, or this one.
 */
export function inputOfWeights(
  description: ModelDescription,
  weights: Readonly<Record<string, NamedArray>>,
): string {
  const { input: { C, H, W } } = description;
  if (fits(description, weights)) return "";
  for (let side = 1; side <= LARGEST; side++) {
    const input = { C, H: side, W: side };
    if (!fits({ ...description, input, sensor: undefined }, weights)) continue;
    const { units } = structureOf(description);
    return `; they fit an input of ${side}×${side}, and here it has ` +
      `${W}×${H}` + (units ? `: input.size is to be ${side}` : " pixels");
  }
  return "";
}

/** Whether weights have the shapes of a network's. */
function fits(
  description: ModelDescription,
  weights: Readonly<Record<string, NamedArray>>,
): boolean {
  try {
    return structureOf(description).slots.every(({ name, weights: own }) => {
      const found = weights[name]?.shape;
      return found !== undefined &&
        (isSameShape(found, own.shape) || (own.fits?.(found) ?? false));
    });
  } catch (error) {
    // Kernels may be larger than a small input.
    if (error instanceof ShapeError) return false;
    throw error;
  }
}
