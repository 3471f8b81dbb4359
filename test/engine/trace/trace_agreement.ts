/**
 * Holds what the engine did against the oracle.
 *
 * @module
 */

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { outputSpikes } from "../../../engine/network/layer_trace.ts";
import type { Trace } from "../../../engine/trace.ts";
import type { NamedArray } from "../../../engine/network/weights.ts";
import { close } from "../../fixtures/comparison.ts";
import { type Loss, predict } from "../../oracle/loss.ts";
import { backward, forwardGiven, type Network } from "../../oracle/network.ts";
import { type Tensor, tensorOf } from "../../oracle/tensor.ts";

/** Relative to the threshold, what rounding may decide either way. */
const UNDECIDED = 1e-5;

/**
 * Makes what the engine read back a tensor of the oracle.
 *
 * @param array Values and their shape.
 * @returns The tensor.
 */
export const tensor = ({ shape, data }: NamedArray) => tensorOf(shape, data);

/**
 * Adds up losses.
 *
 * @param values The losses.
 * @returns Their sum, as a tensor of one.
 */
export const sum = (values: Float32Array) =>
  tensorOf([1], [values.reduce((total, value) => total + value, 0)]);

/**
 * Compares a trace with the oracle, given the spikes of the trace.
 *
 * @param found The trace.
 * @param network The oracle's network.
 * @param x Input spikes, [N, C, H, W, T].
 * @param lossOf The oracle's loss of output spikes.
 * @param tolerance How far values may differ, over the largest.
 */
export function agrees(
  found: Trace,
  network: Network,
  x: Tensor,
  lossOf: (out: Tensor) => Loss,
  tolerance: number,
): void {
  const given = found.layers.map(({ spikes }) => tensor(spikes));
  const activities = forwardGiven(network, x, given);
  activities.forEach(({ u }, l) => {
    const { theta } = network.neurons[l].neuron;
    close(tensor(found.layers[l].potentials), u, tolerance);
    u.data.forEach((value, i) => {
      if (Math.abs(value - theta) < UNDECIDED * theta) return;
      strictEqual(given[l].data[i] !== 0, value >= theta, `${l}: ${value}`);
    });
  });
  const out = tensor(outputSpikes(found.layers));
  deepStrictEqual([...found.predictions], predict(out));
  const expected = lossOf(out);
  close(sum(found.losses), tensorOf([1], [expected.loss]));
  const gradients = backward(network, x, activities, expected);
  deepStrictEqual(
    Object.values(found.gradients).length,
    gradients.filter((dw) => dw !== undefined).length,
  );
  const learning = gradients.filter((dw) => dw !== undefined);
  Object.values(found.gradients).forEach((dw, l) => {
    close(tensor(dw), learning[l], tolerance);
  });
}
