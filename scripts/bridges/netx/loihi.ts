/**
 * Equations and limits of Loihi's neurons.
 *
 * A spike of weight w adds 64 w to the current u, and then
 *
 *   u = ⌊u · (4096 − iDecay) / 4096⌋ + 64 w
 *   v = ⌊v · (4096 − vDecay) / 4096⌋ + u     fires where v > 64 vThMant, v = 0
 *
 * where brackets round toward 0, so that weights and thresholds are in the same
 * unit.
 *
 * Source: Davies and others, Loihi, IEEE Micro 38, 2018.
 *
 * @module
 */

/** Decay at which nothing is carried over to the next bin. */
export const FULL_DECAY = 4096;

/** Largest weight, and the step between weights. */
export const [LARGEST_WEIGHT, WEIGHT_STEP] = [254, 2];

/** Largest threshold. */
export const LARGEST_THRESHOLD = 2 ** 17 - 1;

/** Threshold that marks a readout, whose neurons never fire. */
export const READOUT_THRESHOLD = 2 ** 18 - 1;

/** Longest delay in bins. */
export const LONGEST_DELAY = 62;

/** Integer that represents a weight of 1 in lava-dl. */
export const UNIT = 64;
