/**
 * Neurons of units, of any kind.
 *
 * @module
 */

import type { Tensor } from "../tensor.ts";
import {
  type FixedResonator,
  fixedResonatorAdjoint,
  fixedResonatorForward,
} from "./fixed_resonator.ts";
import {
  type Leaky,
  type LeakyActivity,
  leakyAdjoint,
  leakyForward,
} from "./leaky.ts";
import {
  type Resonator,
  type ResonatorActivity,
  resonatorAdjoint,
  resonatorForward,
} from "./resonator.ts";

/** A neuron with its parameters. */
export type Cell = Leaky | Resonator | FixedResonator;

/** What neurons did; both kinds have spikes and potentials. */
export type CellActivity = LeakyActivity | ResonatorActivity;

/**
 * Integrates drives and fires.
 *
 * @param x Drives, [N, C, H, W, T].
 * @param neuron The neuron.
 * @returns The activity.
 */
export function cellForward(x: Tensor, neuron: Cell): CellActivity {
  if ("sinDecay" in neuron) return fixedResonatorForward(x, neuron);
  return "period" in neuron
    ? resonatorForward(x, neuron)
    : leakyForward(x, neuron);
}

/**
 * Goes from the gradient of spikes to those of drives and of what is learned.
 *
 * @param ds Gradient of the spikes, [N, C, H, W, T].
 * @param activity What the neurons did.
 * @param neuron The neuron.
 * @returns Gradients of the drives, and of each w; these are meaningless if
 * nothing is learned.
 */
export function cellAdjoint(
  ds: Tensor,
  activity: CellActivity,
  neuron: Cell,
): { dx: Tensor; dw: number[] } {
  if (!("sinDecay" in neuron) && !("period" in neuron)) {
    return leakyAdjoint(ds, activity as LeakyActivity, neuron);
  }
  const resonator = activity as ResonatorActivity;
  return "sinDecay" in neuron
    ? { dx: fixedResonatorAdjoint(ds, resonator, neuron), dw: [] }
    : resonatorAdjoint(ds, resonator, neuron);
}

/**
 * Tells whether a neuron learns a parameter.
 *
 * @param neuron The neuron.
 * @returns Whether it does.
 */
export function doesLearn(neuron: Cell): boolean {
  return "learns" in neuron && neuron.learns === true;
}
