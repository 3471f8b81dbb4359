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

/**
 * Usage of weight buffers: kernels read neurons' learned parameters as
 * uniforms.
 */
export const WEIGHTS_USAGE = GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM;

/** Words of the factors in moving_average.wgsl. */
const FACTORS = 2;

/** Buffers that are averaged. */
export interface Averaged {
  /** All weights. */
  readonly w: GPUBuffer;
  /** Running statistics of normalisations. */
  readonly running: GPUBuffer;
}

/** Moving averages of weights, updated after each update of the weights. */
export class WeightAverage implements Averaged {
  readonly w: GPUBuffer;
  readonly running: GPUBuffer;
  /** Dispatches that update the averages. */
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
   * @param decay Weight of an update in the average, relative to that of the
   * next update.
   * @param values The buffers to average.
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
   * Records the update of the averages.
   *
   * @param pass The pass; it must be submitted before the next update.
   * @param steps Number of updates of the weights, this one included.
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
