/**
 * A network compiled to run a few bins of a single sample at a time.
 *
 * @module
 */

import { DENSE_BINS } from "../layers/dense_tiling.ts";
import type { Dispatch } from "../device/compiler.ts";
import type { Layout } from "../network/layout.ts";
import type { Extent } from "../network/network.ts";

/**
 * Bins of a frame. A dense layer adds up the spikes of so many bins together,
 * from a multiple of them on: frames that begin there keep the order of its sums.
 */
export const FRAME = DENSE_BINS;

/** Activity of a layer in the frame that ran last. */
export interface StreamLayer {
  readonly name: string;
  readonly extent: Extent;
  readonly layout: Layout;
  /** Spikes, [F]; bit j is bin j of the frame. */
  readonly spikes: GPUBuffer;
  /** Potentials, [FRAME, F] by quads. */
  readonly potentials: GPUBuffer;
  /** Planes of signed numbers, if it sends these, and what one stands for. */
  readonly numbers?: { readonly planes: number; readonly height: number };
}

/** A readout without neurons in the frame that ran last. */
export interface StreamReadout {
  readonly extent: Extent;
  readonly layout: Layout;
  /** Drives, [FRAME, F] by quads. */
  readonly drives: GPUBuffer;
  /** Factor and summand of each drive, in quads by place. */
  readonly coefficients: GPUBuffer;
}

/** Kernels and buffers of a stream. */
export interface StreamPlan extends Disposable {
  /** Layers with neurons, first to last. */
  readonly layers: readonly StreamLayer[];
  /** The last layer, where it has no neurons. */
  readonly readout?: StreamReadout;
  /** Value of a spike in a trace. */
  readonly height: number;
  /** Number of addresses of events, and the bits of a word that hold one. */
  readonly inputs: number;
  readonly addressBits: number;
  /** Parts of a bin that the plan's events count. */
  readonly fine: number;
  /** Bins before the chunk that runs, and bins in it. */
  readonly chunk: GPUBuffer;
  /** Buffers that binning adds to, cleared before each chunk. */
  readonly cleared: readonly GPUBuffer[];
  /** Buffers that are cleared when the stream starts again. */
  readonly remembered: readonly GPUBuffer[];
  /** Number of counts of events that were too large, where that may be. */
  readonly overflow?: GPUBuffer;
  /** The dispatches from the input's spikes to the last layer. */
  readonly dispatches: readonly Dispatch[];
  /** Compiles the binning of the events in a buffer. */
  bin(events: GPUBuffer): Promise<readonly Dispatch[]>;
  /** Says how many events the frame has. */
  write(events: number): void;
}
