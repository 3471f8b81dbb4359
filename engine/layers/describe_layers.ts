/**
 * Descriptions of networks as plain data, and their shapes.
 *
 * @module
 */

import { ShapeError } from "../device/errors.ts";
import { type Extent, requireSizes } from "../network/network.ts";
import { requireStep } from "../network/quantized.ts";
import {
  describeNeuron,
  type NeuronDescription,
} from "../neurons/describe_neuron.ts";
import { describeResponse } from "../neurons/filter_launches.ts";
import type { Neuron } from "../neurons/neuron_kind.ts";
import { conv } from "./conv.ts";
import type { ConvDescription } from "./conv_shapes.ts";
import { convTranspose } from "./conv_transpose.ts";
import { dense, type DenseDescription } from "./dense.ts";
import { type AxonDescription, describeAxon } from "./describe_axon.ts";
import type { Layer, LayerKind, LayerShapes } from "./layer.ts";
import { pool } from "./pool.ts";
import { unpool } from "./unpool.ts";

/** Layer kinds that a description refers to by a key. */
const KINDS: readonly LayerKind[] = [pool, conv, dense, unpool, convTranspose];

/** Keys that may stand beside the kind of a layer. */
const OPTIONS = ["neuron", "quantize", "delay", "dropout"];

/**
 * Options of all layers: the neuron, where it differs from the network's,
 * quantisation of weights, and delay and dropout of spikes.
 */
export interface LayerNeuron extends AxonDescription {
  /**
   * The layer's neuron; parameters that are left out are the network's.
   *
   * @default the network's
   */
  readonly neuron?: NeuronDescription;
  /**
   * Step that weights, and biases or the means that are subtracted, are rounded
   * to wherever they are used. The gradient passes through the rounding
   * (straight-through), and updates change what is not rounded.
   *
   * @default that of the kind of neuron; most do not round
   */
  readonly quantize?: number;
}

/** A layer of a user-defined kind, with its options. */
export interface OwnLayer extends LayerNeuron {
  /** The kind. */
  readonly kind: LayerKind;
  /** The options of the kind. */
  readonly [option: string]: unknown;
}

/**
 * The last entry of a network: equal groups of the neurons of a dense layer,
 * one after the other, vote for an output each by the mean of their spikes.
 */
export interface VoteDescription {
  /** Number of groups. */
  readonly average: number;
}

/** One layer: a synapse, followed by its neurons; or votes of the last. */
export type LayerDescription =
  | LayerNeuron & { readonly pool: number }
  | LayerNeuron & { readonly conv: ConvDescription }
  | LayerNeuron & { readonly dense: number | DenseDescription }
  | LayerNeuron & { readonly unpool: number }
  | LayerNeuron & { readonly convTranspose: ConvDescription }
  | VoteDescription
  | OwnLayer;

/**
 * Determines the shapes of a network.
 *
 * @param input Channels, rows and columns of a sample.
 * @param descriptions The layers, first to last.
 * @param options The neuron of layers whose description has none, and the time
 * step in ms.
 * @returns The layers with their shapes, named by kind as in SLAYER: `conv1`,
 * `pool1`, `fc1` …
 * @throws {ShapeError} If there is no layer, a size is not a positive integer,
 * or a kernel is larger than the padded input.
 * @throws {RangeError} If a neuron's parameter, a delay, a dropout or a step is
 * out of range.
 * @throws {TypeError} If a layer has no such key, or a neuron no such parameter.
 *
 * @example
 * ```ts
 * import { describeLayers } from "./describe_layers.ts";
 * const layers = describeLayers({ C: 2, H: 34, W: 34 }, [
 *   { conv: { out: 16, kernel: 5, padding: 1 } },
 *   { pool: 2, neuron: { theta: 5 } },
 *   { dense: 10 },
 * ]);
 * if (layers[1].output.H !== 16) throw new Error("expected 16 rows");
 * if (layers[1].neuron.parameters.theta !== 5) throw new Error("expected 5");
 * ```
 */
