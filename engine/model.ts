/**
 * A spiking network on a device: its weights, and the plans that run it.
 *
 * @module
 */

import { type Device, openDevice } from "./device/device.ts";
import { Compiler } from "./device/compiler.ts";
import { ShapeError } from "./device/errors.ts";
import { averageBuffers } from "./distributed/average_buffers.ts";
import { PartGradients } from "./distributed/part_gradients.ts";
import type { Ranks } from "./distributed/ranks.ts";
import { Shares } from "./distributed/shares.ts";
import { compileLayerwise, timeUnits } from "./layerwise/layerwise_plan.ts";
import { LayerwiseStepper } from "./layerwise/layerwise_stepper.ts";
import type { Ghost } from "./layerwise/units/ghost.ts";
import { rasterOf, type Units } from "./layerwise/units/units.ts";
import type { Layer } from "./layers/layer.ts";
import {
  type ModelDescription,
  requireInput,
  type Structure,
  structureOf,
} from "./model/model_description.ts";
import { Optimizer } from "./plan/steps/optimizer.ts";
import type { PlanContext } from "./plan/compile_step.ts";
import { compilePlan } from "./plan/plan.ts";
import { binsOf, type PlanOptions } from "./plan/sizes.ts";
import { Random } from "./network/random.ts";
import { readFloats } from "./device/readback.ts";
import { Stepper } from "./plan/stepper.ts";
import {
  type Averaged,
  WeightAverage,
  WEIGHTS_USAGE,
} from "./plan/steps/weight_average.ts";
import type { EventBinning, StepRunner } from "./plan/steps/step_runner.ts";
import {
  type NamedArray,
  toKernelOrder,
  toUserOrder,
  type WeightSlot,
} from "./network/weights.ts";
export type { ModelDescription };

/** The trained state of a network, its arrays in users' order. */
export interface ModelState {
  /** Weights of each layer that has trainable ones, as updates left them. */
  readonly weights: Readonly<Record<string, NamedArray>>;
  /** Their moving averages; absent if the network has none. */
  readonly averages?: Readonly<Record<string, NamedArray>>;
  /** Number of updates that the weights have had. */
  readonly steps: number;
  /**
   * The optimizer's moments `m`, `v` and `vMax` of each weight, each like
   * `weights`; empty for SGD.
   */
  readonly moments: Readonly<
    Record<string, Readonly<Record<string, NamedArray>>>
  >;
}

/** A network on a device. Its owner destroys it, or holds it with `using`. */
export class Model implements Disposable {
  /** The device that holds the weights. */
  readonly device: Device;
  /** The layers with their shapes. */
  readonly layers: readonly Layer[];
  /** The description that the network was built from. */
  readonly description: ModelDescription;
  readonly #compiler: Compiler;
  readonly #slots: readonly WeightSlot[];
  /** Running statistics, which no update changes. */
  readonly #running: readonly WeightSlot[];
  readonly #units: Units | undefined;
  readonly #buffers: ModelBuffers;
  readonly #average: WeightAverage | undefined;
  readonly #optimizer: Optimizer;
  #ownsDevice = false;

  private constructor(
    device: Device,
    description: ModelDescription,
    structure: Structure,
    made: {
      readonly compiler: Compiler;
      readonly buffers: ModelBuffers;
      readonly average?: WeightAverage;
      readonly optimizer: Optimizer;
    },
  ) {
    this.device = device;
    this.description = description;
    this.layers = structure.layers;
    this.#slots = structure.slots;
    this.#running = structure.running;
    this.#units = structure.units;
    this.#compiler = made.compiler;
    this.#buffers = made.buffers;
    this.#average = made.average;
    this.#optimizer = made.optimizer;
  }

