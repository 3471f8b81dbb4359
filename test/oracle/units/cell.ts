/**
 * Neurons of units, of any kind.
 *
 * @module
 */

import type { Tensor } from "../tensor.ts";
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
export type Cell = Leaky | Resonator;

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
  return "period" in neuron
    ? {
      dx: resonatorAdjoint(ds, activity as ResonatorActivity, neuron),
      dw: [],
    }
    : leakyAdjoint(ds, activity as LeakyActivity, neuron);
}

/**
 * Tells whether a neuron learns a parameter.
 *
 * @param neuron The neuron.
 * @returns Whether it does.
 */
export function doesLearn(neuron: Cell): boolean {
  return !("period" in neuron) && neuron.learns === true;
}
