/**
 * Loop budgets of layers, as a plan for a CPU has them.
 *
 * @module
 */

import type { Layer } from "../../../engine/layers/layer.ts";
import { launchLayers } from "../../../engine/plan/layer_launches.ts";
import { loopsPerSample, mostLoops } from "../../../engine/plan/loop_budget.ts";

/**
 * Counts the rounds of the loops of layers.
 *
 * @param layers The layers.
 * @param sizes Bins of a sample, bit planes of the input, and time step in ms.
 * @returns Most rounds of each layer, and what each further sample adds.
 */
export function loopsOf(
  layers: readonly Layer[],
  { T, P, Ts }: { readonly T: number; readonly P: number; readonly Ts: number },
): { readonly most: number[]; readonly perSample: number } {
  const launches = launchLayers({
    layers,
    time: { Ts, tSample: T * Ts },
    T,
    P,
    height: 1,
    normalised: false,
    software: true,
    workgroupBytes: 16384,
    rule: 0,
    stride: 1,
    kept: layers.map(() => true),
    drops: false,
  }).map(({ forward, neurons, adjoint, gradient }) => [
    ...forward,
    neurons,
    ...adjoint,
    ...gradient,
  ]);
  return {
    most: launches.map(mostLoops),
    perSample: loopsPerSample(launches.flat()),
  };
}
