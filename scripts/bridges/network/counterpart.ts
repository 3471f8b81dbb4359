/**
 * Networks as other programs run them.
 *
 * @module
 */

import type { Device } from "../../../engine/device/device.ts";

/** Values of a part of a network, bin after bin, channel by channel. */
export type Bins = readonly Float64Array[];

/**
 * Runs a network as another program does: from spikes of its input, and spikes
 * that some parts pass on in place of their own, to what each part gives, by
 * its name. A device is there for those that run on one.
 */
export type Interpreter = (
  input: Bins,
  given: ReadonlyMap<string, Bins>,
  device: Device,
) => ReadonlyMap<string, Bins> | Promise<ReadonlyMap<string, Bins>>;

/** A network as another program runs it. */
export interface Counterpart {
  /** What runs it. */
  readonly run: Interpreter;
  /**
   * For each layer of the network here, its part there; the last one is that of
   * a readout, where there is one.
   */
  readonly parts: readonly string[];
  /** Whether its parts read its own spikes, whatever they are given. */
  readonly readsOwn?: boolean;
  /** Factor of its readout. @default 1 */
  readonly readoutFactor?: number;
}
