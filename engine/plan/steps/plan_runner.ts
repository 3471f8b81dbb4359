/**
 * Base class of plan runners: checks and uploads samples, counts batches whose
 * gradients await an update, and reads records.
 *
 * @module
 */

import type { Device } from "../../device/device.ts";
import type { PartGradients } from "../../distributed/part_gradients.ts";
import type { MicroBatchRange, Shares } from "../../distributed/shares.ts";
import type { EventBatch } from "../../network/event_batch.ts";
import { ResidentEvents } from "./event_cache.ts";
import type { Optimizer } from "./optimizer.ts";
import { requireEvents, requireSamples } from "./require_batch.ts";
import { requireOptimizer, requireRate, WaitClock } from "./step_checks.ts";
import type { StepOutputs } from "./step_outputs.ts";
import type { StepRecord } from "./step_results.ts";
import type { EventBinning, NeuronActivity } from "./step_runner.ts";

/**
 * Properties common to both kinds of plans; D is the type of their dispatches.
 */
export interface RunnablePlan<D> {
  /** Bins of a sample. */
  readonly T: number;
  /** Samples of a micro-batch. */
  readonly M: number;
  /** Most samples in a step. */
  readonly batch: number;
  /** Division of batches, and the samples that this process computes. */
  readonly shares: Shares;
  /** How events of samples must be binned. */
  readonly eventBinning: EventBinning;
  /** Bits of an event word that hold its address. */
  readonly addressBits: number;
  /** Number of input pixels, counted per channel. */
  readonly inputs: number;
  /** Number of outputs, one per class. */
  readonly outputs: number;
  /** Outputs of its steps. */
  readonly buffers: StepOutputs;
  /** Compiles the binning of the events in a buffer. */
  readonly bin: (events: GPUBuffer) => Promise<readonly D[]>;
}

/** Further parts of a plan that its steps use. */
export interface RunnerOptions {
  /** The optimizer, for a plan that trains. */
  readonly optimizer?: Optimizer;
  /** Gradients of the parts of a batch, where batches are divided. */
  readonly gradients?: PartGradients;
  /** Seed of augmentation and dropout. @default 0 */
  readonly seed?: number;
}

/** A plan in use; D is the type of its dispatches. */
export abstract class PlanRunner<D> {
  readonly #plan: RunnablePlan<D>;
  readonly #seed: number;
  readonly #events: ResidentEvents;
  #bin: readonly D[] = [];
  #binned: GPUBuffer | undefined;
  /** Batches whose gradients were accumulated since the last update. */
  #accumulated = 0;
  /**
   * The device that the plan was compiled for.
   *
   * @internal
   */
  protected readonly device: Device;
  /**
   * The optimizer, if the plan trains.
   *
   * @internal
   */
  protected readonly optimizer: Optimizer | undefined;
  /**
   * Gradients of the parts of a batch, where batches are divided.
   *
   * @internal
   */
  protected readonly gradients: PartGradients | undefined;
  /**
   * Measures the time spent waiting for the device.
   *
   * @internal
   */
  protected readonly clock: WaitClock = new WaitClock();

