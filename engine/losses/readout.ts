/**
 * Losses of a readout. Each output has one value, the mean over time of its
 * drive or of its spikes.
 *
 * @module
 */

import { ShapeError } from "../device/errors.ts";
import { isFinite32, isPositive } from "../network/float_range.ts";
import type { Loss, ReadoutLoss, Sparsity } from "./loss.ts";

/** Options of the losses of a readout. */
export interface ReadoutOptions {
  /**
   * Label smoothing: the share of the target that is spread evenly over all
   * classes; not applied to mixed samples.
   *
   * @default 0
   */
  readonly smoothing?: number;
  /**
   * Factor of the firing rates of a last layer with neurons.
   *
   * @default 1
   */
  readonly rateScale?: number;
  /** Weight of the samples of each class. @default 1 for all */
  readonly classWeights?: readonly number[];
  /**
   * Sparsity loss: adds lam · max(0, rate − maxRate)² for each layer of neurons
   * but the last, where rate is its mean firing rate in the batch; lava-dl's
   * SparsityEnforcer. maxRate is 0.01 and lam is 1 by default. Reported losses
   * exclude this term, as they exclude weight decay.
   *
   * @default nothing is added
   */
  readonly sparsity?: Partial<Sparsity>;
}

/**
 * Cross-entropy of the outputs' mean drives or, for a last layer with neurons,
 * of their firing rates.
 *
 * The loss of a batch is the mean over its samples.
 *
 * @param options Label smoothing, factor of rates, class weights.
 * @returns The loss.
 * @throws {RangeError} If a number is out of range.
 *
 * @example
 * ```ts
 * import { crossEntropy } from "./readout.ts";
 * if (crossEntropy({ smoothing: 0.1 }).name !== "crossEntropy") throw new Error();
 * ```
 */
export function crossEntropy(options: ReadoutOptions = {}): Loss {
  return readoutLoss("crossEntropy", "cross-entropy", options);
}

/**
 * Mean squared difference between outputs and their targets, 1 for the class
 * of the sample and 0 for the others.
 *
 * @param options Label smoothing, factor of rates, class weights.
 * @returns The loss.
 * @throws {RangeError} If a number is out of range.
 *
 * @example
 * ```ts
 * import { squaredRate } from "./readout.ts";
 * if (squaredRate().name !== "squaredRate") throw new Error();
 * ```
 */
export function squaredRate(options: ReadoutOptions = {}): Loss {
  return readoutLoss("squaredRate", "squared error", options);
}

/** Options of {@linkcode spikeRate}. */
export interface SpikeRateOptions extends ReadoutOptions {
  /** Target rate of the sample's class, in spikes per bin. @default 0.2 */
  readonly true?: number;
  /** Target rate of the other classes, in spikes per bin. @default 0.03 */
  readonly false?: number;
}

/**
 * Squared difference between the outputs' firing rates and their target rates,
 * in spikes per bin, summed over outputs: lava-dl's SpikeRate.
 *
 * The loss of a batch is the mean over its samples, whereas lava-dl sums them.
 *
 * @param options Target rates, and the options of all losses of a readout.
 * @returns The loss.
 * @throws {RangeError} If a number is out of range.
 *
 * @example
 * ```ts
 * import { spikeRate } from "./readout.ts";
 * if (spikeRate({ true: 0.5 }).name !== "spikeRate") throw new Error();
 * ```
 */
export function spikeRate(options: SpikeRateOptions = {}): Loss {
  const { true: trueRate = 0.2, false: falseRate = 0.03 } = options;
  for (const rate of [trueRate, falseRate]) {
    if (rate >= 0 && rate < Infinity) continue;
    throw new RangeError(
      `Cannot aim at a rate of ${rate}: it is not a number from 0`,
    );
  }
  return readoutLoss("spikeRate", "rate error", options, {
    trueRate,
    falseRate,
  });
}

