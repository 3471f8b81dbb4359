/**
 * Axons: delays of a layer's spikes on their way to the layer above, and
 * dropout of neurons in training.
 *
 * @module
 */

import { ShapeError } from "../device/errors.ts";
import { isFrom0 } from "../network/float_range.ts";
import { inQuads } from "../network/layout.ts";
import { type Extent, sizeOf } from "../network/network.ts";
import type { WeightLayout } from "../network/weights.ts";

/** Learned delays, an array `conv1.delay` in addition to the weights. */
export interface LearnedDelays {
  /**
   * Whether each neuron has its own delay, `[C, H, W]`, or each channel,
   * `[C, 1, 1]`.
   *
   * @default "neuron"
   */
  readonly per?: "neuron" | "channel";
  /** Longest delay, in the unit of delays. @default no limit */
  readonly max?: number;
  /**
   * Factor of the learning rate; 0 keeps the initial delays.
   *
   * @default 1
   */
  readonly rate?: number;
}

/** Description of a layer's axons. */
export interface AxonDescription {
  /**
   * Axonal delay of the layer's spikes in ms, rounded down to whole bins: one
   * for all axons, or learned delays. Where each sample's own duration is
   * divided into slices, delays are in bins.
   *
   * @default 0
   */
  readonly delay?: number | LearnedDelays;
  /**
   * Probability that a neuron is silenced for a sample in training; the spikes
   * of other neurons are scaled by 1 / (1 − dropout).
   *
   * @default 0
   */
  readonly dropout?: number;
}

/** The axons of a layer. */
export interface Axon {
  /** Common delay, in ms or in bins; 0 where delays are learned. */
  readonly delay: number;
  /** The learned delays, if any. */
  readonly delays?: WeightLayout;
  /** Probability that a neuron is silenced for a sample in training. */
  readonly dropout: number;
}

/** Longest initial delay, in the unit of delays. */
const FIRST = 1;

/** The largest float32. */
const LARGEST = 3.4028234663852886e38;

/**
 * Returns the length of a bin in the unit of delays.
 *
 * @param time Time step in ms, and whether each sample's own duration is
 * divided into slices, which have no fixed length in ms.
 * @returns The time step in ms; 1 with slices, where delays are in bins.
 */
export function delayStep(
  { Ts, slices }: { readonly Ts: number; readonly slices?: number },
): number {
  return slices === undefined ? Ts : 1;
}

/**
 * Checks that fixed delays last at least a bin and less than a sample: shorter
 * ones would have no effect, and longer ones let no spike arrive.
 *
 * @param layers Name and axons of each layer.
 * @param time Bins of a sample, and length of a bin in the unit of delays.
 * @throws {ShapeError} If a delay does not fit.
 */
export function requireDelays(
  layers: readonly { readonly name: string; readonly axon?: Axon }[],
  { T, Ts }: { readonly T: number; readonly Ts: number },
): void {
  for (const { name, axon: { delay } = { delay: 0 } } of layers) {
    // Tolerates quotients such as 0.3 / 0.1, just below a whole number.
    const bins = Number((delay / Ts).toPrecision(9));
    if (bins === 0 || (bins >= 1 && bins < T)) continue;
    throw new ShapeError(
      `Cannot delay the spikes of layer "${name}" by ${bins} bins: ` +
        (bins < 1
          ? "a fixed delay lasts one bin or more"
          : `a sample has ${T}, of which none would be left`),
    );
  }
}

/**
 * Describes the axons of a layer.
 *
 * @param description Delay and dropout.
 * @param place Name of the layer, and extent of its output.
 * @returns The axons; `undefined` where they do not change spikes.
 * @throws {RangeError} If a number is out of range.
 * @throws {TypeError} If learned delays are neither per neuron nor per channel.
 */
export function describeAxon(
  { delay = 0, dropout = 0 }: AxonDescription,
  { name, output }: { readonly name: string; readonly output: Extent },
): Axon | undefined {
  if (!(dropout >= 0 && dropout < 1)) {
    throw new RangeError(
      `Cannot build layer "${name}" with dropout ${dropout}: it is not from ` +
        "0 to below 1",
    );
  }
  if (typeof delay !== "number") {
    return { delay: 0, delays: learnedDelays(delay, name, output), dropout };
  }
  requireFrom0(name, "a delay of", delay);
  return delay > 0 || dropout > 0 ? { delay, dropout } : undefined;
}

function learnedDelays(
  { per = "neuron", max = Infinity, rate = 1 }: LearnedDelays,
  name: string,
  { C, H, W }: Extent,
): WeightLayout {
  if (per !== "neuron" && per !== "channel") {
    throw new TypeError(
      `Cannot build layer "${name}" with delays per "${per}": expected ` +
        "neuron, channel",
    );
  }
  if (max !== Infinity) requireFrom0(name, "delays of at most", max);
  requireFrom0(name, "the rate of delays", rate);
  const shape = per === "channel" ? [C, 1, 1] : [C, H, W];
  const pixels = per === "channel" ? 1 : H * W;
  const length = C * pixels;
  const most = Math.min(max, LARGEST);
  return {
    shape,
    floats: inQuads(length),
    bounds: { rate, least: 0, most },
    first: (random) =>
      Float32Array.from(
        { length },
        () => Math.min(FIRST * random.uniform(), most),
      ),
    visit(at) {
      for (let c = 0; c < C; c++) {
        for (let pixel = 0; pixel < pixels; pixel++) {
          at(c * pixels + pixel, pixel * C + c);
        }
      }
    },
  };
}

function requireFrom0(name: string, what: string, value: number): void {
  if (isFrom0(value)) return;
  throw new RangeError(
    `Cannot build layer "${name}" with ${what} ${value}: it is not a number ` +
      "from 0",
  );
}

/**
 * Counts learned delays.
 *
 * @param delays The delays.
 * @param output Extent of the layer's output.
 * @returns Their number, and whether they are per channel.
 */
export function countDelays(
  { shape: [C, H, W] }: WeightLayout,
  output: Extent,
): { readonly D: number; readonly perChannel: boolean } {
  const D = C * H * W;
  return { D, perChannel: D < sizeOf(output) };
}
