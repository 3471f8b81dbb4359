/**
 * Runs a plan: uploads samples, records passes, keeps count of what is in
 * flight.
 *
 * @module
 */

import type { Device } from "../device/device.ts";
import { isFrom0 } from "../network/float_range.ts";
import { type Dispatch, record } from "../device/compiler.ts";
import type { EventBatch } from "../network/event_batch.ts";
import type { Optimizer } from "./optimizer.ts";
import type { Plan } from "./plan.ts";
import { freePlan, layOutStep, PART_UPDATE, PART_WORDS } from "./buffers.ts";
import { ResidentEvents } from "./event_cache.ts";
import { sizeOf } from "../network/network.ts";
import { requireBatch, requirePlaces } from "./require_batch.ts";
import type { StepRecord } from "./step_results.ts";

/** Fraction of bins with a spike from which on inputs are busy. */
const BUSY = 0.2;

/** One micro-batch of a step, while it is being recorded. */
export interface Part {
  readonly encoder: GPUCommandEncoder;
  /** First sample of the batch that it holds. */
  readonly first: number;
  /** Number of samples. */
  readonly samples: number;
}

/** A plan in use. Its owner destroys it, or holds it with `using`. */
export class Stepper implements Disposable {
  /**
   * The plan's dispatches and buffers.
   *
   * @internal
   */
  readonly plan: Plan;
  readonly #device: Device;
  readonly #optimizer: Optimizer | undefined;
  readonly #events: ResidentEvents;
  #waited = 0;
  #bin: readonly Dispatch[] = [];
  #binned: GPUBuffer | undefined;

