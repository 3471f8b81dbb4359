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
 * Bins per frame. A dense layer sums the spikes of this many bins together,
 * starting at a multiple of it; frames that begin there keep the order of
 * summation.
 */
export const FRAME = DENSE_BINS;

/** Activity of a layer in the latest frame. */
export interface StreamLayer {
  readonly name: string;
  readonly extent: Extent;
  readonly layout: Layout;
  /** Spikes, [F]; bit j is bin j of the frame. */
  readonly spikes: GPUBuffer;
  /** Of the last layer, if its spikes are delayed: those that arrive, [F]. */
  readonly arrived?: GPUBuffer;
  /** Potentials, [FRAME, F] by quads. */
  readonly potentials: GPUBuffer;
  /**
   * Bit planes of signed messages, if the layer sends them, and the value of
   * one.
   */
  readonly numbers?: { readonly planes: number; readonly height: number };
}

/** A readout without neurons in the latest frame. */
export interface StreamReadout {
  readonly extent: Extent;
  readonly layout: Layout;
  /** Drives, [FRAME, F] by quads. */
  readonly drives: GPUBuffer;
  /** Scale and offset of each drive, by quads. */
  readonly coefficients: GPUBuffer;
}

/** Kernels and buffers of a stream. */
export interface StreamPlan extends Disposable {
  /** Layers with neurons, first to last. */
  readonly layers: readonly StreamLayer[];
  /** The last layer, where it has no neurons. */
  readonly readout?: StreamReadout;
  /** Neurons of the last layer that vote for each output. */
  readonly voters: number;
  /** Height of a spike in a trace. */
  readonly height: number;
  /** Number of addresses of events, and bits of an event word that hold one. */
  readonly inputs: number;
  readonly addressBits: number;
  /** Time resolution of the plan's events, in parts of a bin. */
  readonly fine: number;
  /** First bin of the chunk that runs, and bins in it. */
  readonly chunk: GPUBuffer;
  /** Buffers that binning accumulates into, cleared before each chunk. */
  readonly cleared: readonly GPUBuffer[];
  /** Buffers that carry state, cleared when the stream is reset. */
  readonly remembered: readonly GPUBuffer[];
  /** Number of event counts that overflowed, where this is possible. */
  readonly overflow?: GPUBuffer;
  /** Dispatches from the input's spikes to the last layer. */
  readonly dispatches: readonly Dispatch[];
  /** Compiles the binning of the events in a buffer. */
  bin(events: GPUBuffer): Promise<readonly Dispatch[]>;
  /** Sets the number of events of the frame. */
  write(events: number): void;
}
