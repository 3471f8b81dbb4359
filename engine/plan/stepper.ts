/**
 * Runs a plan: uploads samples, records and submits passes, and bounds the
 * number of steps in flight.
 *
 * @module
 */

import type { Device } from "../device/device.ts";
import { type Dispatch, record } from "../device/compiler.ts";
import type { PartGradients } from "../distributed/part_gradients.ts";
import type { MicroBatchRange } from "../distributed/shares.ts";
import type { EventBatch } from "../network/event_batch.ts";
import type { Optimizer } from "./steps/optimizer.ts";
import type { Plan } from "./plan.ts";
import {
  freePlan,
  layOutStep,
  MICRO_BATCH_SEED,
  MICRO_BATCH_UPDATE,
  MICRO_BATCH_WORDS,
} from "./buffers.ts";
import { ResidentEvents } from "./steps/event_cache.ts";
import { sizeOf } from "../network/network.ts";
import { requireBatch, requirePlaces } from "./steps/require_batch.ts";
import {
  requireOptimizer,
  requireRate,
  WaitClock,
} from "./steps/step_checks.ts";
import type { StepRecord } from "./steps/step_results.ts";
import type {
  EventBinning,
  NeuronActivity,
  StepRunner,
  TimedStep,
} from "./steps/step_runner.ts";

/** Firing rate of a layer's input above which dense variants are faster. */
const BUSY = 0.2;

/** One micro-batch of a step, while it is being recorded. */
export interface MicroBatch extends MicroBatchRange {
  readonly encoder: GPUCommandEncoder;
}

/** A plan in use. Its owner destroys it, or holds it with `using`. */
export class Stepper implements StepRunner {
  /**
   * The plan's dispatches and buffers.
   *
   * @internal
   */
  readonly plan: Plan;
  readonly #device: Device;
  readonly #optimizer: Optimizer | undefined;
  readonly #gradients: PartGradients | undefined;
  readonly #seed: number;
  readonly #events: ResidentEvents;
  readonly #clock = new WaitClock();
  #bin: readonly Dispatch[] = [];
  #binned: GPUBuffer | undefined;
  #accumulated = 0;

