/**
 * Moving averages of a network's weights and running statistics.
 *
 * @module
 */

import { movingAverage } from "../../../kernels/update/moving_average.ts";
import { type Compiler, type Dispatch, record } from "../../device/compiler.ts";
import type { Device } from "../../device/device.ts";
import { groupsFor } from "../../device/launch.ts";
import { QUAD } from "../../network/layout.ts";

/** Weights are stored, and what neurons learn is read as a uniform. */
export const WEIGHTS_USAGE = GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM;

/** Words of the factors in moving_average.wgsl. */
const FACTORS = 2;

/** Buffers of what is averaged. */
export interface Averaged {
  /** All weights. */
  readonly w: GPUBuffer;
  /** Running statistics of normalisations. */
  readonly running: GPUBuffer;
}

/** Averages of weights, brought up to date after each update. */
export class WeightAverage implements Averaged {
  readonly w: GPUBuffer;
  readonly running: GPUBuffer;
  /** The dispatches that bring the averages up to date. */
  readonly dispatches: readonly Dispatch[];
  readonly #gpu: GPUDevice;
  readonly #decay: number;
  readonly #factors: GPUBuffer;

  private constructor(
    gpu: GPUDevice,
    decay: number,
    { w, running, factors }: Averaged & { readonly factors: GPUBuffer },
    dispatches: readonly Dispatch[],
  ) {
    this.w = w;
    this.running = running;
    this.dispatches = dispatches;
    this.#gpu = gpu;
    this.#decay = decay;
    this.#factors = factors;
  }

  /**
   * Prepares the averages.
   *
   * @param device The device.
   * @param compiler The device's compiler.
   * @param decay Weight of an update in the average, relative to the next.
   * @param values What is averaged.
   * @returns The averages, before the first update.
   * @throws {RangeError} If the decay is not between 0 and 1.
   * @throws {DeviceError} If the device has not enough memory.
   */
  static async create(
    device: Device,
    compiler: Compiler,
    decay: number,
    values: Averaged,
  ): Promise<WeightAverage> {
    if (!(decay > 0 && decay < 1)) {
      throw new RangeError(
        `Cannot average weights with a decay of ${decay}: it is not between ` +
          "0 and 1",
      );
    }
    const buffers = await device.allocate(() => ({
      w: device.createBuffer(
        "average weights",
        values.w.size / 4,
        WEIGHTS_USAGE,
      ),
      running: device.createBuffer(
        "average statistics",
        values.running.size / 4,
      ),
      factors: device.createBuffer(
        "averaging",
        FACTORS,
        GPUBufferUsage.UNIFORM,
      ),
    }));
    const dispatches = await Promise.all(
      (["w", "running"] as const).map((name) => {
        const size = values[name].size / 4;
        return compiler.compile({
          kernel: movingAverage,
          constants: { size },
          grid: [groupsFor(size / QUAD, movingAverage.workgroup), 1, 1],
        }, {
          averaging: { buffer: buffers.factors },
          values: { buffer: values[name] },
          averages: { buffer: buffers[name] },
        });
      }),
    );
    return new WeightAverage(device.gpu, decay, buffers, dispatches);
  }

  /**
   * Records that the averages take in an update.
   *
   * @param pass The pass; it must be submitted before the next update.
   * @param steps Number of updates, with this one.
   */
  record(pass: GPUComputePassEncoder, steps: number): void {
    const share = (1 - this.#decay) / (1 - this.#decay ** steps);
    const factors = Float32Array.of(1 - share, share);
    this.#gpu.queue.writeBuffer(this.#factors, 0, factors);
    record(pass, this.dispatches, 1);
  }

  /** Frees the averages. */
  destroy(): void {
    for (const buffer of [this.w, this.running, this.#factors]) {
      buffer.destroy();
    }
  }
}
