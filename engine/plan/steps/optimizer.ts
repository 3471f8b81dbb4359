/**
 * The optimizer: updates all weights from their gradient.
 *
 * @module
 */

import {
  clipLimit,
  clipSquares,
} from "../../../kernels/update/gradient_norm.ts";
import {
  BETA1,
  BETA2,
  RULES,
} from "../../../kernels/shared/optimizer_rules.ts";
import type { Device } from "../../device/device.ts";
import { isFrom0, isPositive } from "../../network/float_range.ts";
import { type Compiler, type Dispatch, record } from "../../device/compiler.ts";
import { MICRO_BATCH_UPDATE, MICRO_BATCH_WORDS } from "./step_words.ts";
import { QUAD } from "../../network/layout.ts";
import type { WeightSlot } from "../../network/weights.ts";
import { launchUpdate, rangesOf } from "./update_launches.ts";
import type { WeightAverage } from "./weight_average.ts";

/** Update rules of the optimizer; ADAM and NADAM use AMSGrad. */
export type OptimizerName = "ADAM" | "NADAM" | "SGD" | "ADAMW";

/** Gradients that one invocation squares and sums for the norm. */
const SQUARES = 16;

/** Limit on workgroups, each of which contributes a partial sum of squares. */
const MAX_STRIPS = 1024;

/** The rule that updates weights from their gradient. */
export interface UpdateRule {
  /** Name of the rule. @default "ADAM" */
  readonly optimizer?: OptimizerName;
  /**
   * Largest norm of the gradient of all weights, summed over the batch; a
   * gradient with a larger norm is scaled down to it.
   *
   * @default no limit
   */
  readonly clip?: number;
  /**
   * Weight decay: the fraction of the weights, times the learning rate, that an
   * update subtracts. It is decoupled from the moments of ADAM and NADAM, as in
   * AdamW, and added to the gradient of SGD.
   *
   * @default 0
   */
  readonly weightDecay?: number;
  /**
   * Decay of the moving average of weights and running statistics, such as
   * 0.99. The average is used in evaluation and saved with the network.
   *
   * @default no average
   */
  readonly ema?: number;
}

/** An update rule with its defaults. */
type Rule = Required<Omit<UpdateRule, "ema">>;

/** The buffers of an optimizer. */
interface OptimizerBuffers {
  readonly update: GPUBuffer;
  readonly clip: GPUBuffer;
  readonly stripSums: GPUBuffer;
  readonly moments: readonly GPUBuffer[];
}

/** An update rule with its moments on the device. */
export class Optimizer {
  readonly #gpu: GPUDevice;
  readonly #rule: Rule;
  readonly #average: WeightAverage | undefined;
  readonly #buffers: OptimizerBuffers;
  readonly #weights: GPUBuffer;
  readonly #dispatches: readonly Dispatch[];
  /** Index of the update rule in `RULES`. */
  readonly rule: number;
  /**
   * Whether an update waits for the whole gradient: with gradient clipping,
   * which needs the norm over all weights, or with weight normalisation.
   */
  readonly waits: boolean;
  /** Number of updates done, for the bias correction of the moments. */
  steps = 0;
  /** Whether an accumulated gradient awaits its update. */
  pending = false;

  private constructor(
    gpu: GPUDevice,
    rule: Rule,
    buffers: OptimizerBuffers,
    { weights, average, hasNormed }: {
      readonly weights: GPUBuffer;
      readonly average?: WeightAverage;
      readonly hasNormed: boolean;
    },
    dispatches: readonly Dispatch[],
  ) {
    this.#gpu = gpu;
    this.#rule = rule;
    this.#buffers = buffers;
    this.#weights = weights;
    this.#average = average;
    this.#dispatches = dispatches;
    this.rule = RULES.indexOf(rule.optimizer);
    this.waits = rule.clip < Infinity || hasNormed;
  }

