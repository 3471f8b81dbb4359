/**
 * A trained network on a recording as it comes: spikes, potentials and a running
 * decision, bin by bin.
 *
 * @module
 */

import type { Device } from "../device/device.ts";
import type { Model } from "../model.ts";
import type { LayerTrace } from "../network/layer_trace.ts";
import type { NamedArray } from "../network/weights.ts";
import { requireEvents } from "../plan/steps/require_batch.ts";
import { ChunkReader } from "./chunk_reader.ts";
import { FrameRunner } from "./frame_runner.ts";
import { planUnits } from "./layerwise_stream.ts";
import { planSpikes } from "./spiking_stream.ts";
import type { StreamPlan } from "./stream_plan.ts";

/** What a network has decided after a bin. */
export interface Decision {
  /** The class of the largest score, the first of several. */
  readonly label: number;
  /**
   * Score of each output over all bins so far: its number of spikes or, of a
   * readout without neurons, the mean of its drive.
   */
  readonly scores: readonly number[];
}

/** What a network made of a chunk of bins. */
export interface StreamStep {
  /** Bins since the stream began, those of the chunk included. */
  readonly bins: number;
  /** The decision after each bin of the chunk. */
  readonly decisions: readonly Decision[];
  /**
   * Spikes and potentials of each layer with neurons, `[1, C, H, W, bins]`, as
   * `predict()` gives them; empty unless the stream keeps them.
   */
  readonly layers: readonly LayerTrace[];
  /** Drive of a readout without neurons, `[1, C, 1, 1, bins]`. */
  readonly outputs?: NamedArray;
}

/** Options of a stream. */
export interface StreamOptions {
  /**
   * Whether spikes and potentials of all layers are read back.
   *
   * @default false
   */
  readonly keep?: boolean;
}

/** A stream. Its owner destroys it, or holds it with `using`. */
export class NetworkStream implements Disposable {
  readonly #plan: StreamPlan;
  readonly #reader: ChunkReader;
  readonly #runner: FrameRunner;
  /** Resolves when all chunks so far were submitted, and when they were read. */
  #submitted: Promise<unknown> = Promise.resolve();
  #read: Promise<unknown> = Promise.resolve();
  #bins = 0;
  /** Sum over the bins that were read of what scores are computed from. */
  #sums: number[] = [];

  /**
   * @internal
   * @param device The device.
   * @param plan Kernels and buffers.
   * @param options Whether activity is read back.
   */
  constructor(
    device: Device,
    plan: StreamPlan,
    { keep = false }: StreamOptions,
  ) {
    this.#plan = plan;
    this.#reader = new ChunkReader(plan, keep);
    this.#runner = new FrameRunner(device, plan, this.#reader.outputs);
  }

  /** Bins since the stream began. */
  get bins(): number {
    return this.#bins;
  }

  /**
   * Runs the network on the next bins. Several calls may be made before the
   * first has returned; their chunks follow one another.
   *
   * @param events Event words of the chunk, `bin << addressBits | address`, with
   * bins counted from the chunk's first, address = (row·W + column)·C + channel
   * and addressBits = ⌈log2(C·H·W)⌉ of the sensor; in any order.
   * @param bins Number of bins of the chunk.
   * @returns Decisions and activity, once the device has computed them.
   * @throws {RangeError} If the number of bins is no integer from 1.
   * @throws {ShapeError} If an event lies outside, or more than 255 events of a
   * pixel are to be counted in a bin.
   * @throws {DeviceError} If the device was lost or has not enough memory.
   */
  async push(events: Uint32Array, bins = 1): Promise<StreamStep> {
    if (!(Number.isSafeInteger(bins) && bins > 0)) {
      throw new RangeError(
        `Cannot stream ${bins} bins at once: it is not an integer from 1`,
      );
    }
    const { inputs, addressBits } = this.#plan;
    requireEvents(events, { inputs, bins, addressBits });
    const first = this.#bins;
    this.#bins += bins;
    const submitted = this.#submitted.then(() =>
      this.#runner.submit(first, bins, events)
    );
    const earlier = this.#read;
    const step = submitted.then(async (read) => {
      const frames = await read();
      await earlier;
      const { layers, outputs, decisive } = this.#reader.read(frames, bins);
      const decisions = this.#decide(decisive, first);
      return { bins: first + bins, decisions, layers, outputs };
    });
    // A failure is reported where the caller awaits the step.
    this.#submitted = submitted.catch(() => {});
    this.#read = step.catch(() => {});
    return await step;
  }

  /** Starts again, as if no bin had come; chunks that still run are not lost. */
  reset(): void {
    this.#bins = 0;
    this.#submitted = this.#submitted.then(() => this.#runner.reset());
    this.#read = this.#read.then(() => this.#sums = []);
  }

  /** Frees the buffers. */
  destroy(): void {
    this.#runner.destroy();
    this.#plan[Symbol.dispose]();
  }

  /** Frees the buffers. */
  [Symbol.dispose](): void {
    this.destroy();
  }

  /** Adds up a chunk, bin by bin, as `predict()` adds up a whole sample. */
  #decide({ shape, data }: NamedArray, first: number): Decision[] {
    const bins = shape[shape.length - 1];
    const { readout } = this.#plan;
    return Array.from({ length: bins }, (_, t) => {
      this.#sums = Array.from({ length: data.length / bins }, (_, output) => {
        const value = data[output * bins + t];
        return (this.#sums[output] ?? 0) + (readout ? value : +(value !== 0));
      });
      const scores = this.#sums.map((sum) =>
        readout ? sum / (first + t + 1) : sum
      );
      return { label: scores.indexOf(Math.max(...scores)), scores };
    });
  }
}

/**
 * Feeds a trained network events as they come. Spikes, potentials and scores are
 * those of a whole sample, bit for bit, however the bins are cut into chunks; the
 * state of neurons is carried on the device.
 *
 * The bits are the same where a compiler rounds alike what is computed in two
 * kernels: so it was on llvmpipe and on an NVIDIA GPU, but for samples of up to
 * 16 bins, whose loops a compiler may unroll. Neurons of a kind of one's own
 * leave no choice where their WGSL has `fma(a, b, c)` in place of `a * b + c`.
 *
 * Where a network cuts each sample into slices of its own duration, a bin is such
 * a slice: as many of them, and then `reset()`, are a sample, whose length the
 * caller chooses.
 *
 * @param network The network, whose weights the stream shares, but for learned
 * delays, which stay as they are now.
 * @param options Whether activity of all layers is read back.
 * @returns The stream, before its first bin.
 * @throws {ShapeError} If samples are divided by their largest count, or a layer
 * remembers what a stream does not carry.
 * @throws {DeviceError} If the device has not enough memory.
 *
 * @example
 * ```ts
 * import { Model } from "../model.ts";
 * import { stream } from "./stream.ts";
 * using network = await Model.create({
 *   input: { C: 1, H: 1, W: 2 },
 *   layers: [{ dense: 3 }],
 *   Ts: 5,
 *   random: 0,
 * });
 * using running = await stream(network);
 * // An event of the second pixel in the first bin, then a bin of silence.
 * await running.push(Uint32Array.of(1));
 * const { bins, decisions } = await running.push(Uint32Array.of());
 * if (bins !== 2 || decisions.length !== 1) throw new Error("expected a bin");
 * ```
 */
export async function stream(
  network: Model,
  options: StreamOptions = {},
): Promise<NetworkStream> {
  const plan = network.isLayerwise
    ? await planUnits(network)
    : await planSpikes(network);
  return new NetworkStream(network.device, plan, options);
}
