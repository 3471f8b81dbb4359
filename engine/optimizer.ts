/**
 * From the gradient of all weights to their update.
 *
 * @module
 */

import { adamStep } from "../kernels/adam.ts";
import { clipLimit, clipSquares } from "../kernels/clip.ts";
import { nadamStep } from "../kernels/nadam.ts";
import { sgdStep } from "../kernels/sgd.ts";
import type { KernelSpec } from "../kernels/spec.ts";
import type { Device } from "./device.ts";
import {
  type Compiler,
  type Dispatch,
  groupsFor,
  LANES,
  record,
} from "./plan/dispatch.ts";
import { QUAD } from "./plan/layout.ts";

/** The rules by which weights can be updated; the first two use AMSGrad. */
export type OptimizerName = "ADAM" | "NADAM" | "SGD";

const KERNELS: Record<OptimizerName, KernelSpec> = {
  ADAM: adamStep,
  NADAM: nadamStep,
  SGD: sgdStep,
};
const BETA1 = 0.9;
const BETA2 = 0.999;

/** Gradients that an invocation squares, and most strips of squares. */
const SQUARES = 16;
const MOST_STRIPS = 1024;

/** How weights follow from their gradient. */
export interface UpdateRule {
  /** Its name. @default "ADAM" */
  readonly optimizer?: OptimizerName;
  /**
   * Largest norm of the gradient of all weights, summed over the batch; a
   * larger one is scaled down to it.
   *
   * @default no limit
   */
  readonly clip?: number;
  /**
   * Part of the weights that an update takes off them, times the learning rate:
   * beside the moments of ADAM and NADAM, as in AdamW, or added to the gradient
   * of SGD.
   *
   * @default 0
   */
  readonly weightDecay?: number;
}

/** The buffers of an optimizer. */
interface OptimizerBuffers {
  readonly update: GPUBuffer;
  readonly clip: GPUBuffer;
  readonly part: GPUBuffer;
  readonly moments: readonly GPUBuffer[];
}

/** An update rule with its moments on the device. */
export class Optimizer {
  readonly #gpu: GPUDevice;
  readonly #rule: Required<Omit<UpdateRule, "clip">>;
  readonly #buffers: OptimizerBuffers;
  /**
   * What updates the weights.
   *
   * @internal
   */
  readonly dispatches: readonly Dispatch[];
  /** Steps so far, which its rate depends on. */
  steps = 0;
  /** Whether the gradient holds samples that no step has used. */
  pending = false;

  private constructor(
    gpu: GPUDevice,
    rule: Required<Omit<UpdateRule, "clip">>,
    buffers: OptimizerBuffers,
    dispatches: readonly Dispatch[],
  ) {
    this.#gpu = gpu;
    this.#rule = rule;
    this.#buffers = buffers;
    this.dispatches = dispatches;
  }

  /**
   * Prepares an update rule.
   *
   * @param device The device.
   * @param compiler Its compiler.
   * @param rule The rule.
   * @param weights All weights `w` and their gradient `dw`, of one length.
   * @returns The rule, before its first step.
   * @throws {TypeError} If there is no such rule.
   * @throws {RangeError} If `clip` is not positive, or `weightDecay` negative.
   * @throws {DeviceError} If the device has not enough memory.
   */
  static async create(
    device: Device,
    compiler: Compiler,
    { optimizer = "ADAM", clip = Infinity, weightDecay = 0 }: UpdateRule,
    weights: { readonly w: GPUBuffer; readonly dw: GPUBuffer },
  ): Promise<Optimizer> {
    if (!Object.hasOwn(KERNELS, optimizer)) {
      throw new TypeError(
        `Cannot update weights by "${optimizer}": expected ` +
          Object.keys(KERNELS).join(", "),
      );
    }
    if (!(clip > 0)) {
      throw new RangeError(`Cannot clip gradients to ${clip}: not positive`);
    }
    if (!(weightDecay >= 0 && Number.isFinite(weightDecay))) {
      throw new RangeError(
        `Cannot let weights decay by ${weightDecay}: not a number from 0`,
      );
    }
    const { gpu } = device;
    const { w, dw } = weights;
    const size = w.size / 4;
    const strips = Math.min(Math.ceil(size / LANES / SQUARES), MOST_STRIPS);
    const buffers = await device.allocate(() => {
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC |
        GPUBufferUsage.COPY_DST;
      const allocate = (label: string, size: number) =>
        gpu.createBuffer({ label, size, usage });
      const moment = optimizer === "SGD" ? 4 : w.size;
      return {
        update: gpu.createBuffer({
          label: "update",
          size: 12,
          usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
        }),
        clip: allocate("clip", 4),
        part: allocate("squares", 4 * strips),
        moments: ["m", "v", "vMax"].map((label) => allocate(label, moment)),
      };
    });
    gpu.queue.writeBuffer(buffers.clip, 0, Float32Array.of(1));
    const [m, v, vMax] = buffers.moments.map((buffer) => ({ buffer }));
    const bound = {
      update: { buffer: buffers.update },
      clip: { buffer: buffers.clip },
      part: { buffer: buffers.part },
      parts: { buffer: buffers.part },
      ...{ dw: { buffer: dw }, w: { buffer: w }, m, v, vMax },
    };
    const constants = { size, S: strips, most: clip };
    const limits = clip === Infinity ? [] : [
      compiler.dispatch(clipSquares, bound, constants, [strips, 1, 1]),
      compiler.dispatch(clipLimit, bound, constants, [1, 1, 1]),
    ];
    const dispatches = await Promise.all([
      ...limits,
      compiler.dispatch(
        KERNELS[optimizer],
        bound,
        constants,
        [groupsFor(size / QUAD), 1, 1],
      ),
    ]);
    return new Optimizer(gpu, { optimizer, weightDecay }, buffers, dispatches);
  }

  /**
   * What it remembers of each weight, as the weights lie.
   *
   * @returns The moments by name; none if the rule has none.
   */
  get moments(): readonly (readonly [string, GPUBuffer])[] {
    return this.#rule.optimizer === "SGD"
      ? []
      : this.#buffers.moments.map((buffer) => [buffer.label, buffer]);
  }

  /**
   * Records the next step into a pass.
   *
   * @param pass The pass; it must be submitted before the next step.
   * @param lr Learning rate.
   */
  step(pass: GPUComputePassEncoder, lr: number): void {
    const { optimizer, weightDecay } = this.#rule;
    this.steps++;
    this.pending = false;
    const first = 1 - BETA1 ** this.steps;
    const second = 1 - BETA2 ** this.steps;
    const rate = optimizer === "ADAM"
      ? lr / first
      : optimizer === "NADAM"
      ? lr * Math.sqrt(second) / first
      : lr;
    const root = 1 / Math.sqrt(second);
    const decay = optimizer === "SGD" ? weightDecay : lr * weightDecay;
    this.#gpu.queue.writeBuffer(
      this.#buffers.update,
      0,
      Float32Array.of(rate, root, decay),
    );
    record(pass, this.dispatches, 1);
  }

  /** Frees the moments. */
  destroy(): void {
    for (const buffer of Object.values(this.#buffers).flat()) buffer.destroy();
  }
}
