/**
 * The arrays of a network on its device: weights with their gradient, running
 * statistics, moving averages and moments.
 *
 * @module
 */

import type { Compiler } from "../device/compiler.ts";
import type { Device } from "../device/device.ts";
import { ShapeError } from "../device/errors.ts";
import { averageBuffers } from "../distributed/average_buffers.ts";
import type { Ranks } from "../distributed/ranks.ts";
import type { NamedArray } from "../network/weights.ts";
import { Optimizer } from "../plan/steps/optimizer.ts";
import {
  type Averaged,
  WeightAverage,
  WEIGHTS_USAGE,
} from "../plan/steps/weight_average.ts";
import type { ModelDescription, Structure } from "./model_description.ts";
import {
  type NamedArrays,
  orderArrays,
  type Ordered,
  readArrays,
  writeArrays,
} from "./slot_buffers.ts";

/** The trained state of a network; arrays have the public axis order. */
export interface ModelState {
  /** Latest weights of each layer that has trainable ones. */
  readonly weights: Readonly<Record<string, NamedArray>>;
  /** Moving averages of the weights; absent if the network keeps none. */
  readonly averages?: Readonly<Record<string, NamedArray>>;
  /** Number of updates so far. */
  readonly steps: number;
  /**
   * The optimizer's moments `m`, `v` and `vMax`, each with the arrays of
   * `weights`; empty for SGD.
   */
  readonly moments: Readonly<
    Record<string, Readonly<Record<string, NamedArray>>>
  >;
}

/** Weights and running statistics in the kernels' memory layout. */
interface OrderedArrays {
  readonly w: Ordered;
  readonly running: Ordered;
}

/** Buffers of a network. */
interface ModelBuffers extends Averaged {
  /** Gradient of all weights. */
  readonly dw: GPUBuffer;
}

/** The arrays of a network on its device. */
export class ModelArrays {
  readonly #device: Device;
  readonly #structure: Structure;
  readonly #average: WeightAverage | undefined;
  /** Weights, their gradient, and running statistics. */
  readonly buffers: ModelBuffers;
  /** The optimizer, with the moments. */
  readonly optimizer: Optimizer;

  private constructor(
    device: Device,
    structure: Structure,
    { buffers, average, optimizer }: {
      readonly buffers: ModelBuffers;
      readonly average?: WeightAverage;
      readonly optimizer: Optimizer;
    },
  ) {
    this.#device = device;
    this.#structure = structure;
    this.#average = average;
    this.buffers = buffers;
    this.optimizer = optimizer;
  }

  /**
   * Allocates the arrays of a network.
   *
   * @param device The device.
   * @param compiler The device's compiler.
   * @param description The rule that updates weights.
   * @param structure The places of the arrays.
   * @returns The arrays, their contents not yet set.
   * @throws {ShapeError} If the device cannot bind all weights.
   * @throws {TypeError} If there is no such rule.
   * @throws {RangeError} If a number of the rule is out of range.
   * @throws {DeviceError} If the device has not enough memory.
   */
  static async create(
    device: Device,
    compiler: Compiler,
    description: ModelDescription,
    structure: Structure,
  ): Promise<ModelArrays> {
    const { slots, length, runningLength } = structure;
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
    const { ema } = description;
    const average = ema === undefined
      ? undefined
      : await WeightAverage.create(device, compiler, ema, buffers);
    const optimizer = await Optimizer.create(device, compiler, description, {
      ...buffers,
      slots,
      average,
    });
    return new ModelArrays(device, structure, { buffers, average, optimizer });
  }

  /** The arrays that evaluation uses: the latest values, or their averages. */
  get evaluated(): Averaged {
    return this.#average ?? this.buffers;
  }

