/**
 * Random changes of training samples, made on the device.
 *
 * @module
 */

/** A change that is not drawn for every sample, or never below a least. */
export interface ChangeRange {
  /** Largest change. */
  readonly most: number;
  /** Smallest change, of shares alone. @default 0 */
  readonly least?: number;
  /** Probability that a sample is changed. @default 1 */
  readonly probability?: number;
}

/**
 * Random changes of training samples, each drawn anew for a sample and a step.
 * Lengths are in pixels or bins, shares from 0 to 1. A number stands for the
 * largest change, drawn for every sample.
 */
export interface Augmentation {
  /** Probability of mirroring left and right. @default 0 */
  readonly flip?: number;
  /** Probability of mirroring top and bottom. @default 0 */
  readonly flipY?: number;
  /** Classes whose samples are never mirrored. @default none */
  readonly flipNot?: readonly number[];
  /** Largest shift along x and along y. @default 0 */
  readonly shift?: number | ChangeRange;
  /** Largest rotation in degrees. @default 0 */
  readonly rotate?: number | ChangeRange;
  /** Largest relative change of size. @default 0 */
  readonly zoom?: number | ChangeRange;
  /** Largest shift in time in bins. @default 0 */
  readonly shiftTime?: number | ChangeRange;
  /** Largest relative change of speed. @default 0 */
  readonly stretchTime?: number | ChangeRange;
  /** Largest share of the area of a box that is erased. @default 0 */
  readonly erase?: number | ChangeRange;
  /** Largest share of events that are dropped. @default 0 */
  readonly drop?: number | ChangeRange;
  /**
   * Probability that a batch is mixed: each sample gets a box of another one,
   * and both classes by their areas.
   *
   * @default 0
   */
  readonly mix?: number;
}
