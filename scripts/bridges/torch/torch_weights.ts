/**
 * Imports weights of slayerPytorch, lava-dl, SpikingJelly and snnTorch.
 *
 * A layer takes the tensors with its name, as in slayerPytorch's networks, or
 * else the next ones in order; then the next normalisation, delays, response
 * and learned neuron parameters.
 *
 * @module
 */

import {
  type ModelDescription,
  structureOf,
} from "../../../engine/model/model_description.ts";
import {
  countOf,
  isSameShape,
  type NamedArray,
  type WeightSlot,
} from "../../../engine/network/weights.ts";
import { NetworkError } from "../network/network_error.ts";
import type { TorchTensor } from "./torch_tensor.ts";
import { modulesOf, type TorchModule } from "./torch_modules.ts";
import { requireNeurons } from "./torch_neurons.ts";

/** Imported weights, and notes. */
export interface TorchWeights {
  /** Weights by their names in this project. */
  readonly weights: Readonly<Record<string, NamedArray>>;
  /** Assumptions and omissions, one line each. */
  readonly notes: readonly string[];
}

/** Weight slots of a layer, by the part of their name after the layer's. */
interface Layer {
  readonly name: string;
  readonly slots: Map<string, WeightSlot>;
}

/** Names of a normalisation's tensors, here and in PyTorch. */
const NORM = [
  ["norm.weight", "weight"],
  ["norm.bias", "bias"],
  ["norm.mean", "running_mean"],
  ["norm.var", "running_var"],
] as const;

/**
 * Finds the weights of a network among tensors.
 *
 * @param tensors The tensors by name, in order.
 * @param description The network.
 * @returns Its weights.
 * @throws {NetworkError} If tensors are missing, left over or of other shapes,
 * or neurons have other parameters.
 */
export function weightsOfTorch(
  tensors: ReadonlyMap<string, TorchTensor>,
  description: ModelDescription,
): TorchWeights {
  const { slots, running } = structureOf(description);
  const all = [...slots, ...running];
  const modules = modulesOf(tensors);
  const used = new Set<string>();
  const weights: Record<string, NamedArray> = {};
  const next = (
    what: string,
    layer: Layer,
    has: (module: TorchModule) => boolean,
  ) => {
    const free = modules.filter((module) =>
      !used.has(module.name) && has(module)
    );
    const module = free.find(({ name }) => name === layer.name) ?? free[0];
    if (!module) {
      throw new NetworkError(`there is no ${what} for it`, {
        node: layer.name,
      });
    }
    used.add(module.name);
    return module;
  };
  for (const layer of layersOf(all)) {
    const synapse = next("weight", layer, isSynapse);
    const set = (array: string, tensor: TorchTensor) => {
      const slot = layer.slots.get(array)!;
      weights[slot.name] = fit(tensor, slot, synapse.name);
    };
    set("weight", synapse.tensors.get("weight")!);
    if (layer.slots.has("stretch")) {
      set(
        "stretch",
        synapse.tensors.get("stretch") ??
          constant(layer.slots.get("stretch")!, 1),
      );
    }
    if (layer.slots.has("ghost")) {
      set(
        "ghost",
        next("ghost weight", layer, isSynapse).tensors.get("weight")!,
      );
    }
    if (layer.slots.has("recurrent")) {
      const { name, tensors } = next("recurrent weight", layer, isSynapse);
      if (tensors.get("bias")?.data.some((value) => value !== 0)) {
        throw new NetworkError(
          "it has a bias, and recurrent weights here none",
          {
            node: name,
          },
        );
      }
      set("recurrent", tensors.get("weight")!);
    }
    const bias = synapse.tensors.get("bias");
    if (layer.slots.has("norm.weight")) {
      const norm = next("normalisation", layer, isNorm);
      requireVariances(norm);
      for (const [array, tensor] of NORM) {
        const found = norm.tensors.get(tensor) ??
          constant(layer.slots.get(array)!, tensor === "weight" ? 1 : 0);
        set(array, array === "norm.mean" && bias ? less(found, bias) : found);
      }
    } else if (layer.slots.has("bias")) {
      set("bias", bias ?? constant(layer.slots.get("bias")!, 0));
    } else if (bias?.data.some((value) => value !== 0)) {
      throw new NetworkError(
        `it has a bias, and layer "${layer.name}" of the configuration none`,
        { node: synapse.name },
      );
    }
    if (layer.slots.has("delay")) {
      const { tensors } = next("delay", layer, isDelay);
      set("delay", tensors.get("delay")!);
    }
    if (layer.slots.has("response")) {
      const { tensors } = next("response", layer, isResponse);
      set("response", reversed(tensors.get("weight")!));
    }
    if (layer.slots.has("neuron.w")) {
      const { tensors } = next("neuron", layer, isParametric);
      const { data } = tensors.get("w")!;
      set("neuron.w", { shape: [1], data });
    }
  }
  const left = modules.find((module) =>
    !used.has(module.name) &&
    [isSynapse, isNorm, isParametric, isDelay, isResponse]
      .some((has) => has(module))
  );
  if (left) {
    throw new NetworkError(
      "the network of the configuration has no layer for it",
      {
        node: left.name,
      },
    );
  }
  const { compared, notes } = requireNeurons(modules, description);
  const others = modules.filter(({ name }) => !used.has(name))
    .flatMap(({ name, tensors }) =>
      [...tensors.keys()].map((own) => `${name}.${own}`)
    )
    .filter((name) => !compared.includes(name));
  return { weights, notes: [...notes, ...notesOf(tensors, others)] };
}

