/**
 * Gradients of the parts of a batch: ranks compute them, and each rank sums all
 * of them.
 *
 * @module
 */

import { addGradients } from "../../kernels/rasters/add_gradients.ts";
import { type Compiler, type Dispatch, record } from "../device/compiler.ts";
import type { Device } from "../device/device.ts";
import { groupsFor } from "../device/launch.ts";
import type { Place } from "../device/readback.ts";
import { exchangePlaces } from "./exchange_places.ts";
import type { Shares } from "./shares.ts";

/** Buffers of gradients, each in the memory layout of the weights. */
interface GradientBuffers {
  readonly dw: GPUBuffer;
  readonly parts: readonly GPUBuffer[];
  readonly current: GPUBuffer;
}

/** The gradient of each part of a batch, and their sum. */
export class PartGradients {
  /** Gradient of each part. */
  readonly parts: readonly GPUBuffer[];
  /** Gradient of the part being computed, stored by `keep()`. */
  readonly current: GPUBuffer;
  readonly #device: Device;
  readonly #shares: Shares;
  readonly #dw: GPUBuffer;
  readonly #sums: readonly Dispatch[];

  private constructor(
    device: Device,
    shares: Shares,
    { dw, parts, current }: GradientBuffers,
    sums: readonly Dispatch[],
  ) {
    this.parts = parts;
    this.current = current;
    this.#device = device;
    this.#shares = shares;
    this.#dw = dw;
    this.#sums = sums;
  }

  /**
   * Allocates the gradients of parts.
   *
   * @param device The device.
   * @param compiler The device's compiler.
   * @param shares Division of batches.
   * @param dw The gradient of all weights, to which parts are added.
   * @returns The gradients, all zero.
   * @throws {DeviceError} If the device has not enough memory.
   */
  static async create(
    device: Device,
    compiler: Compiler,
    shares: Shares,
    dw: GPUBuffer,
  ): Promise<PartGradients> {
    const size = dw.size / 4;
    const buffers = await device.allocate(() => ({
      dw,
      parts: Array.from(
        { length: shares.parts },
        (_, part) => device.createBuffer(`gradient of part ${part}`, size),
      ),
      current: device.createBuffer("gradient of a part", size),
    }));
    const sums = await Promise.all(
      buffers.parts.map((part) =>
        compiler.compile({
          kernel: addGradients,
          constants: { size },
          grid: [groupsFor(size, addGradients.workgroup), 1, 1],
        }, { other: { buffer: part }, total: { buffer: dw } })
      ),
    );
    return new PartGradients(device, shares, buffers, sums);
  }

  /**
   * Records that the gradient of all weights is set to 0.
   *
   * @param encoder The encoder of a step.
   */
  clear(encoder: GPUCommandEncoder): void {
    encoder.clearBuffer(this.#dw);
  }

  /**
   * Records that the current gradient is stored as that of a part.
   *
   * @param encoder The encoder of a step.
   * @param part The part.
   */
  keep(encoder: GPUCommandEncoder, part: number): void {
    const { size } = this.#dw;
    encoder.copyBufferToBuffer(this.current, 0, this.parts[part], 0, size);
  }

  /**
   * Exchanges the gradients that ranks have computed.
   *
   * @param samples Samples of the batch.
   * @param options Exchanges only the part that each rank computes in this
   * round; after the last round every rank has all parts. Exchanges only a range
   * of the weights, in bytes. Whether the device computes meanwhile, so that the
   * exchange takes no time. @default exchanges all parts of all weights
   * @returns Resolves when the gradients have arrived; at once, if this rank is
   * alone.
   * @throws {DeviceError} If the device was lost.
   * @throws {Error} If another rank has gone.
   */
  async exchange(
    samples: number,
    { round, range = { offset: 0, size: this.#dw.size }, hidden }: {
      readonly round?: number;
      readonly range?: Pick<Place, "offset" | "size">;
      readonly hidden?: boolean;
    } = {},
  ): Promise<void> {
    const { ranks } = this.#shares;
    if (ranks.count === 1) return;
    await exchangePlaces(this.#device, ranks, (rank) => {
      const parts = this.#shares.presentParts(samples, rank);
      return (round === undefined ? parts : parts.slice(round, round + 1))
        .map((part) => ({ buffer: this.parts[part], ...range }));
    }, { hidden });
  }

  /**
   * Records that the gradients of all parts are added to that of all weights,
   * in order.
   *
   * @param pass The pass.
   * @param samples Samples of the batch.
   */
  add(pass: GPUComputePassEncoder, samples: number): void {
    record(pass, this.#sums.slice(0, this.#shares.count(samples)), 1);
  }

  /** Frees the buffers. */
  destroy(): void {
    for (const buffer of [...this.parts, this.current]) buffer.destroy();
  }
}
