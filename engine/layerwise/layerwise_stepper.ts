/**
 * Runs the steps of a network of units, layer by layer for a whole batch.
 *
 * @module
 */

import { record } from "../device/compiler.ts";
import type { Device } from "../device/device.ts";
import type { MicroBatchRange, Range } from "../distributed/shares.ts";
import type { Augmentation } from "../network/augmentation.ts";
import type { EventBatch } from "../network/event_batch.ts";
import { PlanRunner, type RunnerOptions } from "../plan/steps/plan_runner.ts";
import { requireOptimizer, requireRate } from "../plan/steps/step_checks.ts";
import type { StepRunner, TimedStep } from "../plan/steps/step_runner.ts";
import { exchangeSums, layOutSums } from "./batch_sums.ts";
import type { LayerwiseDispatch } from "./compile_units.ts";
import { countIncoming } from "./incoming_spikes.ts";
import type { LayerwisePlan } from "./layerwise_plan.ts";
import { drawSources, plainSources } from "./sources.ts";
import { freeUnits, UNIFORM_WORDS } from "./unit_buffers.ts";

/** Dispatches that run without an exchange between them. */
interface Stage extends Pick<LayerwiseDispatch, "sumsOf" | "completed"> {
  readonly dispatches: readonly LayerwiseDispatch[];
}