/** Options of {@linkcode spikeMoid}. */
export interface SpikeMoidOptions extends ReadoutOptions {
  /** Width of the sigmoid, in spikes per bin. @default 1 */
  readonly alpha?: number;
  /**
   * Rate at which the probability is one half, in spikes per bin. @default 0
   */
  readonly theta?: number;
}

/**
 * Binary cross-entropy of each output, whose probability is a sigmoid of its
 * firing rate, summed over outputs: lava-dl's SpikeMoid.
 *
 * The loss of a batch is the mean over its samples, whereas lava-dl sums them.
 *
 * @param options Sigmoid, and the options of all losses of a readout.
 * @returns The loss.
 * @throws {RangeError} If a number is out of range.
 *
 * @example
 * ```ts
 * import { spikeMoid } from "./readout.ts";
 * if (spikeMoid({ alpha: 0.1 }).name !== "spikeMoid") throw new Error();
 * ```
 */
export function spikeMoid(options: SpikeMoidOptions = {}): Loss {
  const { alpha = 1, theta = 0 } = options;
  if (!isPositive(alpha) || !isFinite32(theta)) {
    throw new RangeError(
      `Cannot compute sigmoids with alpha ${alpha} and theta ${theta}: alpha ` +
        "is not positive, or theta not finite",
    );
  }
  return readoutLoss("spikeMoid", "sigmoids", options, {
    width: alpha,
    center: theta,
  });
}

/**
 * Spikemax: cross-entropy of each output's share of the spikes. One spike is
 * added to the count of each output, so that silence costs no more than a
 * guess. This is lava-dl's SpikeMax over the whole sample, which adds no spike.
 * Its mode "softmax" is {@linkcode crossEntropy} of rates.
 *
 * The loss of a batch is the mean over its samples, whereas lava-dl sums them.
 *
 * @param options Label smoothing, class weights, bound of rates.
 * @returns The loss, for a last layer with neurons.
 * @throws {RangeError} If a number is out of range.
 *
 * @example
 * ```ts
 * import { spikeMax } from "./readout.ts";
 * if (spikeMax().name !== "spikeMax") throw new Error();
 * ```
 *
 * Source: Shrestha and others, Spikemax, arXiv:2205.09845.
 */
export function spikeMax(options: ReadoutOptions = {}): Loss {
  return readoutLoss("spikeMax", "shares", options);
}

function readoutLoss(
  name: string,
  kind: ReadoutLoss["kind"],
  { smoothing = 0, rateScale = 1, classWeights, sparsity }: ReadoutOptions,
  constants?: ReadoutLoss["constants"],
): Loss {
  if (!(smoothing >= 0 && smoothing < 1)) {
    throw new RangeError(
      `Cannot smooth labels by ${smoothing}: it is not from 0 to below 1`,
    );
  }
  if (!(rateScale > 0 && rateScale < Infinity)) {
    throw new RangeError(
      `Cannot scale rates by ${rateScale}: it is not positive`,
    );
  }
  const wrong = classWeights?.find((weight) =>
    !(weight >= 0 && weight < Infinity)
  );
  if (wrong !== undefined) {
    throw new RangeError(
      `Cannot weight a class by ${wrong}: it is not a number from 0`,
    );
  }
  return {
    name,
    readout: {
      kind,
      smoothing,
      constants,
      rateScale,
      classWeights,
      sparsity: sparsity && checkedSparsity(sparsity),
    },
    settle() {
      throw new ShapeError(
        `Cannot train with the loss "${name}": the network has no readout; a ` +
          "layer with a norm or a bias, or one without neurons, makes one",
      );
    },
  };
}

function checkedSparsity(
  { maxRate = 0.01, lam = 1 }: Partial<Sparsity>,
): Sparsity {
  for (const [name, value] of Object.entries({ maxRate, lam })) {
    if (value >= 0 && isFinite32(value)) continue;
    throw new RangeError(
      `Cannot bound firing rates with ${name} ${value}: it is not a number ` +
        "from 0",
    );
  }
  return { maxRate, lam };
}
