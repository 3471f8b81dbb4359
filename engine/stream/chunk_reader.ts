/**
 * Reads spikes, potentials and drives of a chunk from the buffers of its
 * frames.
 *
 * @module
 */

import { ShapeError } from "../device/errors.ts";
import {
  floatsToUser,
  numbersToUser,
  spikesToUser,
} from "../network/activity_order.ts";
import { type LayerTrace, zerosOf } from "../network/layer_trace.ts";
import { type Layout, placeOf } from "../network/layout.ts";
import type { Extent } from "../network/network.ts";
import type { NamedArray } from "../network/weights.ts";
import type { FrameBins } from "./frame_runner.ts";
import {
  FRAME,
  type StreamLayer,
  type StreamPlan,
  type StreamReadout,
} from "./stream_plan.ts";

/** Activity of a chunk. */
export interface ChunkActivity {
  /** Spikes and potentials of each layer with neurons, if they are kept. */
  readonly layers: readonly LayerTrace[];
  /** Drive of a readout without neurons. */
  readonly outputs?: NamedArray;
  /** Spikes of the last layer as they arrive, or the drive of the readout. */
  readonly decisive: NamedArray;
}

/** Reads chunks of a plan. */
export class ChunkReader {
  readonly #plan: StreamPlan;
  readonly #kept: readonly StreamLayer[];
  /** The buffers to read after each frame. */
  readonly outputs: readonly GPUBuffer[];

  /**
   * @param plan Kernels and buffers.
   * @param keep Whether activity of all layers is read.
   */
  constructor(plan: StreamPlan, keep: boolean) {
    const { layers, readout, overflow } = plan;
    const last = layers[layers.length - 1];
    this.#plan = plan;
    this.#kept = keep ? layers : [];
    this.outputs = [
      ...new Set([
        ...(overflow ? [overflow] : []),
        ...(readout
          ? [readout.drives, readout.coefficients]
          : [last.arrived ?? last.spikes]),
        ...this.#kept.flatMap(({ spikes, potentials }) => [spikes, potentials]),
      ]),
    ];
  }

  /**
   * Reads a chunk.
   *
   * @param frames Its frames.
   * @param bins Its bins.
   * @returns Its activity.
   * @throws {ShapeError} If an input counted more events than fit.
   */
  read(frames: readonly FrameBins[], bins: number): ChunkActivity {
    const { layers, readout, overflow } = this.#plan;
    const wrapped = overflow
      ? new Uint32Array(this.#content(frames[frames.length - 1], overflow))[0]
      : 0;
    if (wrapped > 0) {
      throw new ShapeError(
        "Cannot count more than 255 events of a pixel in one bin",
      );
    }
    const outputs = readout && this.#drives(frames, bins, readout);
    const last = layers[layers.length - 1];
    const output = outputs ??
      this.#spikes(frames, bins, last, last.arrived ?? last.spikes);
    return {
      layers: this.#kept.map((layer) => ({
        name: layer.name,
        spikes: this.#spikes(frames, bins, layer, layer.spikes),
        ...layer.arrived && { arrived: output },
        potentials: this.#floats(frames, bins, layer, layer.potentials),
      })),
      outputs,
      decisive: output,
    };
  }

  #content({ contents }: FrameBins, buffer: GPUBuffer): ArrayBuffer {
    return contents[this.outputs.indexOf(buffer)];
  }

  #spikes(
    frames: readonly FrameBins[],
    bins: number,
    { extent, layout, numbers }: StreamLayer,
    spikes: GPUBuffer,
  ): NamedArray {
    const { height } = this.#plan;
    return join(extent, bins, frames, (frame, data) => {
      const words = new Uint32Array(this.#content(frame, spikes));
      const place = placeIn(extent, layout);
      if (numbers) numbersToUser(words, data, { ...place, ...numbers });
      else spikesToUser(words, data, { ...place, height });
    });
  }

  #floats(
    frames: readonly FrameBins[],
    bins: number,
    { extent, layout }: Pick<StreamLayer, "extent" | "layout">,
    buffer: GPUBuffer,
  ): NamedArray {
    return join(extent, bins, frames, (frame, data) => {
      const floats = new Float32Array(this.#content(frame, buffer));
      floatsToUser(floats, data, placeIn(extent, layout));
    });
  }

  /** Drives of a readout after its normalisation or bias. */
  #drives(
    frames: readonly FrameBins[],
    bins: number,
    readout: StreamReadout,
  ): NamedArray {
    const { drives, coefficients, layout } = readout;
    const { shape, data } = this.#floats(frames, bins, readout, drives);
    const quads = new Float32Array(this.#content(frames[0], coefficients));
    return {
      shape,
      data: data.map((x, i) => {
        const at = 4 * placeOf(layout, Math.floor(i / bins));
        return quads[at] * x + quads[at + 1];
      }),
    };
  }
}

/** Place of a frame's arrays. */
function placeIn(extent: Extent, layout: Layout) {
  return { extent, layout, T: FRAME, rows: FRAME, first: 0, samples: 1 };
}

/** Joins the bins of a chunk, from arrays of whole frames. */
function join(
  extent: Extent,
  bins: number,
  frames: readonly FrameBins[],
  fill: (frame: FrameBins, data: Float32Array) => void,
): NamedArray {
  const joined = zerosOf(extent, 1, bins);
  for (const frame of frames) {
    const whole = zerosOf(extent, 1, FRAME).data;
    fill(frame, whole);
    for (let f = 0; f < whole.length / FRAME; f++) {
      const at = f * FRAME + frame.from;
      const own = whole.subarray(at, at + frame.bins);
      joined.data.set(own, f * bins + frame.before);
    }
  }
  return joined;
}