/**
 * Counts the outputs of the last layer with weights.
 *
 * @param tensors The tensors by name, in order.
 * @returns The number of outputs; 1 where there are no weights.
 */
export function outputsOfTorch(
  tensors: ReadonlyMap<string, TorchTensor>,
): number {
  const last = modulesOf(tensors).findLast(isSynapse);
  return last?.tensors.get("weight")?.shape[0] ?? 1;
}

/** Reshapes a tensor to a layer's array. */
function fit(
  { shape, data }: TorchTensor,
  { name, weights }: WeightSlot,
  module = name,
): NamedArray {
  const fits = isSameShape(shape, weights.shape) ||
    (weights.fits?.(shape) ?? false);
  if (!fits) {
    throw new NetworkError(
      `its shape is [${shape}], and that of "${name}" is [${weights.shape}]`,
      { node: module },
    );
  }
  return { shape: weights.shape, data };
}

function constant(
  { weights: { shape } }: WeightSlot,
  value: number,
): TorchTensor {
  return { shape, data: new Float32Array(countOf(shape)).fill(value) };
}

/** Requires variances that have a root, by which the network divides. */
function requireVariances({ name, tensors }: TorchModule): void {
  const wrong = tensors.get("running_var")!.data.find((value) => value < 0);
  if (wrong === undefined) return;
  throw new NetworkError(
    `its running_var is ${wrong}, and a variance is not negative`,
    { node: name },
  );
}

/** Running mean of a normalisation, minus the bias of the layer before it. */
function less({ shape, data }: TorchTensor, bias: TorchTensor): TorchTensor {
  return { shape, data: data.map((value, c) => value - bias.data[c]) };
}

function layersOf(slots: readonly WeightSlot[]): Layer[] {
  const layers = new Map<string, Layer>();
  for (const slot of slots) {
    const layer = layers.get(slot.layer) ??
      { name: slot.layer, slots: new Map() };
    layer.slots.set(slot.name.slice(slot.layer.length + 1), slot);
    layers.set(slot.layer, layer);
  }
  return [...layers.values()];
}

/**
 * Whether a module has weights; SLAYER's pools have a fixed scalar, no weights.
 */
function isSynapse({ tensors }: TorchModule): boolean {
  const weight = tensors.get("weight");
  return weight !== undefined && weight.shape.length > 1 &&
    weight.shape.slice(0, 2).some((side) => side > 1 || !isOne(weight)) &&
    !tensors.has("running_mean") && !isKernel(weight.shape);
}

/** Whether a module is a learned response (PSP), shared or one per filter. */
function isResponse({ tensors }: TorchModule): boolean {
  return isKernel(tensors.get("weight")?.shape ?? []);
}

function isKernel(shape: readonly number[]): boolean {
  return shape.length === 5 && shape[4] > 1 &&
    shape.slice(1, 4).every((side) => side === 1);
}

/** Reverses a response: slayerPytorch stores taps last bin first. */
function reversed({ shape, data }: TorchTensor): TorchTensor {
  const [filters, , , , taps] = shape;
  if (filters > 1) {
    throw new NetworkError(
      `it has ${filters} responses, and a layer of slayerPytorch here one`,
    );
  }
  return { shape: [taps], data: data.toReversed() };
}

/** Whether a module is slayerPytorch's delays. */
function isDelay({ tensors }: TorchModule): boolean {
  return tensors.has("delay");
}

/** Whether all values are equal, as in a pool. */
function isOne({ data }: TorchTensor): boolean {
  return data.every((value) => value === data[0]);
}

function isNorm({ tensors }: TorchModule): boolean {
  return tensors.has("running_mean") && tensors.has("running_var");
}

function isParametric({ tensors }: TorchModule): boolean {
  return tensors.get("w")?.data.length === 1;
}

/** Notes tensors that are not weights; of scalars also the value. */
function notesOf(
  tensors: ReadonlyMap<string, TorchTensor>,
  others: readonly string[],
): string[] {
  const shown = others.filter((name) => !/num_batches_tracked$/.test(name));
  if (shown.length === 0) return [];
  const words = shown.slice(0, 8).map((name) => {
    const { data } = tensors.get(name) ?? { data: [] };
    return data.length === 1 ? `${name} ${data[0]}` : name;
  });
  const more = shown.length > 8 ? ` and ${shown.length - 8} more` : "";
  return [`left to the configuration: ${words.join(", ")}${more}`];
}
