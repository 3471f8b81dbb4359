/**
 * Folds normalisations into weights and biases.
 *
 * @module
 */

import type {
  LayerDescription,
  LayerNeuron,
} from "../layers/describe_layers.ts";
import type { Extent } from "../network/network.ts";
import { quantizedWeights } from "../network/quantized.ts";
import type { NamedArray } from "../network/weights.ts";
import {
  describeNeuron,
  type NeuronDescription,
} from "../neurons/describe_neuron.ts";
import { describeUnits } from "../layerwise/units/describe_units.ts";
import {
  areUnits,
  type UnitDescription,
  type UnitOptions,
} from "../layerwise/units/unit_descriptions.ts";
import type { Unit } from "../layerwise/units/units.ts";

/**
 * Layers of a network, and the input and neuron that determine their shapes.
 */
export interface NetworkLayers {
  /** Channels, height and width of the input. */
  readonly input: Extent;
  /** The layers, first to last. */
  readonly layers: readonly (LayerDescription | UnitDescription)[];
  /** The neuron of every layer whose description has no `neuron`. */
  readonly neuron?: NeuronDescription;
}

/** A network with its weights. */
export interface WeightedNetwork<D extends NetworkLayers = NetworkLayers> {
  /** The network. */
  readonly description: D;
  /** Its weights, as returned by `Model.weights()`. */
  readonly weights: Readonly<Record<string, NamedArray>>;
}

/** An entry without entries in it. */
type Quantised = UnitOptions & Pick<LayerNeuron, "quantize">;

/** Suffixes of the names of a normalisation's arrays. */
const ARRAYS = ["norm.weight", "norm.bias", "norm.mean", "norm.var"] as const;

/**
 * Folds normalisations into weights and biases, for evaluation and export.
 *
 * With g = γ / √(var + epsilon) of a channel, its weights w become g · w, and
 * its bias β − g · mean. Where only means are subtracted, g = 1 and β = 0;
 * where a power of two scales, g is its reciprocal and β = 0. The second half
 * of a ghost convolution reads the first half before normalisation, so its
 * weights are multiplied by g of the output channel over g of the channel it
 * reads. Weights of quantised layers are rounded first, and not again. Drives
 * are equal up to rounding of floats.
 *
 * @param network The network, with running statistics.
 * @returns The network with biases in place of its normalisations; the same
 * network if it has none.
 * @throws {RangeError} If a ghost convolution has a channel whose γ is 0, from
 * which no other can be computed.
 * @throws {ShapeError} If the layers do not fit one another.
 *
 * @example
 * ```ts
 * import { foldNorms } from "./fold_norms.ts";
 * const one = (value: number) => ({
 *   shape: [1],
 *   data: Float32Array.of(value),
 * });
 * const { weights } = foldNorms({
 *   description: {
 *     input: { C: 1, H: 1, W: 1 },
 *     layers: [{ dense: 1, norm: { epsilon: 1 }, neuron: "none" }],
 *     },
 *   weights: {
 *     "fc1.weight": { shape: [1, 1, 1, 1, 1], data: Float32Array.of(5) },
 *     "fc1.norm.weight": one(2),
 *     "fc1.norm.bias": one(1),
 *     "fc1.norm.mean": one(4),
 *     "fc1.norm.var": one(3),
 *   },
 * });
 * // g = 2 / √(3 + 1) = 1
 * if (weights["fc1.weight"].data[0] !== 5) throw new Error("expected g · w");
 * if (weights["fc1.bias"].data[0] !== -3) throw new Error("expected β − 4 g");
 * ```
 *
 * Source: Jacob and others, arXiv:1712.05877, section 3.2.
 */
export function foldNorms<D extends NetworkLayers>(
  { description, weights }: WeightedNetwork<D>,
): WeightedNetwork<D> {
  const units = unitsOf(description);
  const normalised = units.filter(({ norm }) => norm);
  if (normalised.length === 0) return { description, weights };
  const folded = quantizedWeights(units.map(({ layer }) => layer), weights);
  for (const unit of normalised) {
    const { layer: { name } } = unit;
    Object.assign(folded, foldUnit(unit, folded));
    for (const array of ARRAYS) delete folded[`${name}.${array}`];
  }
  const layers = (description.layers as readonly UnitDescription[])
    .map(withoutNorm);
  return { description: { ...description, layers }, weights: folded };
}

function unitsOf({ input, layers, neuron }: NetworkLayers): readonly Unit[] {
  if (!areUnits(layers, neuron)) return [];
  const { units } = describeUnits(
    { extent: input, most: 1, scale: 1, kept: 1, runSize: input.C },
    layers as readonly UnitDescription[],
    describeNeuron(neuron ?? {}),
  );
  return units;
}

/** Smallest power of two not below a deviation, as in norm.wgsl. */
function powerAbove(variance: number): number {
  const exponent = Math.ceil(Math.log2(variance) / 2);
  return 2 ** Math.min(Math.max(exponent, -3), 3);
}

/** Folds the normalisation of a unit into its weights and bias. */
function foldUnit(
  { layer: { name }, norm, ghost }: Unit,
  weights: Readonly<Record<string, NamedArray>>,
): Record<string, NamedArray> {
  const [gamma, beta, mean, variance] = ARRAYS.map((array) =>
    weights[`${name}.${array}`]?.data
  );
  const { kind, epsilon } = norm!;
  const gains = Float64Array.from(mean, (_, c) => {
    if (kind === "mean") return 1;
    if (kind === "scale") return 1 / powerAbove(variance[0] + epsilon);
    return gamma[c] / Math.sqrt(variance[c] + epsilon);
  });
  const bias = mean.map((value, c) => (beta?.[c] ?? 0) - gains[c] * value);
  const folded: Record<string, NamedArray> = {
    [`${name}.weight`]: scaleOutputs(weights[`${name}.weight`], gains),
    [`${name}.bias`]: { shape: [bias.length], data: bias },
  };
  if (!ghost) return folded;
  const half = gains.length / 2;
  const silent = gains.subarray(0, half).indexOf(0);
  if (silent >= 0) {
    throw new RangeError(
      `Cannot fold the norm of layer "${name}": its weight of channel ` +
        `${silent} is 0, and other channels are computed from that one`,
    );
  }
  folded[`${name}.ghost`] = scaleOutputs(
    weights[`${name}.ghost`],
    gains.subarray(half).map((gain, c) => gain / gains[c]),
  );
  return folded;
}

/**
 * Scales weights, output by output.
 *
 * @param array Weights, the outputs along their first axis.
 * @param gains A factor of each output.
 * @returns The scaled weights.
 */
export function scaleOutputs(
  { shape, data }: NamedArray,
  gains: ArrayLike<number>,
): NamedArray {
  const each = data.length / shape[0];
  return {
    shape,
    data: data.map((weight, i) => gains[Math.floor(i / each)] * weight),
  };
}

/**
 * Replaces the normalisation of a layer's description by a bias, and leaves out
 * its quantisation.
 */
function withoutNorm(entry: UnitDescription): UnitDescription {
  if ("residual" in entry) {
    const { residual, shortcut } = entry;
    return {
      ...entry,
      residual: residual.map(withoutNorm),
      ...(shortcut && { shortcut: shortcut.map(withoutNorm) }),
    };
  }
  if ("average" in entry) return entry;
  const { norm, quantize: _, ...others } = entry as Quantised;
  return norm === undefined ? others : { ...others, bias: true };
}