/** A plan in use. Its owner destroys it, or declares it with `using`. */
export class LayerwiseStepper extends PlanRunner<LayerwiseDispatch>
  implements StepRunner {
  /** The plan's dispatches and buffers. */
  readonly plan: LayerwisePlan;
  readonly #augmentation: Augmentation | undefined;

  /**
   * Prepares a plan for use.
   *
   * @internal
   * @param device The device that the plan was compiled for.
   * @param plan The plan.
   * @param options Optimizer, gradients, seed, and augmentation of samples.
   */
  constructor(
    device: Device,
    plan: LayerwisePlan,
    { augmentation, ...options }: RunnerOptions & {
      readonly augmentation?: Augmentation;
    },
  ) {
    super(device, plan, options);
    this.plan = plan;
    this.#augmentation = augmentation;
  }

  /**
   * Finds the samples of a batch whose events a step reads.
   *
   * @param N Samples of the batch.
   * @param use Training or evaluation step.
   * @returns The samples that this rank computes; all where training mixes
   * samples of a batch.
   */
  override reads(N: number, use: "training" | "evaluation"): Range {
    const mixes = use === "training" && this.#augmentation?.mix;
    return mixes ? { first: 0, end: N } : super.reads(N, use);
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
   * Runs the network forward as {@linkcode evaluate} does, then backward. The
   * gradient replaces the previous one; no weights are updated.
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
    const optimizer = requireOptimizer(this.optimizer);
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
    const optimizer = requireOptimizer(this.optimizer);
    const { training, backward } = this.plan;
    await this.#run(
      batch,
      { trains: true },
      [...training, ...backward],
      () => {},
    );
    this.keep(optimizer);
  }

  /**
   * Prepares to time the kernels of a training step, which updates the weights
   * with the learning rate of the previous step, and running statistics.
   *
   * @internal
   * @param batch The samples.
   * @returns The step.
   * @throws {ShapeError} If the batch is larger than the plan, or malformed.
   * @throws {DeviceError} If the device was lost.
   */
  async timed(batch: EventBatch): Promise<TimedStep> {
    const { training, evaluation, backward, M } = this.plan;
    const trains = this.optimizer !== undefined;
    const forward = trains ? training : evaluation;
    await this.#run(batch, { trains }, forward);
    await this.drain();
    const samples = Math.min(M, batch.labels.length);
    const own = [...this.binning, ...forward, ...backward]
      .filter(({ microBatch = 0 }) => microBatch === 0);
    return {
      dispatches: [
        ...own.map(({ dispatch }) => dispatch),
        ...this.optimizer?.dispatches ?? [],
      ],
      samples,
      incoming: await countIncoming(this.device, this.plan, batch, samples),
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
  override destroy(): void {
    super.destroy();
    freeUnits(this.plan.buffers);
  }

  /**
   * Runs dispatches on a batch. Ranks exchange the gradients of each unit while
   * those of the units before it are computed.
   *
   * @internal
   * @param batch The samples.
   * @param options Whether augmentation and dropout apply, as in training.
   * @param dispatches The dispatches after binning.
   * @param then Records the commands that use the gradient.
   */
  async #run(
    batch: EventBatch,
    options: { readonly trains: boolean },
    dispatches: readonly LayerwiseDispatch[],
    then?: (pass: GPUComputePassEncoder) => void,
  ): Promise<void> {
    this.device.check();
    await this.#upload(batch, options);
    const samples = batch.labels.length;
    const parts = then && this.gradients;
    let encoder = this.#begin();
    if (parts && !this.pending) parts.clear(encoder);
    const exchanged: Promise<void>[] = [];
    const exchange = (unit: number, hidden: boolean) => {
      const range = this.plan.gradientPlaces[unit];
      if (!parts || !range?.size) return;
      const arrived = parts.exchange(samples, { range, hidden });
      // Errors are reported where the step awaits them all.
      arrived.catch(() => {});
      exchanged.push(arrived);
    };
    for (const stage of this.#stages([...this.binning, ...dispatches])) {
      if (stage.sumsOf !== undefined) {
        await this.#exchangeSums(encoder, stage.sumsOf, samples);
        encoder = this.device.gpu.createCommandEncoder();
      }
      if (stage.completed !== undefined) exchange(stage.completed, true);
      const pass = encoder.beginComputePass();
      this.#record(pass, stage.dispatches, samples);
      pass.end();
    }
    if (parts) {
      this.submit(encoder);
      exchange(0, false);
      await this.clock.during(() => Promise.all(exchanged));
      encoder = this.device.gpu.createCommandEncoder();
    }
    if (then) {
      const pass = encoder.beginComputePass();
      parts?.add(pass, samples);
      then(pass);
      pass.end();
    }
    await this.finish(encoder, batch.labels);
  }

  /**
   * Splits dispatches into stages, between which ranks exchange the sums of a
   * unit.
   */
  #stages(dispatches: readonly LayerwiseDispatch[]): Stage[] {
    if (this.plan.shares.ranks.count === 1) return [{ dispatches }];
    const starts = dispatches.flatMap(({ sumsOf }, index) =>
      sumsOf === undefined ? [] : [index]
    );
    return [0, ...starts].map((start, stage) => ({
      ...(stage > 0 && {
        sumsOf: dispatches[start].sumsOf,
        completed: dispatches[start].completed,
      }),
      dispatches: dispatches.slice(start, starts[stage]),
    }));
  }

  /** Submits a stage, and exchanges the sums that it computed for a unit. */
  async #exchangeSums(
    encoder: GPUCommandEncoder,
    unit: number,
    samples: number,
  ): Promise<void> {
    const { units, T, batch, shares, buffers } = this.plan;
    const { software } = this.device.adapter;
    await this.clock.during(() => {
      this.submit(encoder);
      return exchangeSums(this.device, shares, {
        buffers: buffers.units[unit],
        layout: layOutSums(units.units[unit], { T, batch, software }),
        samples,
      });
    });
  }

  /** Returns an encoder that begins by clearing the buffers of binning. */
  #begin(): GPUCommandEncoder {
    const encoder = this.device.gpu.createCommandEncoder();
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
    const cut = this.cut(total);
    for (const { dispatch, microBatch } of dispatches) {
      const samples = microBatch === undefined
        ? total
        : cut[microBatch]?.samples ?? 0;
      if (samples > 0) record(pass, [dispatch], samples);
    }
  }

  async #upload(
    batch: EventBatch,
    { trains }: { readonly trains: boolean },
  ): Promise<void> {
    const { plan } = this;
    const { buffers } = plan;
    const { queue } = this.device.gpu;
    const { labels } = batch;
    const offsets = await this.bring(batch);
    const seed = this.stepSeed;
    const drawn = { offsets, labels };
    const { sources, classes } = trains && this.#augmentation
      ? drawSources(drawn, this.#augmentation, { seed, sizes: plan })
      : plainSources(drawn, plan);
    queue.writeBuffer(buffers.sources, 0, sources);
    queue.writeBuffer(buffers.classes, 0, classes);
    queue.writeBuffer(
      buffers.uniforms,
      0,
      this.#uniforms(labels.length, { trains, seed }),
    );
  }

  /** Words of each micro-batch, then of the batch, see micro_batch.wgsl. */
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
    this.cut(total).forEach((range, index) =>
      set(index, range, !range.begins || this.adds)
    );
    const whole = { first: 0, samples: total };
    set(microBatches.length, whole, this.pending);
    return words;
  }
}
