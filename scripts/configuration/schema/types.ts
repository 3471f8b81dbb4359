/**
 * Types of a complete configuration, derived from its schema.
 *
 * @module
 */

import type { NeuronSection } from "./neuron.ts";
import type { WrittenConfiguration } from "./schema.ts";

/** A loss in a configuration file; type and region may be left out. */
export type WrittenTarget = WrittenConfiguration["training"]["error"];

/** A complete loss: its type, region, window, target counts and times. */
export type SpikeTarget =
  & WrittenTarget
  & Required<Pick<WrittenTarget, "type" | "tgtSpikeRegion">>;

/** Files and folders in a configuration file; the store may be left out. */
export type WrittenPaths = WrittenConfiguration["training"]["path"];

/**
 * A complete configuration: checked, with every default filled in, and with
 * absolute paths.
 */
export type Configuration = WrittenConfiguration & {
  /** The neuron of all layers that have none of their own. */
  readonly neuron: NeuronSection;
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