  /**
   * Builds a network and draws its initial weights.
   *
   * @param description The network, and the device to build it on.
   * @returns The network.
   * @throws {RangeError} If Ts, a parameter of a neuron, the height of inputs,
   * a `weightScale` or `clip` is not positive, `weightDecay` negative, or the
   * seed no integer.
   * @throws {TypeError} If the optimizer, the coding of inputs or a parameter of
   * a neuron is unknown.
   * @throws {ShapeError} If the layers do not fit one another or the device.
   * @throws {DeviceError} If the device has not enough memory.
   */
  static async create(description: ModelDescription): Promise<Model> {
    if (!description.device) {
      const device = await openDevice();
      try {
        const model = await Model.create({ ...description, device });
        model.#ownsDevice = true;
        return model;
      } catch (error) {
        device.destroy();
        throw error;
      }
    }
    const { device } = description;

    requireInput(description);
    const structure = structureOf(description);
    const { slots, running, length, runningLength } = structure;
    const most = device.gpu.limits.maxStorageBufferBindingSize;
    if (length * 4 > most) {
      throw new ShapeError(
        `Cannot fit the network on "${device.adapter.name}": its weights ` +
          `take ${length * 4} bytes, and the device binds at most ${most}`,
      );
    }
    const buffers = await device.allocate(() => ({
      w: device.createBuffer("weights", length, WEIGHTS_USAGE),
      dw: device.createBuffer("weight gradients", length),
      running: device.createBuffer("running statistics", runningLength),
    }));
    const compiler = Compiler.of(device);
    const { ema } = description;
    const average = ema === undefined
      ? undefined
      : await WeightAverage.create(device, compiler, ema, buffers);
    const optimizer = await Optimizer.create(device, compiler, description, {
      ...buffers,
      slots,
      average,
    });
    const model = new Model(device, description, structure, {
      compiler,
      buffers,
      average,
      optimizer,
    });
    const random = typeof description.random === "number"
      ? new Random(description.random)
      : description.random;
    model.setWeights(Object.fromEntries(
      [...slots, ...running].map(({ name, weights }) => [
        name,
        { shape: weights.shape, data: weights.first(random) },
      ]),
    ));
    return model;
  }

