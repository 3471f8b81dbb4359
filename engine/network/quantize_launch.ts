/**
 * Launch that rounds the weights of a quantised layer.
 *
 * @module
 */

import { quantizeWeights } from "../../kernels/update/quantize.ts";
import { groupsFor, type Launch, launch } from "../device/launch.ts";
import { QUAD } from "./layout.ts";
import type { WeightLayout } from "./weights.ts";

/**
 * Launches the rounding of a layer's weights to multiples of its step.
 *
 * @param layer The weights of the layer, and their step, if any.
 * @returns The launch; none where weights are not rounded.
 */
export function launchQuantize({ weights, weightStep }: {
  readonly weights?: WeightLayout;
  readonly weightStep?: number;
}): Launch[] {
  if (!weights || weightStep === undefined) return [];
  const { floats: size } = weights;
  return [launch({
    kernel: quantizeWeights,
    constants: { size, step: weightStep },
    grid: [groupsFor(size / QUAD, quantizeWeights.workgroup), 1, 1],
  })];
}
