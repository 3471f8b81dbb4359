/**
 * Runs the steps of a network of units, layer by layer for a whole batch.
 *
 * @module
 */

import { record } from "../device/compiler.ts";
import type { Device } from "../device/device.ts";
import type { PartGradients } from "../distributed/part_gradients.ts";
import type { MicroBatchRange } from "../distributed/shares.ts";
import type { EventBatch } from "../network/event_batch.ts";
import { ResidentEvents } from "../plan/steps/event_cache.ts";
import type { Optimizer } from "../plan/steps/optimizer.ts";
import { requireEvents, requireSamples } from "../plan/steps/require_batch.ts";
import {
  requireOptimizer,
  requireRate,
  WaitClock,
} from "../plan/steps/step_checks.ts";
import type { StepRecord } from "../plan/steps/step_results.ts";
import type {
  EventBinning,
  NeuronActivity,
  StepChanges,
  StepRunner,
  TimedStep,
} from "../plan/steps/step_runner.ts";
import { exchangeSums, layOutSums } from "./batch_sums.ts";
import type { LayerwiseDispatch } from "./compile_units.ts";
import type { LayerwisePlan } from "./layerwise_plan.ts";
import { countIncoming } from "./incoming_spikes.ts";
import { drawSources, plainSources } from "./sources.ts";
import { freeUnits, UNIFORM_WORDS } from "./unit_buffers.ts";

/** A plan in use. Its owner destroys it, or holds it with `using`. */
export class LayerwiseStepper implements StepRunner {
  /** The plan's dispatches and buffers. @internal */
  readonly plan: LayerwisePlan;
  readonly #device: Device;
  readonly #optimizer: Optimizer | undefined;
  readonly #gradients: PartGradients | undefined;
  readonly #changes: StepChanges;
  readonly #events: ResidentEvents;
  #bin: readonly LayerwiseDispatch[] = [];
  #binned: GPUBuffer | undefined;
  readonly #clock = new WaitClock();
  /** Batches whose gradients were accumulated since the last update. */
  #accumulated = 0;