export function describeLayers(
  input: Extent,
  descriptions: readonly LayerDescription[],
  { neuron = describeNeuron({}), Ts = 1 }: {
    readonly neuron?: Neuron;
    readonly Ts?: number;
  } = {},
): Layer[] {
  if (descriptions.length === 0) {
    throw new ShapeError("Cannot build a network: it has no layers");
  }
  requireSizes("input", [input.C, input.H, input.W]);
  const layers: Layer[] = [];
  const numbers = new Map<string, number>();
  let extent = input;
  for (const description of descriptions) {
    if (isVote(description)) {
      const below = layers.pop();
      layers.push(withVoters(below, description));
      continue;
    }
    if (layers.some(({ voters }) => voters)) {
      throw new ShapeError(
        `Cannot build layer ${layers.length + 1}: ` +
          `${
            JSON.stringify(description)
          } follows average, which ends a network`,
      );
    }
    const { kind, options } = kindOf(description, layers.length + 1);
    const prefix = kind.prefix ?? kind.name;
    const number = (numbers.get(prefix) ?? 0) + 1;
    numbers.set(prefix, number);
    const name = `${prefix}${number}`;
    const own = description.neuron
      ? describeNeuron(description.neuron, neuron)
      : neuron;
    const response = describeResponse(own, Ts);
    const shapes = describeShapes(kind, options, {
      name,
      input: extent,
      filters: response?.filters ?? 1,
    });
    const axon = describeAxon(description, { name, output: shapes.output });
    const step = requireStep(description.quantize, name) ?? own.kind.weightStep;
    const layer = {
      ...shapes,
      kind,
      name,
      input: extent,
      neuron: own,
      axon,
      weightStep: shapes.weights && step,
      response,
    };
    if (response && kind.integrates) {
      throw new ShapeError(
        `Cannot build layer "${name}" with a learned response: its kernel ` +
          "integrates neurons itself",
      );
    }
    layers.push(layer);
    extent = layer.output;
  }
  const last = layers[layers.length - 1];
  if (last.axon && last.axon.dropout > 0) {
    throw new ShapeError(
      `Cannot build layer "${last.name}" with dropout: no layer is above it`,
    );
  }
  return layers;
}

function isVote(description: LayerDescription): description is VoteDescription {
  return "average" in description && !("kind" in description);
}

/** Divides the neurons of the last layer into groups that vote. */
function withVoters(
  below: Layer | undefined,
  description: VoteDescription,
): Layer {
  const { average, ...others } = description;
  const problem = (what: string) =>
    new ShapeError(`Cannot build ${JSON.stringify(description)}: ${what}`);
  if (Object.keys(others).length > 0) throw problem("average stands alone");
  requireSizes("average1", [average]);
  if (below?.kind !== dense || below.voters) {
    throw problem("votes are of the neurons of a dense layer");
  }
  const { C } = below.output;
  if (C % average > 0) {
    throw problem(
      `${C} neurons below cannot be divided into ${average} groups`,
    );
  }
  return { ...below, voters: C / average };
}

/** Shapes of a layer whose neurons have one or several drives each. */
function describeShapes(
  kind: LayerKind,
  options: unknown,
  { filters, ...place }: {
    readonly name: string;
    readonly input: Extent;
    readonly filters: number;
  },
): LayerShapes {
  if (filters === 1) return kind.describe(options, place);
  const given = typeof options === "number" ? { out: options } : options;
  const { out } = Object(given) as { readonly out?: number };
  if (out === undefined) {
    throw new ShapeError(
      `Cannot build layer "${place.name}" with ${filters} responses: it has ` +
        "no weights",
    );
  }
  const wide = { ...given as object, out: out * filters };
  const { output, runSize, ...shapes } = kind.describe(wide, place);
  return {
    ...shapes,
    output: { ...output, C: out },
    runSize: runSize / filters,
  };
}

/** Kind of a layer, and its options in the description. */
function kindOf(description: LayerDescription, number: number) {
  if ("kind" in description) {
    return { kind: description.kind, options: description };
  }
  const fields: Readonly<Record<string, unknown>> = { ...description };
  const kind = KINDS.find(({ name }) => name in fields);
  if (!kind) {
    throw new ShapeError(
      `Cannot build layer ${number}: ${JSON.stringify(description)} is none ` +
        `of ${KINDS.map(({ name }) => name).join(", ")}`,
    );
  }
  const known = [kind.name, ...OPTIONS];
  const stranger = Object.keys(fields).find((key) => !known.includes(key));
  if (stranger !== undefined) {
    throw new TypeError(
      `Cannot build layer ${number}: ${JSON.stringify(description)} has ` +
        `${stranger}, expected ${known.join(", ")}, or norm, bias and others ` +
        "of networks that are computed layer by layer",
    );
  }
  return { kind, options: fields[kind.name] };
}
