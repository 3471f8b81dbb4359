/**
 * Types of a whole configuration, which follow from its schema.
 *
 * @module
 */

import type { WrittenConfiguration } from "./schema.ts";

/** A loss as a file has it: its region may be left out. */
export type WrittenTarget = WrittenConfiguration["training"]["error"];

/** A loss: what it asks of the output neurons. */
export type SpikeTarget =
  & WrittenTarget
  & Required<Pick<WrittenTarget, "tgtSpikeRegion">>;

/** Files and folders as a file has them: the store may be left out. */
export type WrittenPaths = WrittenConfiguration["training"]["path"];

/**
 * A whole configuration, checked and with every default filled in; its paths
 * are absolute.
 */
export type Configuration = WrittenConfiguration & {
  readonly training: {
    /** The loss, for training and wherever `testing` does not apply. */
    readonly error: SpikeTarget;
    /** Files and folders. */
    readonly path: WrittenPaths & Required<Pick<WrittenPaths, "store">>;
  };
  /** Validation and test, where training takes random crops. */
  readonly testing?: {
    /** The loss. */
    readonly error: SpikeTarget;
  };
};
