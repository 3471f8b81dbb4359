/**
 * Networks as run by other programs, for checking conversions.
 *
 * @module
 */

import type { Device } from "../../../engine/device/device.ts";

/** Values of one node: an array in `[C, H, W]` order per bin. */
export type Bins = readonly Float64Array[];

/**
 * Runs a network by the equations of another program. Takes the input spikes,
 * and spikes that replace the output of some nodes for the nodes that read
 * them; returns each node's output by its name. The device is for interpreters
 * that compute on one.
 */
export type Interpreter = (
  input: Bins,
  given: ReadonlyMap<string, Bins>,
  device: Device,
) => ReadonlyMap<string, Bins> | Promise<ReadonlyMap<string, Bins>>;

/** A network as another program runs it. */
export interface Counterpart {
  /** Runs the network. */
  readonly run: Interpreter;
  /**
   * Name of the node that corresponds to each layer of the network here; the
   * last is the readout's, if there is one.
   */
  readonly parts: readonly string[];
  /**
   * Whether its nodes read this network's own spikes and ignore replacements.
   */
  readonly readsOwn?: boolean;
  /** Factor of the readout's output. @default 1 */
  readonly readoutFactor?: number;
}
