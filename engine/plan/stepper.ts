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
import { freePlan } from "./buffers.ts";
import { chooseVariants } from "./busy_variants.ts";
import type { Plan } from "./plan.ts";
import { PlanRunner, type RunnerOptions } from "./steps/plan_runner.ts";
import { requireOptimizer, requireRate } from "./steps/step_checks.ts";
import type { StepRunner, TimedStep } from "./steps/step_runner.ts";
import {
  layOutStep,
  MICRO_BATCH_WORDS,
  microBatchWords,
} from "./steps/step_words.ts";

/** A micro-batch of a step that is being recorded. */
export interface MicroBatch extends MicroBatchRange {
  readonly encoder: GPUCommandEncoder;
}

/** A plan in use. Its owner destroys it, or declares it with `using`. */
export class Stepper extends PlanRunner<Dispatch> implements StepRunner {
  /**
   * The plan's dispatches and buffers.
   *
   * @internal
   */
  readonly plan: Plan;

  /**
   * Prepares a plan for use.
   *
   * @internal
   * @param device The device that the plan was compiled for.
   * @param plan The plan.
   * @param options Optimizer, gradients and seed of the plan.
   */
  constructor(device: Device, plan: Plan, options: RunnerOptions) {
    super(device, { ...plan.sizes, ...plan }, options);
    this.plan = plan;
  }

  /**
   * Runs the network forward and records loss and predictions.
   *
   * @param batch The samples.
   * @returns Resolves when another step may be submitted, usually at once.
   * @throws {ShapeError} If the batch is larger than the plan, or malformed.
   * @throws {DeviceError} If the device was lost.
   */
  async evaluate(batch: EventBatch): Promise<void> {
    const encoder = await this.#begin(batch);
    this.encode(encoder, batch, [...this.binning, ...this.plan.evaluation]);
    await this.finish(encoder, batch.labels);
  }

