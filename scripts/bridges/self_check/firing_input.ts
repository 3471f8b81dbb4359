/**
 * Random input at which a network fires.
 *
 * @module
 */

import type { Device } from "../../../engine/device/device.ts";
import {
  type ModelDescription,
  structureOf,
} from "../../../engine/model/model_description.ts";
import {
  FIXED_ADAPTIVE_RESONATOR,
  FIXED_ALIF,
  FIXED_CUBA,
  FIXED_RESONATOR,
} from "../../../engine/neurons/fixed_point.ts";
import { LOIHI } from "../../../engine/neurons/loihi.ts";
import type { NeuronKind } from "../../../engine/neurons/neuron_kind.ts";
import type { NamedArray } from "../../../engine/network/weights.ts";
import type { Prediction } from "../../../engine/trace.ts";
import type { WeightedNetwork } from "../../../engine/training/fold_norms.ts";
import { RATE, runSpikes } from "./run_spikes.ts";

/** Shares of bins with input spikes, tried in order; one is sparser. */
const DENSITIES: readonly number[] = [RATE, 2 * RATE, 3.6 * RATE, RATE / 4];

/** Factors of a drive that causes too few spikes, tried in order. */
export const BOOSTS: readonly number[] = [8, 64, 512, 4096];

/** Integer neurons, whose sums would overflow with an enlarged input. */
const INTEGERS: readonly NeuronKind[] = [
  ...[LOIHI, FIXED_CUBA, FIXED_ALIF],
  ...[FIXED_RESONATOR, FIXED_ADAPTIVE_RESONATOR],
];

/** Input spikes, and what the network makes of them. */
export interface FiringInput {
  /** The spikes, `[N, C, H, W, T]`. */
  readonly spikes: NamedArray;
  /** Their height. */
  readonly height: number;
  /** The network's predictions. */
  readonly predictions: readonly Prediction[];
}

/**
 * Lists heights at which a network's input may be driven.
 *
 * @param description The network.
 * @returns 1 and, unless the first neurons are integers, larger ones.
 */
export function heightsOf(description: ModelDescription): readonly number[] {
  const { units, layers: [first] } = structureOf(description);
  const neuron = units ? units.units[0].neuron : first.neuron;
  return neuron && INTEGERS.includes(neuron.kind) ? [1] : [1, ...BOOSTS];
}

/**
 * Tries input of rising density, and then of rising height.
 *
 * @param device The device.
 * @param network The network with its weights.
 * @param options Draws spikes of a density; and counts, for predictions, what
 * shall be many: the first input that gives `enough` is taken, else that which
 * gives most.
 * @returns The input.
 * @throws {ShapeError} If the network does not fit the device.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 */
export async function findFiringInput(
  device: Device,
  network: WeightedNetwork<ModelDescription>,
  { draw, count, enough }: {
    readonly draw: (density: number) => NamedArray;
    readonly count: (predictions: readonly Prediction[]) => number;
    readonly enough: number;
  },
): Promise<FiringInput> {
  const [, ...heights] = heightsOf(network.description);
  const drives = [
    ...DENSITIES.map((density) => ({ density, height: 1 })),
    ...heights.map((height) => ({ density: RATE, height })),
  ];
  let best: FiringInput & { readonly score: number } | undefined;
  for (const { density, height } of drives) {
    const spikes = draw(density);
    const predictions = await runSpikes(device, network, spikes, height);
    const score = count(predictions);
    if (score > (best?.score ?? -1)) {
      best = { spikes, height, predictions, score };
    }
    if (score >= enough) break;
  }
  return best!;
}