  /**
   * Prepares a plan for use.
   *
   * @internal
   * @param device The device that the plan was compiled for.
   * @param plan The plan.
   * @param options Optimizer, gradients and seed of the plan.
   */
  protected constructor(
    device: Device,
    plan: RunnablePlan<D>,
    { optimizer, gradients, seed = 0 }: RunnerOptions,
  ) {
    this.device = device;
    this.optimizer = optimizer;
    this.gradients = gradients;
    this.#plan = plan;
    this.#seed = seed;
    const { inputs, addressBits, eventBinning: { bins } } = plan;
    this.#events = new ResidentEvents(
      device,
      (words) => requireEvents(words, { inputs, bins, addressBits }),
    );
  }

  /** Bins of a sample. */
  get bins(): number {
    return this.#plan.T;
  }

  /** Most samples that go through the network, or through a layer, at once. */
  get microBatch(): number {
    return this.#plan.M;
  }

  /** How events of samples must be binned. */
  get eventBinning(): EventBinning {
    return this.#plan.eventBinning;
  }

  /**
   * Finds the samples of a batch whose events a step reads.
   *
   * @param N Samples of the batch.
   * @param _use Training or evaluation step.
   * @returns The samples that this rank computes.
   */
  reads(
    N: number,
    _use: "training" | "evaluation",
  ): { readonly first: number; readonly end: number } {
    const { shares } = this.#plan;
    return shares.samplesOf(N, shares.ranks.rank);
  }

  /** Spike count of each neuron. */
  get activity(): NeuronActivity {
    return this.#plan.buffers.activity;
  }

  /** Incoming spikes of each layer, by input, where they are counted. */
  get incoming(): NeuronActivity {
    return this.#plan.buffers.incoming;
  }

  /** Total time spent submitting steps and waiting for the device, in ms. */
  get waited(): number {
    return this.clock.ms;
  }

  /**
   * Whether an accumulated gradient awaits its update.
   *
   * @internal
   */
  get pending(): boolean {
    return this.optimizer?.pending ?? false;
  }

  /**
   * Dispatches that bin the uploaded events into spikes.
   *
   * @internal
   */
  get binning(): readonly D[] {
    return this.#bin;
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
    const optimizer = requireOptimizer(this.optimizer);
    requireRate(lr);
    this.device.check();
    if (!optimizer.pending) return;
    const encoder = this.device.gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    optimizer.step(pass, lr);
    pass.end();
    this.submit(encoder);
  }

  /**
   * Returns the records that have arrived, without waiting.
   *
   * @returns One record per step, in order, each only once.
   */
  take(): StepRecord[] {
    return this.#plan.buffers.records.take();
  }

  /**
   * Waits for all steps submitted before the call; records of steps submitted
   * during the wait are left for the next call.
   *
   * @returns The records not yet taken, in order.
   * @throws {DeviceError} If the device was lost.
   */
  drain(): Promise<StepRecord[]> {
    return this.clock.during(() => this.#plan.buffers.records.drain());
  }

  /** Frees the plan's buffers. */
  destroy(): void {
    this.#events.destroy();
    this.gradients?.destroy();
  }

  /** Frees the plan's buffers. */
  [Symbol.dispose](): void {
    this.destroy();
  }

  /**
   * Checks a batch, and uploads the samples that are not cached.
   *
   * @internal
   * @param batch The samples.
   * @returns Each sample's first and end word in the buffer of events.
   */
  protected async bring(
    batch: EventBatch,
  ): Promise<Uint32Array<ArrayBuffer>> {
    requireSamples(batch, this.#plan);
    const { buffer, offsets } = await this.#events.bring(batch.samples);
    if (this.#binned !== buffer) {
      this.#bin = await this.#plan.bin(buffer);
      this.#binned = buffer;
    }
    return offsets;
  }

  /**
   * Divides a batch into this rank's micro-batches.
   *
   * @internal
   * @param samples Samples of the batch.
   * @returns The samples of each micro-batch.
   */
  protected cut(samples: number): MicroBatchRange[] {
    const { shares, M } = this.#plan;
    return shares.microBatches(samples, M);
  }

  /**
   * Seed of a step, different for each update and each accumulated batch.
   *
   * @internal
   */
  protected get stepSeed(): number {
    const steps = this.optimizer?.steps ?? 0;
    return (this.#seed * 1_000_003 + steps * 64 + this.#pendingBatches) %
      2 ** 31;
  }

  /**
   * Whether a step adds to the stored gradient instead of replacing it.
   *
   * @internal
   */
  protected get adds(): boolean {
    return this.pending && !this.gradients;
  }

  /**
   * Keeps the gradient of a batch for the next update.
   *
   * @internal
   * @param optimizer The optimizer.
   */
  protected keep(optimizer: Optimizer): void {
    this.#accumulated = this.#pendingBatches + 1;
    optimizer.pending = true;
  }

  /**
   * Submits commands.
   *
   * @internal
   * @param encoder The encoder that they are recorded into.
   */
  protected submit(encoder: GPUCommandEncoder): void {
    this.device.gpu.queue.submit([encoder.finish()]);
  }

  /**
   * Submits the last commands of a step.
   *
   * @internal
   * @param encoder The encoder that they are recorded into.
   * @param labels Class of each sample.
   * @returns Resolves when another step may be submitted.
   */
  protected finish(
    encoder: GPUCommandEncoder,
    labels: Uint32Array,
  ): Promise<void> {
    return this.clock.during(() => {
      // A software adapter runs the kernels within submit(), so that it is
      // timed too.
      this.submit(encoder);
      return this.#plan.buffers.records.push(labels);
    });
  }

  /** Number of batches in the gradient that awaits its update. */
  get #pendingBatches(): number {
    // Restoring a state discards the accumulated gradient.
    return this.pending ? this.#accumulated : 0;
  }
}