  /**
   * Runs the network forward and backward and updates its weights by the
   * gradient of this batch and of those accumulated before.
   *
   * @param batch The samples.
   * @param lr Learning rate.
   * @returns Resolves when another step may be submitted, usually at once.
   * @throws {ShapeError} If the batch is larger than the plan, or malformed.
   * @throws {DeviceError} If the device was lost.
   * @throws {TypeError} If the plan does not train.
   * @throws {RangeError} If the learning rate is negative or not finite.
   */
  async train(batch: EventBatch, lr: number): Promise<void> {
    const optimizer = requireOptimizer(this.optimizer);
    requireRate(lr);
    if (this.gradients) {
      await this.#differentiateParts(batch, this.gradients, (pass) => {
        optimizer.step(pass, lr);
      });
      return;
    }
    await this.#differentiate(batch, (encoder) => {
      if (this.updating.length === 0) return;
      const pass = encoder.beginComputePass();
      // Otherwise the kernels that complete the gradient have updated the
      // weights.
      if (optimizer.waits) optimizer.step(pass, lr);
      else optimizer.average(pass);
      pass.end();
    }, lr);
  }

  /**
   * Runs the network forward and backward and keeps the gradient for the next
   * update. Several accumulated batches give the same bits as one large batch.
   *
   * @param batch The samples.
   * @returns Resolves when another step may be submitted, usually at once.
   * @throws {ShapeError} If the batch is larger than the plan, or malformed.
   * @throws {DeviceError} If the device was lost.
   * @throws {TypeError} If the plan does not train.
   */
  async accumulate(batch: EventBatch): Promise<void> {
    const optimizer = requireOptimizer(this.optimizer);
    const keep = () => this.keep(optimizer);
    if (this.gradients) {
      await this.#differentiateParts(batch, this.gradients, keep);
    } else {
      await this.#differentiate(batch, keep);
    }
  }

  /**
   * The optimizer's dispatches where they run after the backward pass, with
   * gradient clipping, weight normalisation or a moving average; otherwise
   * empty.
   *
   * @internal
   */
  get updating(): readonly Dispatch[] {
    return this.optimizer?.updating ?? [];
  }

  /**
   * Uploads the labels of a batch, and the samples that are not cached on the
   * device.
   *
   * @internal
   * @param batch The samples.
   * @param lr Learning rate; without it the weights are not updated.
   * @returns An encoder for the commands that use it.
   */
  async upload(batch: EventBatch, lr?: number): Promise<GPUCommandEncoder> {
    const { plan } = this;
    const { gpu } = this.device;
    const { labels } = batch;
    const offsets = await this.bring(batch);
    const layout = layOutStep(plan.sizes.batch);
    const words = new Uint32Array(layout.words);
    words.set(labels, layout.labels);
    words.set(offsets, layout.offsets);
    const microBatches = microBatchWords(this.cut(labels.length), {
      slot: plan.buffers.records.slot,
      // Both are read before next() counts the update, so that a resumed run
      // draws the same numbers.
      adds: this.adds,
      seed: this.stepSeed,
      // Otherwise the optimizer's own kernels update the weights.
      update: lr !== undefined && this.optimizer?.waits === false
        ? this.optimizer.next(lr)
        : undefined,
    });
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
   * @param options `part`, the part of the batch to record, by default all;
   * `after`, called when a micro-batch has been recorded.
   */
  encode(
    encoder: GPUCommandEncoder,
    batch: EventBatch,
    dispatches: readonly Dispatch[],
    { part, after }: {
      readonly part?: number;
      readonly after?: (microBatch: MicroBatch) => void;
    } = {},
  ): void {
    const { plan } = this;
    const chosen = chooseVariants(plan, dispatches);
    const { step, microBatches } = plan.buffers;
    const bytes = 4 * MICRO_BATCH_WORDS;
    const current = 4 * layOutStep(plan.sizes.batch).microBatch;
    for (const [n, microBatch] of this.cut(batch.labels.length).entries()) {
      if (part !== undefined && microBatch.part !== part) continue;
      if (n > 0) {
        const from = (n - 1) * bytes;
        encoder.copyBufferToBuffer(microBatches, from, step, current, bytes);
      }
      for (const buffer of plan.cleared) encoder.clearBuffer(buffer);
      const pass = encoder.beginComputePass();
      record(pass, chosen, microBatch.samples);
      pass.end();
      after?.({ encoder, ...microBatch });
    }
  }

  /**
   * Prepares to time the kernels of a training step, which updates the weights
   * with a learning rate of 0 or, where updates wait for the whole gradient,
   * that of the previous step.
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
      dispatches: chooseVariants(this.plan, [
        ...this.binning,
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
  override destroy(): void {
    super.destroy();
    freePlan(this.plan.buffers);
  }

  /**
   * Runs a batch forward and backward, followed by the commands that `then`
   * records; updates the weights if a learning rate is given.
   */
  async #differentiate(
    batch: EventBatch,
    then: (encoder: GPUCommandEncoder) => void,
    lr?: number,
  ): Promise<void> {
    const encoder = await this.#begin(batch, lr);
    const { forward, backward } = this.plan;
    this.encode(encoder, batch, [...this.binning, ...forward, ...backward]);
    then(encoder);
    await this.finish(encoder, batch.labels);
  }

  /**
   * Runs this rank's parts of a batch forward and backward, exchanges the
   * gradients of each part while the next is computed, and records `then` with
   * the sum of all parts.
   */
  async #differentiateParts(
    batch: EventBatch,
    gradients: PartGradients,
    then: (pass: GPUComputePassEncoder) => void,
  ): Promise<void> {
    const { forward, backward, sizes: { shares } } = this.plan;
    const { labels } = batch;
    let encoder = await this.#begin(batch);
    if (!this.pending) gradients.clear(encoder);
    const dispatches = [...this.binning, ...forward, ...backward];
    const parts = shares.presentParts(labels.length);
    let exchanged = Promise.resolve();
    for (let round = 0; round < shares.rounds; round++) {
      if (round < parts.length) {
        const part = parts[round];
        this.encode(encoder, batch, dispatches, { part });
        gradients.keep(encoder, part);
      }
      this.submit(encoder);
      await this.clock.during(() => exchanged);
      exchanged = gradients.exchange(labels.length, { round });
      encoder = this.device.gpu.createCommandEncoder();
    }
    await this.clock.during(() =>
      Promise.all([exchanged, this.plan.buffers.records.push(labels)])
    );
    const pass = encoder.beginComputePass();
    gradients.add(pass, labels.length);
    then(pass);
    pass.end();
    this.submit(encoder);
  }

  #begin(batch: EventBatch, lr?: number): Promise<GPUCommandEncoder> {
    this.device.check();
    return this.upload(batch, lr);
  }
}
