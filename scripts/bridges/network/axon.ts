/**
 * Delays of other programs, as configurations have them.
 *
 * @module
 */

import { type Extent, sizeOf } from "../../../engine/network/network.ts";
import type { NamedArray } from "../../../engine/network/weights.ts";
import { NetworkError } from "./network_error.ts";

/** Delays of a layer's spikes. */
export interface ImportedAxon {
  /** The delay in ms that all have, or how they are learned. */
  readonly delay: number | { readonly per: "neuron" | "channel" };
  /** Those that are learned, in ms. */
  readonly delays?: NamedArray;
}

/**
 * Gives the delays of a layer's spikes.
 *
 * @param delays The bins that spikes of the layer or node are delayed by, one
 * for all or one a channel or neuron, and the time step in ms.
 * @param extent Channels, rows and columns of the spikes.
 * @returns The delays.
 * @throws {NetworkError} If they are no whole numbers of bins, or as many as
 * neither.
 */
export function axonOf(
  { name, bins, Ts }: {
    readonly name: string;
    readonly bins: Float64Array;
    readonly Ts: number;
  },
  extent: Extent,
): ImportedAxon {
  const { C, H, W } = extent;
  const wrong = bins.find((own) => !(Number.isInteger(own) && own >= 0));
  if (wrong !== undefined) {
    throw new NetworkError(`a delay is ${wrong} bins, expected whole ones`, {
      node: name,
    });
  }
  if (![1, C, sizeOf(extent)].includes(bins.length)) {
    const problem = `it has ${bins.length} delays, for ${C}×${H}×${W} neurons`;
    throw new NetworkError(problem, { node: name });
  }
  const [first] = bins;
  if (bins.every((own) => own === first)) return { delay: first * Ts };
  const each = bins.length / C;
  const isChannels = bins.every((own, at) => own === bins[at - at % each]);
  const data = Float32Array.from(bins, (own) => own * Ts);
  return isChannels
    ? {
      delay: { per: "channel" },
      delays: {
        shape: [C, 1, 1],
        data: data.filter((_, at) => at % each === 0),
      },
    }
    : { delay: { per: "neuron" }, delays: { shape: [C, H, W], data } };
}
