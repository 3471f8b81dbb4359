/**
 * Results of steps, read back many steps at a time.
 *
 * Reading a buffer waits for all steps submitted before it. So each step writes
 * its record into a slot of a ring buffer on the device, and the ring is copied
 * out at intervals.
 *
 * @module
 */

import type { Device } from "../../device/device.ts";
import { ShapeError } from "../../device/errors.ts";
import { StagingBuffer } from "../../device/staging_buffer.ts";
import type { Ranks } from "../../distributed/ranks.ts";

/** Predictions, losses and spike counts of one step. */
export interface StepRecord {
  /** Label of each sample. */
  readonly labels: Uint32Array;
  /** Predicted class of each sample. */
  readonly predictions: Uint32Array;
  /** Loss of each sample. */
  readonly losses: Float32Array;
  /** Spike count of each layer, over all samples, neurons and bins. */
  readonly spikes: Uint32Array;
}

/** Limit on the steps between two copies. */
const SLOTS = 64;

/** Limit on the copies in flight, after which a step waits for the oldest. */
const COPIES = 2;

/** Target time between two copies in ms. */
const PACE = 200;

/**
 * Steps between two copies with several ranks, which must copy at the same
 * steps.
 */
const RANKS_PACE = 16;

/**
 * Returns the number of words in the record of a step: spike count of each
 * layer, then prediction and loss of each sample.
 *
 * @param layers Number of layers.
 * @param batch Most samples in a step.
 * @returns The number of words.
 */
export function recordWords(layers: number, batch: number): number {
  return layers + 2 * batch;
}

/** A ring buffer of step records on the device, and its copies in flight. */
export class Records {
  /** The ring of records, [slots, layers + 2·batch]. */
  readonly buffer: GPUBuffer;
  /** Number of bins with more events than a count can hold, one word. */
  readonly overflow: GPUBuffer;
  /** Words in a slot. */
  readonly stride: number;
  readonly #device: Device;
  readonly #layers: number;
  readonly #slots: number;
  readonly #ranks: Ranks;
  #labels: Uint32Array[] = [];
  #copies: Promise<void>[] = [];
  #arrived: StepRecord[] = [];
  #latest: StepRecord | undefined;
  #every = 1;
  #copied = 0;

  /**
   * @param device The device.
   * @param options Number of layers, most samples in a step, and the ranks that
   * share its samples.
   */
  constructor(
    device: Device,
    { layers, batch, ranks }: {
      readonly layers: number;
      readonly batch: number;
      readonly ranks: Ranks;
    },
  ) {
    this.#device = device;
    this.#ranks = ranks;
    this.#layers = layers;
    this.stride = recordWords(layers, batch);
    const most = device.gpu.limits.maxStorageBufferBindingSize;
    this.#slots = Math.min(SLOTS, Math.floor(most / (4 * this.stride)));
    if (ranks.count > 1) this.#every = Math.min(RANKS_PACE, this.#slots);
    this.buffer = device.createBuffer("records", this.#slots * this.stride);
    this.overflow = device.createBuffer("overflow", 1);
  }

  /** The slot that the next step writes. */
  get slot(): number {
    return this.#labels.length;
  }

  /**
   * Registers a submitted step, and copies the ring when a copy is due.
   *
   * @param labels Labels of the step's samples.
   * @returns Resolves when another step may be submitted.
   */
  async push(labels: Uint32Array): Promise<void> {
    this.#labels.push(labels);
    if (this.#labels.length < this.#every) return;
    this.#copy();
    if (this.#copies.length > COPIES) await this.#copies[0];
  }

  /**
   * Returns the records that have arrived, in order.
   *
   * @returns One record per step, each only once.
   */
  take(): StepRecord[] {
    return this.#arrived.splice(0);
  }

  /** The latest record that has arrived, taken or not. */
  get latest(): StepRecord | undefined {
    return this.#latest;
  }

  /**
   * Waits for all steps submitted before the call; records of steps submitted
   * during the wait are left for the next call.
   *
   * @returns The records not yet taken, in order.
   * @throws {DeviceError} If the device was lost.
   * @throws {ShapeError} If an input counted more events than fit.
   */
  async drain(): Promise<StepRecord[]> {
    if (this.#labels.length > 0) this.#copy();
    const arriving = this.#arrived;
    this.#arrived = [];
    await Promise.all(this.#copies);
    return arriving;
  }

  /** Frees the buffers. */
  destroy(): void {
    this.buffer.destroy();
    this.overflow.destroy();
  }

  #copy(): void {
    const { gpu } = this.#device;
    const labels = this.#labels;
    this.#labels = [];
    const bytes = labels.length * this.stride * 4;
    const staging = StagingBuffer.take(this.#device, bytes + 4);
    const copy = staging.buffer;
    const encoder = gpu.createCommandEncoder();
    encoder.copyBufferToBuffer(this.buffer, 0, copy, 0, bytes);
    encoder.copyBufferToBuffer(this.overflow, 0, copy, bytes, 4);
    encoder.clearBuffer(this.buffer, 0, bytes);
    gpu.queue.submit([encoder.finish()]);
    // Each rank writes the results of its samples and leaves those of others 0,
    // so the sum over ranks holds the results of all samples.
    const words = this.#ranks.sum(
      staging.read(bytes + 4).then((read) => new Uint32Array(read)),
    );
    const arrival = this.#read(words, labels, {
      before: this.#copies.at(-1),
      arrived: this.#arrived,
    });
    this.#copies.push(arrival);
    // drain() and push() await the copy and report errors.
    arrival.catch(() => {});
  }

  async #read(
    copied: Promise<Uint32Array>,
    labels: Uint32Array[],
    { before, arrived }: {
      readonly before: Promise<void> | undefined;
      readonly arrived: StepRecord[];
    },
  ): Promise<void> {
    // The first mapping of a buffer takes longer than later ones, so copies may
    // arrive out of order.
    const [words] = await Promise.all([copied, before]);
    this.#pace();
    if (words[words.length - 1] > 0) {
      throw new ShapeError(
        `Cannot count events: in ${words[words.length - 1]} bins there were ` +
          "more than fit",
      );
    }
    this.#copies.shift();
    labels.forEach((classes, slot) => {
      const at = slot * this.stride;
      const first = at + this.#layers;
      const predictions = new Uint32Array(classes.length);
      const losses = new Float32Array(classes.length);
      const bits = new Uint32Array(losses.buffer);
      for (let n = 0; n < classes.length; n++) {
        predictions[n] = words[first + 2 * n];
        bits[n] = words[first + 2 * n + 1];
      }
      const spikes = words.slice(at, first);
      this.#latest = { labels: classes, predictions, losses, spikes };
      arrived.push(this.#latest);
    });
  }

  /** Adapts the number of steps between copies to the duration of the steps. */
  #pace(): void {
    if (this.#ranks.count > 1) return;
    const now = performance.now();
    const elapsed = now - this.#copied;
    if (elapsed < PACE / 2) {
      this.#every = Math.min(this.#slots, this.#every * 2);
    }
    if (elapsed > PACE * 2) this.#every = Math.max(1, this.#every >> 1);
    this.#copied = now;
  }
}