  /**
   * Puts a plan to use.
   *
   * @internal
   * @param device Where the plan was compiled.
   * @param plan The plan.
   * @param optimizer What updates the weights after a training step.
   */
  constructor(device: Device, plan: Plan, optimizer?: Optimizer) {
    this.plan = plan;
    this.#device = device;
    this.#optimizer = optimizer;
    this.#events = new ResidentEvents(
      device,
      (words) => requirePlaces(words, plan),
    );
  }

  /**
   * Runs the network forward and notes loss and predictions.
   *
   * @param batch The samples.
   * @returns When another step may be submitted, mostly at once.
   * @throws {ShapeError} If the batch is larger than the plan, or malformed.
   * @throws {DeviceError} If the device was lost.
   */
  async evaluate(batch: EventBatch): Promise<void> {
    const encoder = await this.#begin(batch);
    this.encode(encoder, batch, [...this.#bin, ...this.plan.forward]);
    await this.#submit(encoder, batch.labels);
  }

  /**
   * Runs the network forward and backward and updates its weights, by the
   * gradient of this batch and of those accumulated before.
   *
   * @param batch The samples.
   * @param lr Learning rate.
   * @returns When another step may be submitted, mostly at once.
   * @throws {ShapeError} If the batch is larger than the plan, or malformed.
   * @throws {DeviceError} If the device was lost.
   * @throws {TypeError} If the plan does not train.
   * @throws {RangeError} If the learning rate is negative or not finite.
   */
  async train(batch: EventBatch, lr: number): Promise<void> {
    const optimizer = this.#requireOptimizer();
    requireRate(lr);
    await this.#differentiate(batch, (encoder) => {
      // Else weights have learnt already.
      if (!optimizer.clips) return;
      const pass = encoder.beginComputePass();
      optimizer.step(pass, lr);
      pass.end();
    }, lr);
  }

  /**
   * Runs the network forward and backward and keeps the gradient for the next
   * update: several batches learn in the same bits as one that holds them all.
   *
   * @param batch The samples.
   * @returns When another step may be submitted, mostly at once.
   * @throws {ShapeError} If the batch is larger than the plan, or malformed.
   * @throws {DeviceError} If the device was lost.
   * @throws {TypeError} If the plan does not train.
   */
  async accumulate(batch: EventBatch): Promise<void> {
    const optimizer = this.#requireOptimizer();
    await this.#differentiate(batch, () => optimizer.pending = true);
  }

  /**
   * Updates the weights by what was accumulated since the last update, if
   * anything was.
   *
   * @param lr Learning rate.
   * @throws {DeviceError} If the device was lost.
   * @throws {TypeError} If the plan does not train.
   * @throws {RangeError} If the learning rate is negative or not finite.
   */
  update(lr: number): void {
    const optimizer = this.#requireOptimizer();
    requireRate(lr);
    this.#device.check();
    if (!optimizer.pending) return;
    const encoder = this.#device.gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    optimizer.step(pass, lr);
    pass.end();
    this.#device.gpu.queue.submit([encoder.finish()]);
  }

  /**
   * Hands over the records that have arrived so far, without waiting.
   *
   * @returns One record a step, in order, each only once.
   */
  take(): StepRecord[] {
    return this.plan.buffers.records.take();
  }

  /**
   * Waits for every step submitted so far; those submitted meanwhile are left to
   * whoever asks next.
   *
   * @returns The records not yet taken, in order.
   * @throws {DeviceError} If the device was lost.
   */
  drain(): Promise<StepRecord[]> {
    return this.#wait(() => this.plan.buffers.records.drain());
  }

  /**
   * Time spent so far on handing steps to the device and on waiting for it, in
   * ms.
   */
  get waited(): number {
    return this.#waited;
  }

  /**
   * What makes spikes of the events uploaded last.
   *
   * @internal
   */
  get binning(): readonly Dispatch[] {
    return this.#bin;
  }

  /**
   * What updates the weights behind all else, if that does not.
   *
   * @internal
   */
  get updating(): readonly Dispatch[] {
    return this.#optimizer?.updating ?? [];
  }

  /**
   * Whether a gradient was accumulated that no update has used.
   *
   * @internal
   */
  get pending(): boolean {
    return this.#optimizer?.pending ?? false;
  }

  /**
   * Uploads what of a batch is not on the device yet.
   *
   * @internal
   * @param batch The samples.
   * @param lr Learning rate; without it weights do not learn.
   * @returns An encoder for the commands that use it.
   */
  async upload(batch: EventBatch, lr?: number): Promise<GPUCommandEncoder> {
    const { plan } = this;
    const { gpu } = this.#device;
    const { labels } = batch;
    const samples = labels.length;
    requireBatch(batch, plan);
    const { buffer, offsets } = await this.#events.bring(batch.samples);
    if (this.#binned !== buffer) {
      this.#bin = await plan.bin(buffer);
      this.#binned = buffer;
    }
    const layout = layOutStep(plan.sizes.batch);
    const words = new Uint32Array(layout.words);
    words.set(labels, layout.labels);
    words.set(offsets, layout.offsets);
    const parts = this.#partsOf(samples);
    if (lr !== undefined && this.#optimizer?.clips === false) {
      // Behind the last part the gradient is complete.
      const update = this.#optimizer.next(lr);
      const last = parts.length - PART_WORDS;
      parts[last + PART_UPDATE - 1] = 1;
      parts.set(new Uint32Array(update.buffer), last + PART_UPDATE);
    }
    words.set(parts.subarray(0, PART_WORDS), layout.part);
    gpu.queue.writeBuffer(plan.buffers.step, 0, words);
    if (parts.length > PART_WORDS) {
      gpu.queue.writeBuffer(plan.buffers.parts, 0, parts, PART_WORDS);
    }
    return gpu.createCommandEncoder();
  }

  /**
   * Records a step, micro-batch by micro-batch.
   *
   * @internal
   * @param encoder Where to.
   * @param batch The samples, uploaded.
   * @param dispatches What to run on each micro-batch.
   * @param after Called behind each micro-batch.
   */
  encode(
    encoder: GPUCommandEncoder,
    batch: EventBatch,
    dispatches: readonly Dispatch[],
    after?: (part: Part) => void,
  ): void {
    const { plan } = this;
    const total = batch.labels.length;
    const chosen = this.choose(dispatches);
    const { step, parts } = plan.buffers;
    const bytes = 4 * PART_WORDS;
    const part = 4 * layOutStep(plan.sizes.batch).part;
    let next = 0;
    for (let first = 0; first < total; first += plan.sizes.M) {
      const samples = Math.min(plan.sizes.M, total - first);
      if (first > 0) {
        encoder.copyBufferToBuffer(parts, next, step, part, bytes);
        next += bytes;
      }
      for (const buffer of plan.cleared) encoder.clearBuffer(buffer);
      const pass = encoder.beginComputePass();
      record(pass, chosen, samples);
      pass.end();
      after?.({ encoder, first, samples });
    }
  }

  /**
   * Chooses the faster of two ways by how much layers spiked of late, which
   * changes no bit of what is computed.
   *
   * @internal
   * @param dispatches Dispatches, of which some can be done in two ways.
   * @returns Each as it is to be done.
   */
  choose(dispatches: readonly Dispatch[]): readonly Dispatch[] {
    const { layers, sizes, buffers } = this.plan;
    const latest = buffers.records.latest;
    if (!latest) return dispatches;
    const bins = latest.labels.length * sizes.T;
    const busy = new Set(
      layers.filter(({ input }, index) =>
        index > 0 && latest.spikes[index - 1] > BUSY * bins * sizeOf(input)
      ).map(({ name }) => name),
    );
    return dispatches.map((dispatch) =>
      busy.has(dispatch.layer ?? "") ? dispatch.busy ?? dispatch : dispatch
    );
  }

  /** Frees the plan's buffers. */
  destroy(): void {
    this.#events.destroy();
    freePlan(this.plan.buffers);
  }

  /** Frees the plan's buffers. */
  [Symbol.dispose](): void {
    this.destroy();
  }

  /**
   * Runs a batch forward and backward, and what `then` records; with a learning
   * rate weights learn.
   */
  async #differentiate(
    batch: EventBatch,
    then: (encoder: GPUCommandEncoder) => void,
    lr?: number,
  ): Promise<void> {
    const encoder = await this.#begin(batch, lr);
    const { forward, backward } = this.plan;
    this.encode(encoder, batch, [...this.#bin, ...forward, ...backward]);
    then(encoder);
    await this.#submit(encoder, batch.labels);
  }

  /** Which parts a batch is cut into, PART_WORDS each. */
  #partsOf(samples: number): Uint32Array<ArrayBuffer> {
    const { sizes: { M }, buffers: { records } } = this.plan;
    const parts = new Uint32Array(PART_WORDS * Math.ceil(samples / M));
    for (let first = 0; first < samples; first += M) {
      const count = Math.min(M, samples - first);
      const begun = Number(first > 0 || this.pending);
      parts.set([first, count, records.slot, begun], PART_WORDS * first / M);
    }
    return parts;
  }

  #begin(batch: EventBatch, lr?: number): Promise<GPUCommandEncoder> {
    this.#device.check();
    return this.upload(batch, lr);
  }

  #requireOptimizer(): Optimizer {
    if (!this.#optimizer) {
      throw new TypeError("Cannot train: the plan was made to evaluate");
    }
    return this.#optimizer;
  }

  #submit(encoder: GPUCommandEncoder, labels: Uint32Array): Promise<void> {
    return this.#wait(() => {
      // A software adapter computes here.
      this.#device.gpu.queue.submit([encoder.finish()]);
      return this.plan.buffers.records.push(labels);
    });
  }

  async #wait<T>(device: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await device();
    } finally {
      this.#waited += performance.now() - start;
    }
  }
}

function requireRate(lr: number): void {
  if (!isFrom0(lr)) {
    throw new RangeError(
      `Cannot train with a learning rate of ${lr}: it is not a number from 0`,
    );
  }
}
