/**
 * Random changes of training samples, made on the device.
 *
 * @module
 */

/**
 * Random changes of training samples, each drawn anew for a sample and a step.
 * Lengths are in pixels or bins, shares from 0 to 1.
 */
export interface Augmentation {
  /** Probability of mirroring left and right. @default 0 */
  readonly flip?: number;
  /** Probability of mirroring top and bottom. @default 0 */
  readonly flipY?: number;
  /** Classes whose samples are never mirrored. @default none */
  readonly flipNot?: readonly number[];
  /** Largest shift along x and y. @default 0 */
  readonly shift?: number;
  /** Largest rotation in degrees. @default 0 */
  readonly rotate?: number;
  /** Largest relative change of size. @default 0 */
  readonly zoom?: number;
  /** Largest shift in time in bins. @default 0 */
  readonly shiftTime?: number;
  /** Largest relative change of speed. @default 0 */
  readonly stretchTime?: number;
  /** Largest share of the area of a box that is erased. @default 0 */
  readonly erase?: number;
  /** Largest share of events that are dropped. @default 0 */
  readonly drop?: number;
  /**
   * Probability that a batch is mixed: each sample gets a box of another one,
   * and both classes by their areas.
   *
   * @default 0
   */
  readonly mix?: number;
}
