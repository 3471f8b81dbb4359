/**
 * What runs a plan of either kind: checks and uploads samples, counts the
 * batches whose gradients wait for an update, and reads records.
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

/** What plans of both kinds have, whose dispatches are of type D. */
export interface RunnablePlan<D> {
  /** Bins of a sample in the network. */
  readonly T: number;
  /** Samples of a micro-batch. */
  readonly M: number;
  /** Most samples in a step. */
  readonly batch: number;
  /** How batches are cut, and which samples this process computes. */
  readonly shares: Shares;
  /** How the events of samples are to be binned. */
  readonly eventBinning: EventBinning;
  /** Bits of an event word that hold its address. */
  readonly addressBits: number;
  /** Number of pixels, channels apart. */
  readonly inputs: number;
  /** Number of outputs, one a class. */
  readonly outputs: number;
  /** What it tells of its steps. */
  readonly buffers: StepOutputs;
  /** Compiles the binning of the events in a buffer. */
  readonly bin: (events: GPUBuffer) => Promise<readonly D[]>;
}

/** What the steps of a plan use beside its buffers. */
export interface RunnerOptions {
  /** The optimizer, for a plan that trains. */
  readonly optimizer?: Optimizer;
  /** Gradients of parts, where batches are divided. */
  readonly gradients?: PartGradients;
  /** Seed of what steps draw at random. @default 0 */
  readonly seed?: number;
}

/** A plan in use, whose dispatches are of type D. */
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
   * Gradients of parts, where batches are divided.
   *
   * @internal
   */
  protected readonly gradients: PartGradients | undefined;
  /**
   * Measures the time that steps wait for the device.
   *
   * @internal
   */
  protected readonly clock: WaitClock = new WaitClock();

  /**
   * Puts a plan to use.
   *
   * @internal
   * @param device The device that the plan was compiled for.
   * @param plan The plan.
   * @param options What its steps use.
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

  /** Bins of a sample in the network. */
  get bins(): number {
    return this.#plan.T;
  }

  /** Most samples that go through the network, or a layer, at once. */
  get microBatch(): number {
    return this.#plan.M;
  }

  /** How the events of samples are to be binned. */
  get eventBinning(): EventBinning {
    return this.#plan.eventBinning;
  }

  /** Spikes of each neuron. */
  get activity(): NeuronActivity {
    return this.#plan.buffers.activity;
  }

  /** Spikes that each layer read, by its inputs, where they are counted. */
  get incoming(): NeuronActivity {
    return this.#plan.buffers.incoming;
  }

  /**
   * Total time spent on submitting steps and on waiting for the device, in ms.
   */
  get waited(): number {
    return this.clock.ms;
  }

  /**
   * Whether a gradient was accumulated that no update has used.
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
   * Hands over the records that have arrived, without waiting.
   *
   * @returns One record a step, in order, each only once.
   */
  take(): StepRecord[] {
    return this.#plan.buffers.records.take();
  }

  /**
   * Waits for every step submitted before the call; records of steps submitted
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
   * Checks a batch, and uploads those samples that are not cached.
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
   * Cuts a batch into this rank's micro-batches.
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
   * Seed of a step: another one each update and accumulated batch.
   *
   * @internal
   */
  protected get stepSeed(): number {
    const steps = this.optimizer?.steps ?? 0;
    return (this.#seed * 1_000_003 + steps * 64 + this.#pendingBatches) %
      2 ** 31;
  }

  /**
   * Whether a step adds to the gradient that its kernels find.
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
   * @returns When another step may be submitted.
   */
  protected finish(
    encoder: GPUCommandEncoder,
    labels: Uint32Array,
  ): Promise<void> {
    return this.clock.during(() => {
      // A software adapter runs the kernels inside submit(), hence the timing.
      this.submit(encoder);
      return this.#plan.buffers.records.push(labels);
    });
  }

  /** Batches of the gradient that waits for an update. */
  get #pendingBatches(): number {
    // A state that is restored discards the gradient.
    return this.pending ? this.#accumulated : 0;
  }
}
