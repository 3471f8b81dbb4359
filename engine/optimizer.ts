/**
 * From the gradient of all weights to their update.
 *
 * @module
 */

import { adamStep } from "../kernels/adam.ts";
import { nadamStep } from "../kernels/nadam.ts";
import { sgdStep } from "../kernels/sgd.ts";
import type { KernelSpec } from "../kernels/spec.ts";
import type { Device } from "./device.ts";
import {
  type Compiler,
  type Dispatch,
  groupsFor,
  record,
} from "./plan/dispatch.ts";

/** The rules by which weights can be updated; the first two use AMSGrad. */
export type OptimizerName = "ADAM" | "NADAM" | "SGD";

const KERNELS: Record<OptimizerName, KernelSpec> = {
  ADAM: adamStep,
  NADAM: nadamStep,
  SGD: sgdStep,
};
const BETA1 = 0.9;
const BETA2 = 0.999;

/** An update rule with its moments on the device. */
export class Optimizer {
  readonly #gpu: GPUDevice;
  readonly #name: OptimizerName;
  readonly #buffers: readonly GPUBuffer[];
  readonly #update: GPUBuffer;
  /**
   * What updates the weights.
   *
   * @internal
   */
  readonly dispatch: Dispatch;
  /** Steps so far, which its rate depends on. */
  steps = 0;

  private constructor(
    gpu: GPUDevice,
    name: OptimizerName,
    moments: readonly GPUBuffer[],
    update: GPUBuffer,
    dispatch: Dispatch,
  ) {
    this.#gpu = gpu;
    this.#name = name;
    this.#buffers = moments;
    this.#update = update;
    this.dispatch = dispatch;
  }

  /**
   * Prepares an update rule.
   *
   * @param device The device.
   * @param compiler Its compiler.
   * @param name The rule.
   * @param weights All weights `w` and their gradient `dw`, of one length.
   * @returns The rule, before its first step.
   * @throws {TypeError} If there is no such rule.
   * @throws {DeviceError} If the device has not enough memory.
   */
  static async create(
    device: Device,
    compiler: Compiler,
    name: OptimizerName,
    weights: { readonly w: GPUBuffer; readonly dw: GPUBuffer },
  ): Promise<Optimizer> {
    if (!Object.hasOwn(KERNELS, name)) {
      throw new TypeError(
        `Cannot update weights by "${name}": expected ` +
          Object.keys(KERNELS).join(", "),
      );
    }
    const { gpu } = device;
    const { w, dw } = weights;
    const [m, v, vMax, update] = await device.allocate(() => {
      const moment = (label: string) =>
        gpu.createBuffer({
          label,
          size: name === "SGD" ? 4 : w.size,
          usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC |
            GPUBufferUsage.COPY_DST,
        });
      const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
      return [
        moment("m"),
        moment("v"),
        moment("vMax"),
        gpu.createBuffer({ label: "update", size: 8, usage }),
      ];
    });
    const dispatch = await compiler.dispatch(
      KERNELS[name],
      {
        update: { buffer: update },
        dw: { buffer: dw },
        w: { buffer: w },
        m: { buffer: m },
        v: { buffer: v },
        vMax: { buffer: vMax },
      },
      { size: w.size / 4 },
      [groupsFor(w.size / 4), 1, 1],
    );
    return new Optimizer(gpu, name, [m, v, vMax], update, dispatch);
  }

  /**
   * What it remembers of each weight, as the weights lie.
   *
   * @returns The moments by name; none if the rule has none.
   */
  get moments(): readonly (readonly [string, GPUBuffer])[] {
    return this.#name === "SGD"
      ? []
      : this.#buffers.map((buffer) => [buffer.label, buffer]);
  }

  /**
   * Records the next step into a pass.
   *
   * @param pass The pass; it must be submitted before the next step.
   * @param lr Learning rate.
   */
  step(pass: GPUComputePassEncoder, lr: number): void {
    this.steps++;
    const first = 1 - BETA1 ** this.steps;
    const second = 1 - BETA2 ** this.steps;
    const rate = this.#name === "ADAM"
      ? lr / first
      : this.#name === "NADAM"
      ? lr * Math.sqrt(second) / first
      : lr;
    const root = 1 / Math.sqrt(second);
    this.#gpu.queue.writeBuffer(
      this.#update,
      0,
      new Float32Array([rate, root]),
    );
    record(pass, [this.dispatch], 1);
  }

  /** Frees the moments. */
  destroy(): void {
    for (const buffer of [...this.#buffers, this.#update]) buffer.destroy();
  }
}