  /**
   * Puts a plan to use.
   *
   * @internal
   * @param device The device that the plan was compiled for.
   * @param plan The plan.
   * @param options The optimizer, for a plan that trains, the gradients of
   * parts, where its batches are divided, and the seed of dropout.
   */
  constructor(
    device: Device,
    plan: Plan,
    { optimizer, gradients, seed = 0 }: {
      readonly optimizer?: Optimizer;
      readonly gradients?: PartGradients;
      readonly seed?: number;
    },
  ) {
    this.plan = plan;
    this.#device = device;
    this.#optimizer = optimizer;
    this.#gradients = gradients;
    this.#seed = seed;
    this.#events = new ResidentEvents(
      device,
      (words) => requirePlaces(words, plan),
    );
  }

  /** Bins of a sample. */
  get bins(): number {
    return this.plan.sizes.T;
  }

  /** Most samples that go through the network at once. */
  get microBatch(): number {
    return this.plan.sizes.M;
  }

  /** How the events of samples are to be binned. */
  get eventBinning(): EventBinning {
    return { bins: this.bins, Ts: this.plan.Ts };
  }

  /** Spikes of each neuron. */
  get activity(): NeuronActivity {
    return this.plan.buffers.activity;
  }

  /** Spikes that each layer read, by its inputs, where they are counted. */
  get incoming(): NeuronActivity {
    return this.plan.buffers.incoming;
  }

  /**
   * Runs the network forward and records loss and predictions.
   *
   * @param batch The samples.
   * @returns When another step may be submitted, mostly at once.
   * @throws {ShapeError} If the batch is larger than the plan, or malformed.
   * @throws {DeviceError} If the device was lost.
   */
  async evaluate(batch: EventBatch): Promise<void> {
    const encoder = await this.#begin(batch);
    this.encode(encoder, batch, [...this.#bin, ...this.plan.evaluation]);
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
    const optimizer = requireOptimizer(this.#optimizer);
    requireRate(lr);
    if (this.#gradients) {
      await this.#differentiateParts(batch, this.#gradients, (pass) => {
        optimizer.step(pass, lr);
      });
      return;
    }
    await this.#differentiate(batch, (encoder) => {
      if (this.updating.length === 0) return;
      const pass = encoder.beginComputePass();
      // Without clipping the gradient's own kernels have updated the weights.
      if (optimizer.clips) optimizer.step(pass, lr);
      else optimizer.average(pass);
      pass.end();
    }, lr);
  }

  /**
   * Runs the network forward and backward and keeps the gradient for the next
   * update. Several accumulated batches give the same bits as one large batch.
   *
   * @param batch The samples.
   * @returns When another step may be submitted, mostly at once.
   * @throws {ShapeError} If the batch is larger than the plan, or malformed.
   * @throws {DeviceError} If the device was lost.
   * @throws {TypeError} If the plan does not train.
   */
  async accumulate(batch: EventBatch): Promise<void> {
    const optimizer = requireOptimizer(this.#optimizer);
    const keep = () => {
      this.#accumulated = this.#pendingBatches + 1;
      optimizer.pending = true;
    };
    if (this.#gradients) {
      await this.#differentiateParts(batch, this.#gradients, keep);
    } else {
      await this.#differentiate(batch, keep);
    }
  }

  /**
   * Updates the weights by the gradient accumulated since the last update, if
   * there is one.
   *
   * @param lr Learning rate.
   * @throws {DeviceError} If the device was lost.
   * @throws {TypeError} If the plan does not train.
   * @throws {RangeError} If the learning rate is negative or not finite.
   */
  update(lr: number): void {
    const optimizer = requireOptimizer(this.#optimizer);
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
   * Hands over the records that have arrived, without waiting.
   *
   * @returns One record a step, in order, each only once.
   */
  take(): StepRecord[] {
    return this.plan.buffers.records.take();
  }

  /**
   * Waits for every step submitted before the call; records of steps submitted
   * during the wait are left for the next call.
   *
   * @returns The records not yet taken, in order.
   * @throws {DeviceError} If the device was lost.
   */
  drain(): Promise<StepRecord[]> {
    return this.#clock.during(() => this.plan.buffers.records.drain());
  }

  /**
   * Total time spent on submitting steps and on waiting for the device, in ms.
   */
  get waited(): number {
    return this.#clock.ms;
  }

  /**
   * Dispatches that bin the uploaded events into spikes.
   *
   * @internal
   */
  get binning(): readonly Dispatch[] {
    return this.#bin;
  }

  /**
   * The optimizer's dispatches after the backward pass, with gradient clipping
   * or an average of weights; otherwise empty.
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
   * Uploads the labels of a batch, and those samples that are not cached on the
   * device.
   *
   * @internal
   * @param batch The samples.
   * @param lr Learning rate; without it the weights are not updated.
   * @returns An encoder for the commands that use it.
   */
  async upload(batch: EventBatch, lr?: number): Promise<GPUCommandEncoder> {
    const { plan } = this;
    const { gpu } = this.#device;
    const { labels } = batch;
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
    // Before the update is counted, so that a resumed run draws the same.
    const microBatches = this.#microBatchWords(labels.length);
    if (lr !== undefined && this.#optimizer?.clips === false) {
      // The gradient is complete after the last micro-batch.
      const update = this.#optimizer.next(lr);
      const last = microBatches.length - MICRO_BATCH_WORDS;
      microBatches[last + MICRO_BATCH_UPDATE - 1] = 1;
      microBatches.set(
        new Uint32Array(update.buffer),
        last + MICRO_BATCH_UPDATE,
      );
    }
    words.set(microBatches.subarray(0, MICRO_BATCH_WORDS), layout.microBatch);
    gpu.queue.writeBuffer(plan.buffers.step, 0, words);
    if (microBatches.length > MICRO_BATCH_WORDS) {
      gpu.queue.writeBuffer(
        plan.buffers.microBatches,
        0,
        microBatches,
        MICRO_BATCH_WORDS,
      );
    }
    return gpu.createCommandEncoder();
  }

  /**
   * Records a step, micro-batch by micro-batch.
   *
   * @internal
   * @param encoder The encoder that the commands are recorded into.
   * @param batch The samples, uploaded.
   * @param dispatches The dispatches to run on each micro-batch.
   * @param after Called when a micro-batch has been recorded.
   */
  encode(
    encoder: GPUCommandEncoder,
    batch: EventBatch,
    dispatches: readonly Dispatch[],
    after?: (microBatch: MicroBatch) => void,
  ): void {
    const { plan } = this;
    const chosen = this.choose(dispatches);
    const { step, microBatches } = plan.buffers;
    const bytes = 4 * MICRO_BATCH_WORDS;
    const current = 4 * layOutStep(plan.sizes.batch).microBatch;
    let next = -bytes;
    for (const microBatch of this.#cut(batch.labels.length)) {
      if (next >= 0) {
        encoder.copyBufferToBuffer(microBatches, next, step, current, bytes);
      }
      next += bytes;
      for (const buffer of plan.cleared) encoder.clearBuffer(buffer);
      const pass = encoder.beginComputePass();
      record(pass, chosen, microBatch.samples);
      pass.end();
      after?.({ encoder, ...microBatch });
    }
  }

  /**
   * Picks the sparse or the dense variant of a kernel from the firing rate in
   * the latest record; both variants give the same bits.
   *
   * @internal
   * @param dispatches Dispatches; some have a variant for dense spikes.
   * @returns The variant to run of each.
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

  /**
   * Prepares to time the kernels of a training step, which updates the weights
   * with a learning rate of 0 or, where gradients are clipped, that of the step
   * before.
   *
   * @internal
   * @param batch The samples.
   * @returns The step.
   * @throws {ShapeError} If the batch is larger than the plan, or malformed.
   * @throws {DeviceError} If the device was lost.
   */
  async timed(batch: EventBatch): Promise<TimedStep> {
    await this.evaluate(batch);
    const [{ spikes }] = await this.drain();
    const { forward, backward, sizes } = this.plan;
    const total = batch.labels.length;
    const samples = Math.min(sizes.M, total);
    const events = batch.samples.reduce((sum, { length }) => sum + length, 0);
    return {
      dispatches: this.choose([
        ...this.#bin,
        ...forward,
        ...backward,
        ...this.updating,
      ]),
      samples,
      incoming: [events, ...spikes].map((count) => count * samples / total),
      begin: async () => {
        const encoder = await this.upload(batch, 0);
        this.encode(encoder, batch, []);
        return encoder;
      },
      end: async () => {
        await this.plan.buffers.records.push(batch.labels);
        await this.drain();
      },
    };
  }

  /** Frees the plan's buffers. */
  destroy(): void {
    this.#events.destroy();
    this.#gradients?.destroy();
    freePlan(this.plan.buffers);
  }

  /** Frees the plan's buffers. */
  [Symbol.dispose](): void {
    this.destroy();
  }

  /**
   * Runs a batch forward and backward, then the commands that `then` records;
   * with a learning rate the weights are updated.
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

  /**
   * Runs this rank's parts of a batch forward and backward, exchanges their
   * gradients, and records what `then` does with the sum.
   */
  async #differentiateParts(
    batch: EventBatch,
    gradients: PartGradients,
    then: (pass: GPUComputePassEncoder) => void,
  ): Promise<void> {
    const { gpu } = this.#device;
    const { forward, backward } = this.plan;
    const encoder = await this.#begin(batch);
    if (!this.pending) gradients.clear(encoder);
    this.encode(
      encoder,
      batch,
      [...this.#bin, ...forward, ...backward],
      ({ part }) => gradients.keep(encoder, part),
    );
    await this.#submit(encoder, batch.labels);
    const samples = batch.labels.length;
    await this.#clock.during(() => gradients.exchange(samples));
    const last = gpu.createCommandEncoder();
    const pass = last.beginComputePass();
    gradients.add(pass, samples);
    then(pass);
    pass.end();
    gpu.queue.submit([last.finish()]);
  }

  /** This rank's micro-batches of a batch. */
  #cut(samples: number): MicroBatchRange[] {
    const { shares, M } = this.plan.sizes;
    return shares.microBatches(samples, M);
  }

  /** The words that describe the micro-batches of a batch. */
  #microBatchWords(total: number): Uint32Array<ArrayBuffer> {
    const { slot } = this.plan.buffers.records;
    const cut = this.#cut(total);
    const words = new Uint32Array(MICRO_BATCH_WORDS * cut.length);
    const adds = this.pending && !this.#gradients;
    const seed = this.#stepSeed();
    cut.forEach(({ first, samples, begins }, index) => {
      words.set(
        [first, samples, slot, Number(!begins || adds)],
        MICRO_BATCH_WORDS * index,
      );
      words[MICRO_BATCH_WORDS * index + MICRO_BATCH_SEED] = seed;
    });
    return words;
  }

  /** Batches of the gradient that waits for an update. */
  get #pendingBatches(): number {
    // A state that is restored discards the gradient.
    return this.pending ? this.#accumulated : 0;
  }

  /** Seed of a step: another one each update and accumulated batch. */
  #stepSeed(): number {
    const steps = this.#optimizer?.steps ?? 0;
    return (this.#seed * 1_000_003 + steps * 64 + this.#pendingBatches) %
      2 ** 31;
  }

  #begin(batch: EventBatch, lr?: number): Promise<GPUCommandEncoder> {
    this.#device.check();
    return this.upload(batch, lr);
  }

  #submit(encoder: GPUCommandEncoder, labels: Uint32Array): Promise<void> {
    return this.#clock.during(() => {
      // A software adapter runs the kernels inside submit(), hence the timing.
      this.#device.gpu.queue.submit([encoder.finish()]);
      return this.plan.buffers.records.push(labels);
    });
  }
}
