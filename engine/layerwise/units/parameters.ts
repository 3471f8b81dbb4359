/**
 * Trained arrays of units: weights, scales and biases; and running statistics
 * of normalisations.
 *
 * @module
 */

import { ALIGNMENT, QUAD } from "../../network/layout.ts";
import {
  countOf,
  type WeightLayout,
  type WeightSlot,
} from "../../network/weights.ts";
import { floatsOf, type Unit } from "./units.ts";

/** Places of all arrays of a network of units. */
export interface UnitSlots {
  /** Arrays that updates change. */
  readonly slots: readonly WeightSlot[];
  /** Number of their floats. */
  readonly length: number;
  /** Running means and variances. */
  readonly running: readonly WeightSlot[];
  /** Number of their floats. */
  readonly runningLength: number;
}

/**
 * Lays out the arrays of units.
 *
 * @param units The units.
 * @returns The place of each array in one of two buffers.
 */
export function layOutUnits(units: readonly Unit[]): UnitSlots {
  const trained = units.flatMap((unit) => {
    const { layer, norm, bias } = unit;
    const bound = 1 / Math.sqrt(fanInOf(unit));
    return [
      ...(layer.weights
        ? [[layer.name, "weight", layer.weights] as const]
        : []),
      ...(layer.weights?.stretch
        ? [[layer.name, "stretch", layer.weights.stretch] as const]
        : []),
      ...(unit.ghost
        ? [[layer.name, "ghost", unit.ghost.weights] as const]
        : []),
      ...(norm && norm.kind !== "batch" ? [] : norm
        ? [
          [layer.name, "norm.weight", vectorOf(unit, () => 1)] as const,
          [layer.name, "norm.bias", vectorOf(unit, () => 0)] as const,
        ]
        : bias
        ? [
          [
            layer.name,
            "bias",
            vectorOf(unit, (uniform) => (2 * uniform() - 1) * bound),
          ] as const,
        ]
        : []),
      ...(unit.recurrent
        ? [[layer.name, "recurrent", unit.recurrent.weights!] as const]
        : []),
      ...(unit.axon?.delays
        ? [[layer.name, "delay", unit.axon.delays] as const]
        : []),
      ...learnedOf(unit),
    ];
  });
  const running = units.filter(({ norm }) => norm).flatMap((unit) => [
    [unit.layer.name, "norm.mean", vectorOf(unit, () => 0)] as const,
    ...(unit.norm!.kind === "mean" ? [] : [
      [
        unit.layer.name,
        "norm.var",
        unit.norm!.kind === "scale" ? numbers([1]) : vectorOf(unit, () => 1),
      ] as const,
    ]),
  ]);
  const [slots, length] = layOut(trained);
  const [runningSlots, runningLength] = layOut(running);
  return { slots, length, running: runningSlots, runningLength };
}

/** Learned parameters of a unit's neurons. */
function learnedOf(
  { layer, neuron }: Unit,
): (readonly [string, string, WeightLayout])[] {
  if (!neuron?.kind.learned) return [];
  const first = neuron.kind.learned(neuron.parameters);
  return [[layer.name, "neuron.w", numbers(first)]];
}

/** Up to four numbers for a whole layer. */
function numbers(first: readonly number[]): WeightLayout {
  return {
    shape: [first.length],
    floats: QUAD,
    first: () => Float32Array.from(first),
    visit(at) {
      for (let i = 0; i < first.length; i++) at(i, i);
    },
  };
}

/** Fan-in: inputs that an output of a unit sums. */
function fanInOf({ layer }: Unit): number {
  const [out, ...others] = layer.weights?.shape ?? [0];
  return out > 0 ? countOf(others) : 1;
}

/** One value per channel; runs are zero-padded to whole quads. */
function vectorOf(
  { layer: { output, runSize } }: Unit,
  value: (uniform: () => number) => number,
): WeightLayout {
  const { C } = output;
  const run = 4 * Math.ceil(runSize / 4);
  return {
    shape: [C],
    floats: floatsOf({ extent: output, runSize }),
    first: (random) =>
      Float32Array.from({ length: C }, () => value(() => random.uniform())),
    visit(at) {
      for (let c = 0; c < C; c++) {
        at(c, Math.floor(c / runSize) * run + c % runSize);
      }
    },
  };
}

function layOut(
  arrays: readonly (readonly [string, string, WeightLayout])[],
): [WeightSlot[], number] {
  let offset = 0;
  const slots = arrays.map(([layer, array, weights]) => {
    const length = weights.floats;
    const slot = { layer, name: `${layer}.${array}`, weights, offset, length };
    offset += Math.ceil(length / ALIGNMENT) * ALIGNMENT;
    return slot;
  });
  return [slots, Math.max(offset, ALIGNMENT)];
}
