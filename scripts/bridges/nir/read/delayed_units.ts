/**
 * Imports NIR's delay nodes as axonal delays of the layers that they read.
 *
 * @module
 */

import type { Extent } from "../../../../engine/network/network.ts";
import { axonOf } from "../../network/axon.ts";
import type { ImportedUnit } from "../../network/nested_units.ts";
import { NetworkError } from "../../network/network_error.ts";
import { tidy } from "../../network/tidy.ts";

/**
 * Delays the spikes of a layer.
 *
 * @param unit The layer.
 * @param node Name of the node, its delays and the time step in s, and the
 * extent of the spikes.
 * @returns The layer with delays.
 * @throws {NetworkError} If a delay is not a whole number of bins, or the layer
 * is delayed already.
 */
export function delayedUnit(
  unit: ImportedUnit,
  { name, delays, extent, dt }: {
    readonly name: string;
    readonly delays: Float64Array;
    readonly extent: Extent;
    readonly dt: number;
  },
): ImportedUnit {
  if (unit.entry.delay !== undefined) {
    throw new NetworkError("it delays spikes that are delayed already", {
      node: name,
    });
  }
  const bins = delays.map((delay) => tidy(delay / dt));
  const axon = axonOf({ name, bins, Ts: 1000 * dt }, extent);
  return {
    ...unit,
    entry: { ...unit.entry, delay: axon.delay },
    arrays: { ...unit.arrays, ...axon.delays && { delay: axon.delays } },
  };
}
