/**
 * Buffer bindings of a plan's kernels.
 *
 * @module
 */

import type { Compiler } from "../device/compiler.ts";
import type { Device } from "../device/device.ts";
import type { Layer } from "../layers/layer.ts";
import { layoutOf } from "../network/layout.ts";
import type { WeightSlot } from "../network/weights.ts";
import type { PlanBuffers } from "./buffers.ts";
import type { InputCoding, PlanSizes } from "./sizes.ts";
import type { Optimizer } from "./steps/optimizer.ts";
import { layOutStep, MICRO_BATCH_WORDS } from "./steps/step_words.ts";

/** Network, weights and device of a plan. */
export interface PlanContext {
  readonly device: Device;
  readonly compiler: Compiler;
  readonly layers: readonly Layer[];
  readonly slots: readonly WeightSlot[];
  readonly weights: { readonly w: GPUBuffer; readonly dw: GPUBuffer };
  /** Weights that evaluation uses: the latest, or their average. */
  readonly evaluated: GPUBuffer;
  readonly optimizer: Optimizer;
  /** Time step in ms. */
  readonly Ts: number;
  readonly coding: InputCoding;
}

/** Trainable arrays of a layer. */
type LayerArray = "weight" | "delay" | "response";

/** Buffers by the names of bindings. */
export type Bound = Readonly<Record<string, GPUBufferBinding>>;

/** Looks up the buffers of layers by a layer's index. */
export class StepBindings {
  readonly #context: PlanContext;
  readonly #sizes: PlanSizes;
  readonly #buffers: PlanBuffers;

  /**
   * @param context Network, weights and device.
   * @param sizes The plan's sizes and launches.
   * @param buffers The plan's buffers.
   */
  constructor(context: PlanContext, sizes: PlanSizes, buffers: PlanBuffers) {
    this.#context = context;
    this.#sizes = sizes;
    this.#buffers = buffers;
  }

  /** Bindings of the loss kernels. */
  get lossBuffers(): Bound & Record<"error" | "gradient", GPUBufferBinding> {
    const { layers } = this.#context;
    const { tables } = this.#buffers;
    return {
      ...Object.fromEntries(
        Object.entries(tables).map(([name, buffer]) => [name, { buffer }]),
      ),
      batch: this.microBatch,
      labels: this.uploaded("labels", 1),
      spikes: this.incoming(layers.length),
      error: { buffer: this.#buffers.error },
      silence: { buffer: this.#buffers.silence },
      gradient: this.gradientOf(layers.length - 1),
      loss: { buffer: this.#buffers.loss },
      counts: { buffer: this.#buffers.counts },
    };
  }

  /** The words that describe the current micro-batch. */
  get microBatch(): GPUBufferBinding {
    const offset = 4 * layOutStep(this.#sizes.batch).microBatch;
    return { buffer: this.#buffers.step, offset, size: 4 * MICRO_BATCH_WORDS };
  }

  /** An array that is uploaded with a step, `each` words a sample. */
  uploaded(array: "labels" | "offsets", each: number): GPUBufferBinding {
    const { batch } = this.#sizes;
    const offset = 4 * layOutStep(batch)[array];
    return { buffer: this.#buffers.step, offset, size: 4 * each * batch };
  }

  /** A layer's drive, then its gradient: the last rows of the potentials. */
  driveOf(index: number): GPUBufferBinding {
    const { T, launches } = this.#sizes;
    const { floats } = layoutOf(this.#context.layers[index]);
    const buffer = this.#buffers.potentials[index];
    return { buffer, offset: 4 * (launches[index].rows - T) * floats };
  }

  /**
   * Incoming spikes of a layer, after the axons of the layer below; of the loss
   * at the number of layers.
   */
  incoming(index: number): GPUBufferBinding {
    const { spikes, arrived } = this.#buffers;
    const below = this.#sizes.launches[index - 1];
    return { buffer: below?.axon ? arrived[index] : spikes[index] };
  }

  /** Output of a layer's synapse, before a learned response. */
  synapseDrive(index: number): GPUBufferBinding {
    const { response } = this.#context.layers[index];
    return response
      ? { buffer: this.#buffers.drives[index] }
      : this.driveOf(index);
  }

  /** The gradient of a layer's spikes, in the buffer that all layers share. */
  gradientOf(index: number): GPUBufferBinding {
    const { T, M } = this.#sizes;
    const { floats } = layoutOf(this.#context.layers[index]);
    return { buffer: this.#buffers.gradient, size: 4 * M * T * floats };
  }

  /** The weights that a layer's kernels use: rounded, if it is quantised. */
  usedWeights(index: number): GPUBufferBinding {
    const { layers, weights } = this.#context;
    const layer = layers[index];
    const buffer = this.#buffers.rounded[layer.name];
    return buffer ? { buffer } : this.weightsOf(layer, weights.w);
  }

  /** The range of a layer's array in a buffer of all weights or gradients. */
  weightsOf(
    layer: Layer,
    buffer: GPUBuffer,
    array: LayerArray = "weight",
  ): GPUBufferBinding {
    const slot = this.slotOf(layer, array);
    if (!slot) return { buffer };
    return { buffer, offset: slot.offset * 4, size: slot.length * 4 };
  }

  /** The range of a layer's array, if the layer has it. */
  slotOf(
    layer: Layer,
    array: LayerArray = "weight",
  ): WeightSlot | undefined {
    const name = `${layer.name}.${array}`;
    return this.#context.slots.find((slot) => slot.name === name);
  }
}
