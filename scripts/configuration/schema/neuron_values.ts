/**
 * Parameters that several kinds of neurons of a configuration have.
 *
 * @module
 */

import * as v from "npm:valibot@1.5.0";
import { moderate, oneOf, worded } from "./values.ts";

/**
 * A whole number between two limits, inclusive.
 *
 * @param least The smallest.
 * @param most The largest.
 * @returns The schema.
 */
export const integer = (least: number, most: number) =>
  worded(
    `a whole number from ${least} to ${most}`,
    v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most)),
  );

/** A time constant in bins. */
export const bins = worded(
  "a number from 1 to 1e9",
  v.pipe(v.number(), v.minValue(1), v.maxValue(1e9)),
);

/** A time constant in bins from which learning starts. */
export const learnedBins = worded(
  "a number of more than 1, up to 1e9",
  v.pipe(v.number(), v.gtValue(1), v.maxValue(1e9)),
);

/** Surrogate derivatives of leaky neurons. */
export const surrogates = {
  /** Surrogate derivative of the threshold function. */
  surrogate: v.optional(
    oneOf("exponential", "arctangent", "sigmoid", "fast sigmoid", "triangle"),
    "arctangent",
  ),
  /** Steepness of the surrogate derivative at the threshold. */
  steepness: v.optional(moderate, 2),
};

/** Spike condition and surrogate derivatives of resonators. */
export const resonatorSpikes = {
  /**
   * Fires once per period, or when the imaginary part reaches its threshold.
   */
  fires: v.optional(oneOf("phase", "imaginary"), "phase"),
  /** Width and height of the surrogate derivative. */
  tauGrad: v.optional(moderate, 1),
  scaleGrad: v.optional(moderate, 1),
};