  /**
   * Puts a plan to use.
   *
   * @internal
   * @param device The device that the plan was compiled for.
   * @param plan The plan.
   * @param options The optimizer, for a plan that trains, the gradients of
   * parts, where its batches are divided, and what its steps draw at random.
   */
  constructor(
    device: Device,
    plan: LayerwisePlan,
    { optimizer, gradients, changes = {} }: {
      readonly optimizer?: Optimizer;
      readonly gradients?: PartGradients;
      readonly changes?: StepChanges;
    },
  ) {
    this.plan = plan;
    this.#device = device;
    this.#optimizer = optimizer;
    this.#gradients = gradients;
    this.#changes = changes;
    this.#events = new ResidentEvents(
      device,
      (words) =>
        requireEvents(words, {
          inputs: plan.inputs,
          bins: plan.eventBinning.bins,
          addressBits: plan.addressBits,
        }),
    );
  }

  /** Bins of a sample in the network. */
  get bins(): number {
    return this.plan.T;
  }

  /** Most samples that go through a layer at once. */
  get microBatch(): number {
    return this.plan.M;
  }

  /** How the events of samples are to be binned. */
  get eventBinning(): EventBinning {
    return this.plan.eventBinning;
  }

  /** Spikes of each neuron. */
  get activity(): NeuronActivity {
    return this.plan.buffers.activity;
  }

  /** Spikes that each layer read, by its inputs, where they are counted. */
  get incoming(): NeuronActivity {
    return this.plan.buffers.incoming;
  }

  /** Whether a gradient was accumulated that no update has used. */
  get pending(): boolean {
    return this.#optimizer?.pending ?? false;
  }

  /** Total time spent on submitting steps and on waiting for the device. */
  get waited(): number {
    return this.#clock.ms;
  }

  /**
   * Runs the network forward, with running statistics and without dropout, and
   * records loss and predictions.
   *
   * @param batch The samples.
   * @throws {ShapeError} If the batch is larger than the plan, or malformed.
   * @throws {DeviceError} If the device was lost.
   */
  async evaluate(batch: EventBatch): Promise<void> {
    await this.#run(batch, { trains: false }, this.plan.evaluation);
  }

  /**
   * Runs the network forward as {@linkcode evaluate} does, then backward: the
   * gradient replaces the last one, and nothing is updated.
   *
   * @internal
   * @param batch The samples.
   * @throws {ShapeError} If the batch is larger than the plan, or malformed.
   * @throws {DeviceError} If the device was lost.
   */
  async differentiate(batch: EventBatch): Promise<void> {
    const { evaluation, backward } = this.plan;
    await this.#run(batch, { trains: false }, [...evaluation, ...backward]);
  }

  /**
   * Runs the network forward and backward and updates its weights.
   *
   * @param batch The samples.
   * @param lr Learning rate.
   * @throws {ShapeError} If the batch is larger than the plan, or malformed.
   * @throws {DeviceError} If the device was lost.
   * @throws {TypeError} If the plan does not train.
   * @throws {RangeError} If the learning rate is negative or not finite.
   */
  async train(batch: EventBatch, lr: number): Promise<void> {
    const optimizer = requireOptimizer(this.#optimizer);
    requireRate(lr);
    const { training, backward } = this.plan;
    await this.#run(
      batch,
      { trains: true },
      [...training, ...backward],
      (pass) => optimizer.step(pass, lr),
    );
  }

  /**
   * Runs the network forward and backward and keeps the gradient for the next
   * update.
   *
   * @param batch The samples.
   * @throws {ShapeError} If the batch is larger than the plan, or malformed.
   * @throws {DeviceError} If the device was lost.
   * @throws {TypeError} If the plan does not train.
   */
  async accumulate(batch: EventBatch): Promise<void> {
    const optimizer = requireOptimizer(this.#optimizer);
    const { training, backward } = this.plan;
    await this.#run(
      batch,
      { trains: true },
      [...training, ...backward],
      () => {},
    );
    this.#accumulated = this.#pendingBatches + 1;
    optimizer.pending = true;
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

  /** Hands over the records that have arrived, without waiting. */
  take(): StepRecord[] {
    return this.plan.buffers.records.take();
  }

  /**
   * Waits for every step submitted before the call.
   *
   * @returns The records not yet taken, in order.
   * @throws {DeviceError} If the device was lost.
   */
  drain(): Promise<StepRecord[]> {
    return this.#clock.during(() => this.plan.buffers.records.drain());
  }

  /**
   * Prepares to time the kernels of a training step, which updates the weights
   * with the learning rate of the step before, and running statistics.
   *
   * @internal
   * @param batch The samples.
   * @returns The step.
   * @throws {ShapeError} If the batch is larger than the plan, or malformed.
   * @throws {DeviceError} If the device was lost.
   */
  async timed(batch: EventBatch): Promise<TimedStep> {
    const { training, evaluation, backward, M } = this.plan;
    const trains = this.#optimizer !== undefined;
    const forward = trains ? training : evaluation;
    await this.#run(batch, { trains }, forward);
    await this.drain();
    const samples = Math.min(M, batch.labels.length);
    const own = [...this.#bin, ...forward, ...backward]
      .filter(({ microBatch = 0 }) => microBatch === 0);
    return {
      dispatches: [
        ...own.map(({ dispatch }) => dispatch),
        ...this.#optimizer?.dispatches ?? [],
      ],
      samples,
      incoming: await countIncoming(this.#device, this.plan, batch, samples),
      begin: async () => {
        await this.#upload(batch, { trains });
        return this.#begin();
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
    freeUnits(this.plan.buffers);
  }

  /** Frees the plan's buffers. */
  [Symbol.dispose](): void {
    this.destroy();
  }

  /**
   * Runs dispatches on a batch.
   *
   * @internal
   * @param batch The samples.
   * @param options Whether samples and neurons are changed as in training.
   * @param dispatches The dispatches after binning.
   * @param then Records what is done with the gradient.
   */
  async #run(
    batch: EventBatch,
    options: { readonly trains: boolean },
    dispatches: readonly LayerwiseDispatch[],
    then?: (pass: GPUComputePassEncoder) => void,
  ): Promise<void> {
    this.#device.check();
    await this.#upload(batch, options);
    const samples = batch.labels.length;
    const parts = then && this.#gradients;
    let encoder = this.#begin();
    if (parts && !this.pending) parts.clear(encoder);
    for (const stage of this.#stages([...this.#bin, ...dispatches])) {
      if (stage.sumsOf !== undefined) {
        await this.#exchangeSums(encoder, stage.sumsOf, samples);
        encoder = this.#device.gpu.createCommandEncoder();
      }
      const pass = encoder.beginComputePass();
      this.#record(pass, stage.dispatches, samples);
      pass.end();
    }
    if (parts) {
      this.#submit(encoder);
      await this.#clock.during(() => parts.exchange(samples));
      encoder = this.#device.gpu.createCommandEncoder();
    }
    if (then) {
      const pass = encoder.beginComputePass();
      parts?.add(pass, samples);
      then(pass);
      pass.end();
    }
    await this.#clock.during(() => {
      // A software adapter runs the kernels inside submit(), hence the timing.
      this.#submit(encoder);
      return this.plan.buffers.records.push(batch.labels);
    });
  }

  /** Cuts dispatches where ranks have to exchange sums of a unit. */
  #stages(
    dispatches: readonly LayerwiseDispatch[],
  ): {
    readonly sumsOf?: number;
    readonly dispatches: readonly LayerwiseDispatch[];
  }[] {
    if (this.plan.shares.ranks.count === 1) return [{ dispatches }];
    const starts = dispatches.flatMap(({ sumsOf }, index) =>
      sumsOf === undefined ? [] : [index]
    );
    return [0, ...starts].map((start, stage) => ({
      sumsOf: stage > 0 ? dispatches[start].sumsOf : undefined,
      dispatches: dispatches.slice(start, starts[stage]),
    }));
  }

  /** Submits a stage, and exchanges the sums of a unit that it computed. */
  async #exchangeSums(
    encoder: GPUCommandEncoder,
    unit: number,
    samples: number,
  ): Promise<void> {
    const { units, T, batch, shares, buffers } = this.plan;
    await this.#clock.during(() => {
      this.#submit(encoder);
      return exchangeSums(this.#device, shares, {
        buffer: buffers.units[unit].partials,
        layout: layOutSums(units.units[unit], T, batch),
        samples,
      });
    });
  }

  #submit(encoder: GPUCommandEncoder): void {
    this.#device.gpu.queue.submit([encoder.finish()]);
  }

  /** An encoder whose commands find the buffers of binning cleared. */
  #begin(): GPUCommandEncoder {
    const encoder = this.#device.gpu.createCommandEncoder();
    for (const { counts, largest } of this.plan.buffers.microBatches) {
      encoder.clearBuffer(counts);
      encoder.clearBuffer(largest);
    }
    return encoder;
  }

  #record(
    pass: GPUComputePassEncoder,
    dispatches: readonly LayerwiseDispatch[],
    total: number,
  ): void {
    const cut = this.#cut(total);
    for (const { dispatch, microBatch } of dispatches) {
      const samples = microBatch === undefined
        ? total
        : cut[microBatch]?.samples ?? 0;
      if (samples > 0) record(pass, [dispatch], samples);
    }
  }

  /** This rank's micro-batches of a batch. */
  #cut(samples: number): MicroBatchRange[] {
    const { shares, M } = this.plan;
    return shares.microBatches(samples, M);
  }

  async #upload(
    batch: EventBatch,
    { trains }: { readonly trains: boolean },
  ): Promise<void> {
    const { plan } = this;
    const { buffers } = plan;
    const { queue } = this.#device.gpu;
    const { labels } = batch;
    requireSamples(batch, plan);
    const { buffer, offsets } = await this.#events.bring(batch.samples);
    if (this.#binned !== buffer) {
      this.#bin = await plan.bin(buffer);
      this.#binned = buffer;
    }
    const seed = this.#seed();
    const { augmentation } = this.#changes;
    const drawn = { offsets, labels };
    const { sources, classes } = trains && augmentation
      ? drawSources(drawn, augmentation, { seed, sizes: plan })
      : plainSources(drawn, plan);
    queue.writeBuffer(buffers.sources, 0, sources);
    queue.writeBuffer(buffers.classes, 0, classes);
    queue.writeBuffer(
      buffers.uniforms,
      0,
      this.#uniforms(labels.length, { trains, seed }),
    );
  }

  /** Batches of the gradient that waits for an update. */
  get #pendingBatches(): number {
    // A state that is restored discards the gradient.
    return this.#optimizer?.pending ? this.#accumulated : 0;
  }

  /** Seed of a step: another one each update and accumulated batch. */
  #seed(): number {
    const { seed = 0 } = this.#changes;
    const steps = this.#optimizer?.steps ?? 0;
    return (seed * 1_000_003 + steps * 64 + this.#pendingBatches) % 2 ** 31;
  }

  /** Words of each micro-batch, and last of the batch, see unit.wgsl. */
  #uniforms(
    total: number,
    { trains, seed }: { readonly trains: boolean; readonly seed: number },
  ): Uint32Array<ArrayBuffer> {
    const { buffers: { microBatches, records: { slot } } } = this.plan;
    const words = new Uint32Array(UNIFORM_WORDS * (microBatches.length + 1));
    const set = (
      index: number,
      { first, samples }: Pick<MicroBatchRange, "first" | "samples">,
      accumulates: boolean,
    ) =>
      words.set(
        [first, samples, slot, +accumulates, 0, 0, 0, 0, total, +trains, seed],
        UNIFORM_WORDS * index,
      );
    const adds = this.pending && !this.#gradients;
    this.#cut(total).forEach((range, index) =>
      set(index, range, !range.begins || adds)
    );
    const whole = { first: 0, samples: total };
    set(microBatches.length, whole, this.pending);
    return words;
  }
}
