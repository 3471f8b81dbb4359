/**
 * Any synapse of a network, as plain data.
 *
 * @module
 */

import {
  conv,
  convInputGradient,
  convWeightGradient,
  type Geometry,
} from "./conv.ts";
import { dense, denseInputGradient, denseWeightGradient } from "./dense.ts";
import type { Neuron } from "../neurons/neuron.ts";
import { pool, poolInputGradient } from "./pool.ts";
import type { Tensor } from "../tensor.ts";
import {
  convTranspose,
  convTransposeInputGradient,
  convTransposeWeightGradient,
  unpool,
  unpoolInputGradient,
} from "./transposed.ts";

/** A synapse; only pools and unpools have no weights to train. */
export type Synapse =
  | { readonly type: "pool" | "unpool"; readonly kernel: number }
  | {
    readonly type: "conv" | "convTranspose";
    readonly weight: Tensor;
    readonly geometry: Geometry;
  }
  | { readonly type: "dense"; readonly weight: Tensor };

/**
 * Passes spikes through a synapse.
 *
 * @param layer The synapse.
 * @param x [N, C, H, W, T].
 * @param neuron Gives θ, which a pool scales with.
 * @returns y [N, C', H', W', T].
 */
export function synapse(layer: Synapse, x: Tensor, neuron: Neuron): Tensor {
  switch (layer.type) {
    case "pool":
      return pool(x, layer.kernel, 1.1 * neuron.theta);
    case "unpool":
      return unpool(x, layer.kernel, 1.1 * neuron.theta);
    case "convTranspose":
      return convTranspose(x, layer.weight, layer.geometry);
    case "conv":
      return conv(x, layer.weight, layer.geometry);
    case "dense":
      return dense(x, layer.weight);
  }
}

/**
 * Computes the gradient of a synapse's input.
 *
 * @param layer The synapse.
 * @param dy [N, C', H', W', T].
 * @param xShape [N, C, H, W, T].
 * @param neuron Gives θ, which a pool scales with.
 * @returns dx [N, C, H, W, T].
 */
export function synapseInputGradient(
  layer: Synapse,
  dy: Tensor,
  xShape: readonly number[],
  neuron: Neuron,
): Tensor {
  switch (layer.type) {
    case "pool":
      return poolInputGradient(dy, layer.kernel, 1.1 * neuron.theta, xShape);
    case "unpool":
      return unpoolInputGradient(dy, layer.kernel, 1.1 * neuron.theta);
    case "convTranspose": {
      const { weight, geometry } = layer;
      return convTransposeInputGradient(dy, weight, geometry, xShape);
    }
    case "conv":
      return convInputGradient(dy, layer.weight, layer.geometry, xShape);
    case "dense":
      return denseInputGradient(dy, layer.weight, xShape);
  }
}

/**
 * Computes the gradient of a synapse's weights.
 *
 * @param layer The synapse.
 * @param x [N, C, H, W, T].
 * @param dy [N, C', H', W', T].
 * @returns dw in the shape of the weights; `undefined` for a pool.
 */
export function synapseWeightGradient(
  layer: Synapse,
  x: Tensor,
  dy: Tensor,
): Tensor | undefined {
  switch (layer.type) {
    case "pool":
    case "unpool":
      return undefined;
    case "convTranspose": {
      const { weight, geometry } = layer;
      return convTransposeWeightGradient(x, dy, geometry, weight.shape);
    }
    case "conv":
      return convWeightGradient(x, dy, layer.geometry, layer.weight.shape);
    case "dense":
      return denseWeightGradient(x, dy, layer.weight.shape);
  }
}
