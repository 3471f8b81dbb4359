/**
 * Losses of a readout: one number an output, the mean over time of its drive
 * or of its spikes.
 *
 * @module
 */

import { ShapeError } from "../device/errors.ts";
import type { Loss, ReadoutLoss } from "./loss.ts";

/** Options of the losses of a readout. */
export interface ReadoutOptions {
  /**
   * Share of the target that all classes have, but for mixed samples.
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
  /** Factor of the samples of each class. @default 1 for all */
  readonly classWeights?: readonly number[];
}

/**
 * Cross-entropy of the outputs' mean drives or, of a last layer with neurons,
 * of its firing rates.
 *
 * The loss of a batch is the mean over its samples.
 *
 * @param options Label smoothing, factor of rates, weights of classes.
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
 * @param options Label smoothing, factor of rates, weights of classes.
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

function readoutLoss(
  name: string,
  kind: ReadoutLoss["kind"],
  { smoothing = 0, rateScale = 1, classWeights }: ReadoutOptions,
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
    readout: { kind, smoothing, rateScale, classWeights },
    settle() {
      throw new ShapeError(
        `Cannot train with the loss "${name}": the network has no readout; a ` +
          "layer with a norm or a bias, or one without neurons, makes one",
      );
    },
  };
}
