/**
 * Runs the chunks of a stream frame by frame, and copies the results to read.
 *
 * @module
 */

import { type Dispatch, record } from "../device/compiler.ts";
import type { Device } from "../device/device.ts";
import { StagingBuffer } from "../device/staging_buffer.ts";
import { FRAME, type StreamPlan } from "./stream_plan.ts";

/** Smallest size of the event buffer, in words. */
const FEWEST = 1024;

/** Bins of a chunk that belong to one frame. */
export interface FrameBins {
  /** Bins of the chunk before this frame. */
  readonly before: number;
  /** First of these bins in the frame, and their number. */
  readonly from: number;
  readonly bins: number;
  /** Contents of the buffers that are read, after these bins. */
  readonly contents: readonly ArrayBuffer[];
}

/** Runs chunks in order. */
export class FrameRunner {
  readonly #device: Device;
  readonly #plan: StreamPlan;
  /** Buffers that are read after each frame. */
  readonly #outputs: readonly GPUBuffer[];
  /** Event words of the frame so far, in the plan's format. */
  #frame: number[] = [];
  #events: GPUBuffer | undefined;
  #bin: readonly Dispatch[] = [];

  /**
   * @param device The device.
   * @param plan Kernels and buffers.
   * @param outputs Buffers to read after each frame.
   */
  constructor(
    device: Device,
    plan: StreamPlan,
    outputs: readonly GPUBuffer[],
  ) {
    this.#device = device;
    this.#plan = plan;
    this.#outputs = outputs;
  }

  /**
   * Submits a chunk.
   *
   * @param first Bins of the stream before the chunk.
   * @param bins Bins of the chunk.
   * @param events Its event words; their bins are counted from the chunk's
   * first.
   * @returns A function that waits for the device and reads the frames.
   * @throws {DeviceError} If the device was lost or has not enough memory.
   */
  async submit(
    first: number,
    bins: number,
    events: Uint32Array,
  ): Promise<() => Promise<FrameBins[]>> {
    this.#device.check();
    const parts = framesOf(first, bins);
    const words = this.#wordsOf(parts.length, first, events);
    const copies = await this.#device.allocate(() =>
      parts.map(() => StagingBuffer.take(this.#device, this.#bytes))
    );
    for (const [index, part] of parts.entries()) {
      if (part.from === 0) this.#frame = [];
      this.#frame = [...this.#frame, ...words[index]];
      await this.#run(first + part.before, part.bins, copies[index]);
    }
    return () =>
      Promise.all(parts.map(async (part, index) => ({
        ...part,
        contents: await this.#read(copies[index]),
      })));
  }

  /** Discards all bins that have run. */
  reset(): void {
    const encoder = this.#device.gpu.createCommandEncoder();
    for (const buffer of this.#plan.remembered) encoder.clearBuffer(buffer);
    this.#device.gpu.queue.submit([encoder.finish()]);
  }

  /** Frees the events. */
  destroy(): void {
    this.#events?.destroy();
  }

  /**
   * Sorts the events of a chunk by frame, and makes their times relative to it.
   */
  #wordsOf(frames: number, first: number, events: Uint32Array): number[][] {
    const { addressBits, fine } = this.#plan;
    const place = 2 ** addressBits;
    const words = Array.from({ length: frames }, (): number[] => []);
    for (const word of events) {
      const address = word % place;
      const bin = first % FRAME + Math.floor(word / place);
      words[Math.floor(bin / FRAME)].push(
        (bin % FRAME) * fine * place + address,
      );
    }
    return words;
  }

  async #run(
    first: number,
    bins: number,
    { buffer: copy }: StagingBuffer,
  ): Promise<void> {
    const { gpu } = this.#device;
    const events = await this.#upload();
    gpu.queue.writeBuffer(this.#plan.chunk, 0, Uint32Array.of(first, bins));
    this.#plan.write(events);
    const encoder = gpu.createCommandEncoder();
    for (const buffer of this.#plan.cleared) encoder.clearBuffer(buffer);
    const pass = encoder.beginComputePass();
    record(pass, [...this.#bin, ...this.#plan.dispatches], 1);
    pass.end();
    let at = 0;
    for (const buffer of this.#outputs) {
      encoder.copyBufferToBuffer(buffer, 0, copy, at, buffer.size);
      at += buffer.size;
    }
    gpu.queue.submit([encoder.finish()]);
  }

  /** Uploads the events of the frame so far; returns their number. */
  async #upload(): Promise<number> {
    const { gpu } = this.#device;
    const words = Uint32Array.from(this.#frame);
    if (!this.#events || words.byteLength > this.#events.size) {
      this.#events?.destroy();
      const room = 2 ** Math.ceil(Math.log2(Math.max(words.length, FEWEST)));
      this.#events = await this.#device.allocate(() =>
        this.#device.createBuffer("events", room)
      );
      this.#bin = await this.#plan.bin(this.#events);
    }
    // Deno 2.9 panics when an empty array is written.
    if (words.length > 0) gpu.queue.writeBuffer(this.#events, 0, words);
    return words.length;
  }

  async #read(staging: StagingBuffer): Promise<ArrayBuffer[]> {
    const all = await staging.read(this.#bytes);
    let at = 0;
    return this.#outputs.map(({ size }) => all.slice(at, at += size));
  }

  /** Bytes of the buffers that are read. */
  get #bytes(): number {
    return this.#outputs.reduce((sum, { size }) => sum + size, 0);
  }
}

/** Splits a chunk at frame boundaries. */
function framesOf(first: number, bins: number) {
  const parts: Omit<FrameBins, "contents">[] = [];
  for (let before = 0; before < bins;) {
    const from = (first + before) % FRAME;
    const own = Math.min(FRAME - from, bins - before);
    parts.push({ before, from, bins: own });
    before += own;
  }
  return parts;
}
