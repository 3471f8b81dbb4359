/**
 * Random augmentation of training samples, computed on the device.
 *
 * @module
 */

/** A change that is drawn for some samples only, or with a lower bound. */
export interface ChangeRange {
  /** Largest change. */
  readonly most: number;
  /** Smallest change, for fractions only. @default 0 */
  readonly least?: number;
  /** Probability that a sample is changed. @default 1 */
  readonly probability?: number;
}

/**
 * Random augmentation, drawn anew for each sample and step. Lengths are in
 * pixels or bins, fractions from 0 to 1. A number is the largest change, drawn
 * for every sample.
 */
export interface Augmentation {
  /** Probability of a horizontal flip. @default 0 */
  readonly flip?: number;
  /** Probability of a vertical flip. @default 0 */
  readonly flipY?: number;
  /** Classes whose samples are never flipped. @default none */
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
  /** Largest fraction of the area that an erased box covers. @default 0 */
  readonly erase?: number | ChangeRange;
  /** Largest fraction of events that are dropped. @default 0 */
  readonly drop?: number | ChangeRange;
  /**
   * Largest number of random events that are added, for each event of the
   * sample.
   *
   * @default 0
   */
  readonly noise?: number | ChangeRange;
  /**
   * Probability that a batch is mixed (CutMix): each sample gets a box of
   * another sample, and both labels in proportion to their areas.
   *
   * @default 0
   */
  readonly mix?: number;
}