  /**
   * Replaces all weights, and their averages.
   *
   * @param weights An array for each trainable layer, `conv1.weight`
   * `[out, in / groups, height, width, 1]`, `fc1.weight`
   * `[out, C, H, W, 1]`, and the delays of each that learns them, `conv1.delay`
   * `[C, H, W]` or `[C, 1, 1]`, in ms; the fixed weights of pools are ignored.
   * @throws {ShapeError} If an array is missing, of another shape, or unknown.
   * @throws {RangeError} If a weight is not finite.
   */
  setWeights(weights: Readonly<Record<string, NamedArray>>): void {
    this.#requireNames(weights);
    const ordered = this.#order(weights);
    this.#write(this.#buffers, ordered);
    if (this.#average) this.#write(this.#average, ordered);
  }

  /** Brings weights and running statistics into the kernels' order. */
  #order(arrays: Readonly<Record<string, NamedArray>>) {
    return {
      w: order(this.#slots, arrays),
      running: order(this.#running, arrays),
    };
  }

  #write(
    into: Averaged,
    { w, running }: { readonly w: Ordered; readonly running: Ordered },
  ): void {
    this.#fill(into.w, w);
    this.#fill(into.running, running);
  }

  /**
   * Restores the state of a network; training then continues with equal bits.
   * A gradient accumulated since the last update is discarded.
   *
   * @param state A state that {@linkcode Model.state} returned.
   * @throws {ShapeError} If an array is missing, of another shape, or unknown,
   * the moments are those of another optimizer, or averages are missing or too
   * many.
   * @throws {RangeError} If `steps` is no integer from 0, or a value is not
   * finite.
   */
  setState({ weights, averages, steps, moments }: ModelState): void {
    if (!(Number.isSafeInteger(steps) && steps >= 0)) {
      throw new RangeError(
        `Cannot go on after ${steps} steps: it is not an integer from 0`,
      );
    }
    const own = this.#optimizer.moments;
    const names = Object.keys(moments).sort().join(", ");
    const expected = own.map(([name]) => name).sort().join(", ");
    if (names !== expected) {
      throw new ShapeError(
        `Cannot set moments "${names}": the optimizer has "${expected}"`,
      );
    }
    if ((averages === undefined) !== (this.#average === undefined)) {
      throw new ShapeError(
        averages
          ? "Cannot set averages of weights: the network has no ema"
          : "Cannot set the state of a network with ema: it has no averages",
      );
    }
    if (averages) this.#requireNames(averages);
    const averaged = averages && this.#order(averages);
    const arrays = own.map(([name, buffer]) => {
      this.#requireNames(moments[name]);
      return [buffer, order(this.#slots, moments[name])] as const;
    });
    this.setWeights(weights);
    if (this.#average && averaged) this.#write(this.#average, averaged);
    for (const [buffer, ordered] of arrays) this.#fill(buffer, ordered);
    this.#optimizer.steps = steps;
    this.#optimizer.pending = false;
  }

  /**
   * Reads the trained state, without a gradient that was accumulated and not
   * yet used by an update.
   *
   * @returns Weights, their averages, number of updates and moments.
   * @throws {DeviceError} If the device was lost.
   */
  async state(): Promise<ModelState> {
    const { steps, moments } = this.#optimizer;
    // Concurrently, since each read waits for the next tick of the queue.
    const [weights, averages, ...read] = await Promise.all([
      this.#readArrays(this.#buffers),
      this.#average && this.#readArrays(this.#average),
      ...moments.map(([, buffer]) => this.#read(buffer)),
    ]);
    return {
      weights,
      ...(averages && { averages }),
      steps,
      moments: Object.fromEntries(
        moments.map(([name], index) => [name, read[index]]),
      ),
    };
  }

  /**
   * Gives all ranks the mean of their weights, moments, running statistics and
   * moving averages, and the number of updates of the first.
   *
   * @internal
   * @param ranks The ranks.
   * @throws {DeviceError} If the device was lost.
   * @throws {Error} If another rank has gone.
   */
  async average(ranks: Ranks): Promise<void> {
    const { moments, steps } = this.#optimizer;
    // Exchanges keep the order of these calls.
    const counts = ranks.gather(new Uint8Array(Uint32Array.of(steps).buffer));
    await averageBuffers(this.device, ranks, [
      this.#buffers.w,
      this.#buffers.running,
      ...moments.map(([, buffer]) => buffer),
      ...(this.#average ? [this.#average.w, this.#average.running] : []),
    ]);
    this.#optimizer.steps = new Uint32Array((await counts).buffer)[0];
  }

  #requireNames(arrays: Readonly<Record<string, NamedArray>>): void {
    const known = new Set([
      // Weights of pools are fixed, and ignored.
      ...this.layers.map((layer) => `${layer.name}.weight`),
      ...[...this.#slots, ...this.#running].map(({ name }) => name),
    ]);
    const stranger = Object.keys(arrays).find((name) => !known.has(name));
    if (stranger !== undefined) {
      throw new ShapeError(
        `Cannot set "${stranger}": the network has ${[...known].join(", ")}`,
      );
    }
  }

  #fill(buffer: GPUBuffer, ordered: Ordered): void {
    for (const { offset, data } of ordered) {
      this.device.gpu.queue.writeBuffer(
        buffer,
        offset * 4,
        data as Float32Array<ArrayBuffer>,
      );
    }
  }

  /**
   * Reads all weights, or their moving averages where the network has them:
   * what it is evaluated with.
   *
   * @returns An array for each trainable layer, named and shaped as
   * {@linkcode Model.setWeights} takes them.
   * @throws {DeviceError} If the device was lost.
   */
  weights(): Promise<Record<string, NamedArray>> {
    return this.#readArrays(this.#average ?? this.#buffers);
  }

  async #readArrays(
    { w, running }: Averaged,
  ): Promise<Record<string, NamedArray>> {
    const [weights, statistics] = await Promise.all([
      this.#read(w),
      this.#read(running, this.#running),
    ]);
    return { ...weights, ...statistics };
  }

  /**
   * Reads the gradient of the last training step, or of the last trace.
   *
   * @returns An array for each trainable layer, summed over the batch and those
   * accumulated with it, before clipping.
   * @throws {DeviceError} If the device was lost.
   */
  gradients(): Promise<Record<string, NamedArray>> {
    return this.#read(this.#buffers.dw);
  }

  /**
   * Compiles a plan for samples of one length. The micro-batch is as large as
   * the device's limits and memory allow; results have equal bits for any size.
   *
   * @param options Sizes, loss, and whether to train.
   * @returns The plan, ready to run; it shares the network's weights.
   * @throws {ShapeError} If the sizes do not fit the device or one another.
   * @throws {DeviceError} If the device has not enough memory for one sample.
   * @throws {KernelError} If the device does not accept a kernel.
   */
  async compile(options: PlanOptions): Promise<Stepper> {
    const context = this.planContext;
    const gradients = await this.#partGradients(options);
    const dw = gradients?.current ?? context.weights.dw;
    const plan = await compilePlan(
      { ...context, weights: { ...context.weights, dw } },
      options,
    );
    return new Stepper(this.device, plan, {
      optimizer: options.train ? this.#optimizer : undefined,
      gradients,
      seed: options.changes?.seed,
    });
  }

  /** Gradients of the parts of batches, where steps train on parts. */
  async #partGradients(
    { batch, division, train }: PlanOptions,
  ): Promise<PartGradients | undefined> {
    if (!train || !division) return undefined;
    return await PartGradients.create(
      this.device,
      this.#compiler,
      new Shares(batch, division),
      this.#buffers.dw,
    );
  }

  /**
   * Layers, weights and device, for plans that share them.
   *
   * @internal
   */
  get planContext(): PlanContext {
    const { Ts, coding = { mode: "OR", height: 1 / Ts } } = this.description;
    if (this.#units) {
      throw new ShapeError(
        "Cannot compile the network for SLAYER: it is computed layer by layer",
      );
    }
    return {
      device: this.device,
      compiler: this.#compiler,
      layers: this.layers,
      slots: this.#slots,
      weights: this.#buffers,
      evaluated: (this.#average ?? this.#buffers).w,
      optimizer: this.#optimizer,
      Ts,
      coding,
    };
  }

  /**
   * Compiles a plan like {@linkcode Model.compile}, whichever way the network
   * is computed.
   *
   * @param options Sizes, loss, and whether to train.
   * @returns The plan in use; it shares the network's weights.
   * @throws {ShapeError} If the sizes do not fit the device or one another.
   * @throws {DeviceError} If the device has not enough memory for one sample.
   * @throws {KernelError} If the device does not accept a kernel.
   */
  async prepare(options: PlanOptions): Promise<StepRunner> {
    return this.#units
      ? await this.compileUnits(options)
      : await this.compile(options);
  }

  /**
   * Compiles a plan of a network that is computed layer by layer.
   *
   * @internal
   * @param options Sizes, loss, and whether to train.
   * @returns The plan, ready to run.
   */
  async compileUnits(options: PlanOptions): Promise<LayerwiseStepper> {
    if (!this.#units) {
      throw new ShapeError("Cannot compile the network: it has no units");
    }
    const { Ts, coding, slices, sensor } = this.description;
    const evaluated = this.#average ?? this.#buffers;
    const gradients = await this.#partGradients(options);
    const plan = await compileLayerwise({
      device: this.device,
      compiler: this.#compiler,
      units: this.#units,
      arrays: {
        slots: this.#slots,
        running: this.#running,
        dw: this.#buffers.dw,
        // A plan that keeps potentials traces what an evaluation computes.
        trained: options.train && !options.keep ? this.#buffers : evaluated,
        evaluated,
      },
      optimizer: this.#optimizer,
      gradients,
      Ts,
      slices,
      sensor,
      normalised: coding?.mode === "SUM_NORM",
    }, options);
    return new LayerwiseStepper(this.device, plan, {
      optimizer: options.train ? this.#optimizer : undefined,
      gradients,
      changes: options.changes,
    });
  }

  /** The layers that have neurons: all but a readout without. */
  get spikingLayers(): readonly Layer[] {
    return this.#units
      ? this.#units.units.filter(({ neuron }) => neuron).map((unit) =>
        unit.layer
      )
      : this.layers;
  }

  /**
   * The layers, whether what each reads is spikes rather than counts, and the
   * halves of a ghost convolution.
   *
   * @internal
   */
  get synapses(): readonly {
    readonly layer: Layer;
    readonly binary: boolean;
    readonly ghost?: Ghost;
  }[] {
    const units = this.#units;
    if (units) {
      return units.units.map(({ layer, ghost, source }) => ({
        layer,
        ghost,
        binary: rasterOf(units, source).most === 1,
      }));
    }
    const { mode = "OR" } = this.description.coding ?? {};
    return this.layers.map((layer, index) => ({
      layer,
      binary: index > 0 || mode === "OR",
    }));
  }

  /** Whether the network is computed layer by layer. */
  get isLayerwise(): boolean {
    return this.#units !== undefined;
  }

  /**
   * Tells how events are to be binned for the network.
   *
   * @param options Length of a sample in ms.
   * @returns Number of bins, and their length in ms; in a network that is
   * computed layer by layer they are finer than the network's own.
   * @throws {ShapeError} If a plan cannot have as many bins.
   *
   * @example
   * ```ts
   * import { Model } from "./model.ts";
   * import { packSpikes } from "./network/pack_spikes.ts";
   * import { predict } from "./trace.ts";
   * using network = await Model.create({
   *   input: { C: 1, H: 2, W: 2 },
   *   layers: [{ dense: 3, neuron: "none" }],
   *   Ts: 5,
   *   random: 0,
   * });
   * const silence = { shape: [1, 1, 2, 2, 20], data: new Float32Array(80) };
   * const tSample = 100;
   * const binning = network.eventBinning({ tSample });
   * const batch = packSpikes(silence, [0], binning);
   * const [{ scores }] = await predict(network, batch, { tSample });
   * if (scores.length !== 3) throw new Error("expected three scores");
   * ```
   */
  eventBinning({ tSample }: Pick<PlanOptions, "tSample">): EventBinning {
    const { Ts, slices, sensor } = this.description;
    return this.#units
      ? timeUnits({ units: this.#units, Ts, slices, sensor }, tSample)
        .eventBinning
      : { bins: binsOf(tSample, Ts), Ts };
  }

  /** Frees weights, gradients and moments. */
  destroy(): void {
    this.#buffers.w.destroy();
    this.#buffers.dw.destroy();
    this.#buffers.running.destroy();
    this.#average?.destroy();
    this.#optimizer.destroy();
    if (this.#ownsDevice) this.device.destroy();
  }

  /** Frees weights, gradients and moments. */
  [Symbol.dispose](): void {
    this.destroy();
  }

  async #read(
    buffer: GPUBuffer,
    slots = this.#slots,
  ): Promise<Record<string, NamedArray>> {
    if (slots.length === 0) return {};
    const all = await readFloats(this.device, buffer);
    return Object.fromEntries(
      slots.map(({ name, weights, offset, length }) => [
        name,
        toUserOrder(weights, all.subarray(offset, offset + length)),
      ]),
    );
  }
}

/** Values in the kernels' order, and where they begin. */
type Ordered = readonly { offset: number; data: Float32Array }[];

/** Buffers of a network. */
interface ModelBuffers {
  readonly w: GPUBuffer;
  readonly dw: GPUBuffer;
  /** Running statistics of normalisations. */
  readonly running: GPUBuffer;
}

/** Brings arrays into the kernels' order. */
function order(
  slots: readonly WeightSlot[],
  arrays: Readonly<Record<string, NamedArray>>,
): Ordered {
  return slots.map((slot) => {
    const array = arrays[slot.name];
    if (!array) {
      throw new ShapeError(`Cannot set the weights: "${slot.name}" is missing`);
    }
    return { offset: slot.offset, data: toKernelOrder(slot, array) };
  });
}