  /**
   * Prepares an update rule.
   *
   * @param device The device.
   * @param compiler The device's compiler.
   * @param rule The rule.
   * @param weights All weights `w` and their gradient `dw`, of equal length,
   * the places of the arrays in them, and the moving average of the weights.
   * @returns The optimizer, before the first update.
   * @throws {TypeError} If there is no such rule.
   * @throws {RangeError} If `clip` is not positive, or `weightDecay` negative.
   * @throws {DeviceError} If the device has not enough memory.
   */
  static async create(
    device: Device,
    compiler: Compiler,
    { optimizer = "ADAM", clip = Infinity, weightDecay = 0 }: UpdateRule,
    weights: {
      readonly w: GPUBuffer;
      readonly dw: GPUBuffer;
      readonly slots: readonly WeightSlot[];
      readonly average?: WeightAverage;
    },
  ): Promise<Optimizer> {
    if (!RULES.includes(optimizer)) {
      throw new TypeError(
        `Cannot update weights by "${optimizer}": expected ` +
          RULES.join(", "),
      );
    }
    if (!(isPositive(clip) || clip === Infinity)) {
      throw new RangeError(`Cannot clip gradients to ${clip}: not positive`);
    }
    if (!isFrom0(weightDecay)) {
      throw new RangeError(
        `Cannot let weights decay by ${weightDecay}: not a number from 0`,
      );
    }
    const { gpu } = device;
    const { w, dw, slots, average } = weights;
    const size = w.size / 4;
    const strips = Math.min(
      Math.ceil(size / clipSquares.workgroup / SQUARES),
      MAX_STRIPS,
    );
    const moment = optimizer === "SGD" ? QUAD : size;
    const buffers = await device.allocate(() => ({
      update: device.createBuffer(
        "update",
        MICRO_BATCH_WORDS,
        GPUBufferUsage.UNIFORM,
      ),
      clip: device.createBuffer("clip", 1),
      stripSums: device.createBuffer("squares", strips),
      moments: ["m", "v", "vMax"].map((label) =>
        device.createBuffer(label, moment)
      ),
    }));
    gpu.queue.writeBuffer(buffers.clip, 0, Float32Array.of(1));
    const [m, v, vMax] = buffers.moments.map((buffer) => ({ buffer }));
    const bound = {
      batch: { buffer: buffers.update },
      clip: { buffer: buffers.clip },
      stripSum: { buffer: buffers.stripSums },
      stripSums: { buffer: buffers.stripSums },
      dw: { buffer: dw },
      weights: { buffer: w },
      m,
      v,
      vMax,
    };
    const rule = RULES.indexOf(optimizer);
    const constants = { size, S: strips, maxNorm: clip, rule };
    const limits = clip === Infinity ? [] : [
      compiler.compile(
        { kernel: clipSquares, constants, grid: [strips, 1, 1] },
        bound,
      ),
      compiler.compile(
        { kernel: clipLimit, constants, grid: [1, 1, 1] },
        bound,
      ),
    ];
    const dispatches = await Promise.all([
      ...limits,
      ...rangesOf(slots, size).map((range) => {
        const place = { offset: 4 * range.offset, size: 4 * range.length };
        const moments = optimizer === "SGD" ? {} : {
          m: { ...m, ...place },
          v: { ...v, ...place },
          vMax: { ...vMax, ...place },
        };
        return compiler.compile(
          launchUpdate(range, rule),
          {
            ...bound,
            ...moments,
            dw: { buffer: dw, ...place },
            weights: { buffer: w, ...place },
          },
        );
      }),
    ]);
    return new Optimizer(
      gpu,
      { optimizer, clip, weightDecay },
      buffers,
      {
        weights: w,
        average,
        hasNormed: slots.some(({ weights }) => weights.stretch),
      },
      dispatches,
    );
  }

  /**
   * The moments of each weight, in the order of the weights, by name; empty if
   * the rule has none.
   */
  get moments(): readonly (readonly [string, GPUBuffer])[] {
    return this.#rule.optimizer === "SGD"
      ? []
      : this.#buffers.moments.map((buffer) => [buffer.label, buffer]);
  }

  /**
   * The buffers that a kernel binds to update a layer's weights.
   *
   * @internal
   * @param slot Offset and number of the layer's weights, in floats.
   * @returns The weights and their moments.
   */
  bindingsOf(
    { offset, length }: { readonly offset: number; readonly length: number },
  ): Readonly<Record<"weights" | "m" | "v" | "vMax", GPUBufferBinding>> {
    const range = { offset: 4 * offset, size: 4 * length };
    const [m, v, vMax] = this.#buffers.moments.map((buffer) =>
      this.#rule.optimizer === "SGD" ? { buffer } : { buffer, ...range }
    );
    return { weights: { buffer: this.#weights, ...range }, m, v, vMax };
  }

  /**
   * Dispatches that update the weights from their stored gradient, and their
   * moving average.
   *
   * @internal
   */
  get dispatches(): readonly Dispatch[] {
    return [...this.#dispatches, ...this.#average?.dispatches ?? []];
  }

  /**
   * The optimizer's dispatches where they run after the backward pass: updates
   * that wait for the whole gradient, and the moving average; otherwise empty,
   * since the kernels that complete a gradient update its weights.
   *
   * @internal
   */
  get updating(): readonly Dispatch[] {
    return this.waits ? this.dispatches : this.#average?.dispatches ?? [];
  }

  /**
   * Counts an update and computes its factors.
   *
   * @param lr Learning rate.
   * @returns Rate, root and decay, defined in optimizer_rules.wgsl.
   */
  next(lr: number): Float32Array<ArrayBuffer> {
    const { optimizer, weightDecay } = this.#rule;
    this.steps++;
    this.pending = false;
    const first = 1 - BETA1 ** this.steps;
    const second = 1 - BETA2 ** this.steps;
    const rate = optimizer === "ADAM" || optimizer === "ADAMW"
      ? lr / first
      : optimizer === "NADAM"
      ? lr * Math.sqrt(second) / first
      : lr;
    const root = 1 / Math.sqrt(second);
    const decay = optimizer === "SGD" ? weightDecay : lr * weightDecay;
    return Float32Array.of(rate, root, decay);
  }

  /**
   * Records an update by the accumulated gradient into a pass.
   *
   * @param pass The pass; it must be submitted before the next update.
   * @param lr Learning rate.
   */
  step(pass: GPUComputePassEncoder, lr: number): void {
    const { queue } = this.#gpu;
    queue.writeBuffer(
      this.#buffers.update,
      4 * MICRO_BATCH_UPDATE,
      this.next(lr),
    );
    record(pass, this.#dispatches, 1);
    this.average(pass);
  }

  /**
   * Records the update of the moving average, if there is one.
   *
   * @param pass The pass; it must be submitted before the next update.
   */
  average(pass: GPUComputePassEncoder): void {
    this.#average?.record(pass, this.steps);
  }

  /** Frees the optimizer's buffers. */
  destroy(): void {
    for (const buffer of Object.values(this.#buffers).flat()) buffer.destroy();
  }
}
