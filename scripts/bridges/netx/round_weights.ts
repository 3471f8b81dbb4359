/**
 * Rounds weights and thresholds to Loihi's 8-bit integers.
 *
 * @module
 */

import type { NamedArray } from "../../../engine/network/weights.ts";
import { quantized } from "../../../engine/network/quantized.ts";
import { NetworkError } from "../network/network_error.ts";
import {
  FULL_DECAY,
  LARGEST_THRESHOLD,
  LARGEST_WEIGHT,
  WEIGHT_STEP,
} from "./loihi.ts";
import type { NetNeuron } from "./net_neurons.ts";

/** Distance from an integer that counts as exact for a decay. */
const CLOSE = 0.01;

/** Integer parameters of a layer, and what rounding changes. */
export interface RoundedLayer {
  /** The weights. */
  readonly weight: NamedArray;
  /** Recurrent weights. */
  readonly recurrent?: NamedArray;
  /** Bias of the voltage, per channel. */
  readonly bias?: Float32Array;
  /** The threshold; absent for a readout. */
  readonly threshold: number | undefined;
  /** Rise of the threshold per spike; absent if it does not adapt. */
  readonly step?: number;
  readonly iDecay: number;
  readonly vDecay: number;
  /** Scale of a readout's output; 1 for neurons that fire. */
  readonly factor: number;
  /** What rounding changes, one line each. */
  readonly losses: readonly string[];
}

/**
 * Rounds a layer. Weights that are not even integers, or exceed the range, are
 * scaled together with the threshold and its rise so that the largest becomes
 * 254. A readout has no threshold, so its factor is a power of two.
 *
 * @param neuron The neurons.
 * @param layer The weights, the bias, and the layer's name.
 * @returns The integers.
 * @throws {NetworkError} If the layer has a bias and its current never decays.
 */
export function roundLayer(
  neuron: NetNeuron,
  { weight, recurrent, bias, name }: {
    readonly weight: NamedArray;
    readonly recurrent: NamedArray | undefined;
    readonly bias: NamedArray | undefined;
    readonly name: string;
  },
): RoundedLayer {
  const { unit, threshold, step, loss } = neuron;
  const [iDecay, vDecay] = neuron.decays.map(Math.round);
  const losses = loss === undefined ? [] : [loss];
  const hasBias = bias?.data.some((value) => value !== 0) ?? false;
  if (hasBias && iDecay === 0) {
    throw new NetworkError("its currents never decay, and have a bias", {
      node: name,
    });
  }
  // netx adds biases to the voltage: use the steady state of the current.
  const biasUnit = unit * FULL_DECAY / iDecay;
  if (hasBias && iDecay < FULL_DECAY) {
    losses.push(
      `the bias of "${name}" is added to voltages there, and not to currents, ` +
        "where it builds up",
    );
  }
  const all = [weight, ...recurrent ? [recurrent] : []];
  const most = all.reduce(
    (most, { data }) =>
      data.reduce(
        (most, value) => Math.max(most, Math.abs(value * unit)),
        most,
      ),
    0,
  );
  const isWhole = Number.isInteger(threshold ?? 0) &&
    all.every(({ data }) =>
      data.every((value) => Number.isInteger(value * unit / WEIGHT_STEP))
    ) &&
    (bias?.data.every((value) => Number.isInteger(value * biasUnit)) ?? true) &&
    most <= LARGEST_WEIGHT && (threshold ?? 0) <= LARGEST_THRESHOLD;
  const isReadout = threshold === undefined;
  const factor = isWhole || most === 0
    ? 1
    : isReadout
    ? 2 ** Math.floor(Math.log2(LARGEST_WEIGHT / most))
    : Math.min(
      LARGEST_WEIGHT / most,
      LARGEST_THRESHOLD / Math.max(threshold, step ?? 0),
    );
  if (!isWhole) {
    losses.push(
      `weights of "${name}" are rounded to even numbers of eight bits` +
        (factor === 1
          ? ""
          : `, ${Number(factor.toPrecision(3))} times as large`),
    );
  }
  const isClose = neuron.decays.every((decay) =>
    Math.abs(decay - Math.round(decay)) <= CLOSE
  );
  if (!isClose) {
    losses.push(
      `decays of "${name}" are rounded to parts of 4096, as Loihi has them`,
    );
  }
  const rounded = ({ shape, data }: NamedArray) => ({
    shape,
    data: data.map((value) => quantized(value * unit * factor, WEIGHT_STEP)),
  });
  return {
    weight: rounded(weight),
    ...recurrent && { recurrent: rounded(recurrent) },
    ...hasBias && {
      bias: bias!.data.map((value) => Math.round(value * biasUnit * factor)),
    },
    threshold: isReadout
      ? undefined
      : Math.max(1, Math.round(threshold * factor)),
    ...step !== undefined && { step: Math.round(step * factor) },
    iDecay,
    vDecay,
    factor: isReadout ? factor : 1,
    losses,
  };
}
