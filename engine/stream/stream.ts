/**
 * Streams: a trained network runs on a recording as it arrives, and yields
 * spikes, potentials and a running decision for each bin.
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

/** Decision of a network after a bin. */
export interface Decision {
  /** The class with the largest score, the first of equal ones. */
  readonly label: number;
  /**
   * Score of each output over all bins so far: its spike count or, for a
   * readout without neurons, the mean of its drive.
   */
  readonly scores: readonly number[];
}

/** Result of a chunk of bins. */
export interface StreamStep {
  /** Bins since the stream began, including the chunk. */
  readonly bins: number;
  /** The decision after each bin of the chunk. */
  readonly decisions: readonly Decision[];
  /**
   * Spikes and potentials of each layer with neurons, `[1, C, H, W, bins]`, as
   * in `predict()`; empty unless the stream keeps them.
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

/** A stream. Its owner destroys it, or declares it with `using`. */
export class NetworkStream implements Disposable {
  readonly #plan: StreamPlan;
  readonly #reader: ChunkReader;
  readonly #runner: FrameRunner;
  /**
   * Resolve when all previous chunks were submitted, and when they were read.
   */
  #submitted: Promise<unknown> = Promise.resolve();
  #read: Promise<unknown> = Promise.resolve();
  #bins = 0;
  /**
   * Sums of the outputs over the bins read so far, from which scores are
   * computed.
   */
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
   * Runs the network on the next bins. Further calls may be made before the
   * first has resolved; chunks run in order.
   *
   * @param events Event words of the chunk, `bin << addressBits | address`, in
   * any order. Bins are counted from the chunk's first, address =
   * (row·W + column)·C + channel, and addressBits = ⌈log2(C·H·W)⌉ of the
   * sensor.
   * @param bins Number of bins of the chunk.
   * @returns Decisions and activity, when the device has computed them.
   * @throws {RangeError} If the number of bins is not a positive integer.
   * @throws {ShapeError} If an event lies outside, or a pixel has more than 255
   * events to be counted in a bin.
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
    // Errors are reported where the caller awaits the step.
    this.#submitted = submitted.catch(() => {});
    this.#read = step.catch(() => {});
    return await step;
  }

  /** Resets the stream to its first bin; chunks that still run are not lost. */
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

  /**
   * Sums a chunk bin by bin, in the order in which `predict()` sums a whole
   * sample.
   */
  #decide({ shape, data }: NamedArray, first: number): Decision[] {
    const bins = shape[shape.length - 1];
    const { readout, voters } = this.#plan;
    return Array.from({ length: bins }, (_, t) => {
      const neurons = Array.from({ length: data.length / bins }, (_, f) => {
        const value = data[f * bins + t];
        return readout ? value : Number(value !== 0);
      });
      this.#sums = Array.from(
        { length: neurons.length / voters },
        (_, o) =>
          neurons.slice(o * voters, (o + 1) * voters).reduce(
            (sum, value) => sum + value,
            this.#sums[o] ?? 0,
          ),
      );
      const scores = this.#sums.map((sum) =>
        sum / (readout ? first + t + 1 : voters)
      );
      return { label: scores.indexOf(Math.max(...scores)), scores };
    });
  }
}

/**
 * Creates a stream, which runs a trained network on events as they arrive.
 * Spikes, potentials and scores equal those of a whole sample, bit for bit,
 * however the bins are divided into chunks. The state of neurons is kept on the
 * device.
 *
 * Bits are equal if the compiler rounds equal expressions in two kernels
 * equally. This holds on llvmpipe and on an NVIDIA GPU, except for samples of
 * up to 16 bins, whose loops a compiler may unroll. User-defined neurons
 * guarantee it by `fma(a, b, c)` instead of `a * b + c` in their WGSL.
 *
 * Where a network divides each sample into slices of its own duration, a bin is
 * one slice: the caller chooses the length of a sample by the number of slices
 * pushed before `reset()`.
 *
 * @param network The network. The stream shares its weights; learned delays are
 * copied when the stream is created.
 * @param options Whether activity of all layers is read back.
 * @returns The stream, before its first bin.
 * @throws {ShapeError} If samples are divided by their largest count, or a
 * layer has state that a stream cannot carry.
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