  /**
   * Replaces all weights and running statistics, and their averages.
   *
   * @param weights The arrays.
   * @throws {ShapeError} If one is missing, of another shape, or unknown.
   * @throws {RangeError} If a value is not finite.
   */
  setWeights(weights: NamedArrays): void {
    this.#requireNames(weights);
    const ordered = this.#order(weights);
    this.#write(this.buffers, ordered);
    if (this.#average) this.#write(this.#average, ordered);
  }

  /**
   * Restores weights, averages, moments and the number of updates; see
   * `Model.setState`.
   *
   * @param state The state.
   */
  setState({ weights, averages, steps, moments }: ModelState): void {
    if (!(Number.isSafeInteger(steps) && steps >= 0)) {
      throw new RangeError(
        `Cannot go on after ${steps} steps: it is not an integer from 0`,
      );
    }
    const own = this.optimizer.moments;
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
      return [
        buffer,
        orderArrays(this.#structure.slots, moments[name]),
      ] as const;
    });
    this.setWeights(weights);
    if (this.#average && averaged) this.#write(this.#average, averaged);
    for (const [buffer, ordered] of arrays) {
      writeArrays(this.#device, buffer, ordered);
    }
    this.optimizer.steps = steps;
    this.optimizer.pending = false;
  }

  /**
   * Reads weights, averages, moments and the number of updates.
   *
   * @returns The state.
   * @throws {DeviceError} If the device was lost.
   */
  async state(): Promise<ModelState> {
    const { steps, moments } = this.optimizer;
    // Concurrently, as reads may wait for promises.
    const [weights, averages, ...read] = await Promise.all([
      this.#readArrays(this.buffers),
      this.#average && this.#readArrays(this.#average),
      ...moments.map(([, buffer]) => this.#readSlots(buffer)),
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
   * Averages the arrays over all ranks, and takes the number of updates of the
   * first rank.
   *
   * @param ranks The ranks.
   * @throws {DeviceError} If the device was lost.
   * @throws {Error} If another rank has gone.
   */
  async average(ranks: Ranks): Promise<void> {
    const { moments, steps } = this.optimizer;
    // Collective calls must have the same order on all ranks.
    const counts = ranks.gather(new Uint8Array(Uint32Array.of(steps).buffer));
    await averageBuffers(this.#device, ranks, [
      this.buffers.w,
      this.buffers.running,
      ...moments.map(([, buffer]) => buffer),
      ...(this.#average ? [this.#average.w, this.#average.running] : []),
    ]);
    this.optimizer.steps = new Uint32Array((await counts).buffer)[0];
  }

  /**
   * Reads the arrays that evaluation uses.
   *
   * @returns The arrays.
   * @throws {DeviceError} If the device was lost.
   */
  weights(): Promise<Record<string, NamedArray>> {
    return this.#readArrays(this.evaluated);
  }

  /**
   * Reads the gradient of all weights.
   *
   * @returns The arrays.
   * @throws {DeviceError} If the device was lost.
   */
  gradients(): Promise<Record<string, NamedArray>> {
    return this.#readSlots(this.buffers.dw);
  }

  /** Frees the arrays. */
  destroy(): void {
    this.buffers.w.destroy();
    this.buffers.dw.destroy();
    this.buffers.running.destroy();
    this.#average?.destroy();
    this.optimizer.destroy();
  }

  /** Converts weights and running statistics to the kernels' memory layout. */
  #order(arrays: NamedArrays): OrderedArrays {
    return {
      w: orderArrays(this.#structure.slots, arrays),
      running: orderArrays(this.#structure.running, arrays),
    };
  }

  #write(into: Averaged, { w, running }: OrderedArrays): void {
    writeArrays(this.#device, into.w, w);
    writeArrays(this.#device, into.running, running);
  }

  async #readArrays(
    { w, running }: Averaged,
  ): Promise<Record<string, NamedArray>> {
    const [weights, statistics] = await Promise.all([
      this.#readSlots(w),
      readArrays(this.#device, running, this.#structure.running),
    ]);
    return { ...weights, ...statistics };
  }

  #readSlots(buffer: GPUBuffer): Promise<Record<string, NamedArray>> {
    return readArrays(this.#device, buffer, this.#structure.slots);
  }

  #requireNames(arrays: NamedArrays): void {
    const { layers, slots, running } = this.#structure;
    const known = new Set([
      // Weights of pools are fixed, and ignored.
      ...layers.map((layer) => `${layer.name}.weight`),
      ...slots.map(({ name }) => name),
      ...running.map(({ name }) => name),
    ]);
    const stranger = Object.keys(arrays).find((name) => !known.has(name));
    if (stranger !== undefined) {
      throw new ShapeError(
        `Cannot set "${stranger}": the network has ${[...known].join(", ")}`,
      );
    }
  }
}
