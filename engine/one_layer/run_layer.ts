/**
 * Runs and differentiates a single layer of a network.
 *
 * @module
 */

import { LayerPlan } from "./layer_plan.ts";
import type { Model } from "../model.ts";
import type { NamedArray } from "../network/weights.ts";

/** Input of a layer that is run by itself. */
export interface LayerInput {
  /** Name of the layer in its network, such as `conv1`. */
  readonly layer: string;
  /**
   * Incoming spikes, `[N, C, H, W, T]`: a value other than 0 is a spike, of
   * height 1/Ts.
   */
  readonly spikes: NamedArray;
}

/** Spikes and potentials of a layer, all `[N, C, H, W, T]`. */
export interface LayerActivity {
  /** 1/Ts where a neuron spiked, else 0. */
  readonly spikes: NamedArray;
  /** Potentials, the refractory response included. */
  readonly potentials: NamedArray;
  /**
   * Postsynaptic potentials alone: potentials of neurons that never fire,
   * without refractory response or reset.
   */
  readonly responses: NamedArray;
}

/** Gradients with respect to the inputs and weights of a layer. */
export interface LayerGradients {
  /** Gradient of the incoming spikes, `[N, C, H, W, T]`. */
  readonly spikes: NamedArray;
  /** Gradient of the weights, summed over the samples; absent for a pool. */
  readonly weights?: NamedArray;
}

/**
 * Runs one layer of a network on spikes.
 *
 * @param network The network, with the weights of the layer.
 * @param input Name of the layer, and its incoming spikes.
 * @returns Spikes and potentials of the layer.
 * @throws {RangeError} If the network has no such layer.
 * @throws {ShapeError} If the spikes do not fit the layer or the device.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 *
 * @example
 * ```ts
 * import { Model } from "../model.ts";
 * import { runLayer } from "./run_layer.ts";
 * using network = await Model.create({
 *   input: { C: 1, H: 4, W: 4 },
 *   layers: [{ pool: 2 }],
 *   Ts: 1,
 *   random: 0,
 * });
 * // A spike in bin 0 of the first pixel, of 50 bins.
 * const spikes = { shape: [1, 1, 4, 4, 50], data: new Float32Array(800) };
 * spikes.data[0] = 1;
 * const { responses } = await runLayer(network, { layer: "pool1", spikes });
 * // The response peaks at 1.1 theta after tauSr.
 * if (Math.abs(responses.data[10] - 11) > 1e-4) throw new Error();
 * ```
 */
export async function runLayer(
  network: Model,
  input: LayerInput,
): Promise<LayerActivity> {
  using plan = await LayerPlan.create(network, input.layer, input.spikes);
  const { potentials: responses } = await plan.forward({ silent: true });
  const { potentials, spikes } = await plan.forward({ silent: false });
  return { spikes, potentials, responses };
}

/**
 * Differentiates one layer of a network: from the gradient of its spikes to the
 * gradients of its incoming spikes and of its weights.
 *
 * @param network The network, with the weights of the layer.
 * @param input Name of the layer, its incoming spikes and the gradient of its
 * own spikes, `[N, C, H, W, T]` of its output.
 * @returns The gradients.
 * @throws {RangeError} If the network has no such layer.
 * @throws {ShapeError} If an array does not fit the layer or the device.
 * @throws {TypeError} If an accumulated gradient awaits its update.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 *
 * @example
 * ```ts
 * import { Model } from "../model.ts";
 * import { differentiateLayer } from "./run_layer.ts";
 * using network = await Model.create({
 *   input: { C: 1, H: 1, W: 2 },
 *   layers: [{ dense: 3 }],
 *   Ts: 1,
 *   random: 0,
 * });
 * const spikes = { shape: [1, 1, 1, 2, 50], data: new Float32Array(100) };
 * spikes.data[0] = 1;
 * const { weights } = await differentiateLayer(network, {
 *   layer: "fc1",
 *   spikes,
 *   gradient: { shape: [1, 3, 1, 1, 50], data: new Float32Array(150).fill(1) },
 * });
 * // The second input did not spike.
 * if (weights!.data[0] === 0 || weights!.data[1] !== 0) throw new Error();
 * ```
 */
export async function differentiateLayer(
  network: Model,
  input: LayerInput & { readonly gradient: NamedArray },
): Promise<LayerGradients> {
  if (network.planContext.optimizer.pending) {
    throw new TypeError(
      `Cannot differentiate layer "${input.layer}": a gradient was ` +
        "accumulated that no update has used",
    );
  }
  using plan = await LayerPlan.create(network, input.layer, input.spikes);
  const spikes = await plan.differentiate(input.gradient);
  const gradients = await network.gradients();
  return { spikes, weights: gradients[`${input.layer}.weight`] };
}
