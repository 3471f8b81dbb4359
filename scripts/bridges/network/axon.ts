/**
 * Converts axonal delays of other programs to entries of a configuration.
 *
 * @module
 */

import { type Extent, sizeOf } from "../../../engine/network/network.ts";
import type { NamedArray } from "../../../engine/network/weights.ts";
import { NetworkError } from "./network_error.ts";

/** Delays of a layer's spikes. */
export interface ImportedAxon {
  /** Delay in ms that all neurons share, or the axis of learned delays. */
  readonly delay: number | { readonly per: "neuron" | "channel" };
  /** Learned delays in ms. */
  readonly delays?: NamedArray;
}

/**
 * Converts the delays of a layer's spikes.
 *
 * @param delays Name of the layer or node; `bins`, its delays in bins: one for
 * all, one per channel or one per neuron; and the time step in ms.
 * @param extent Channels, rows and columns of the spikes.
 * @returns The delays.
 * @throws {NetworkError} If a delay is not a whole number of bins, or the
 * number of delays fits neither channels nor neurons.
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
