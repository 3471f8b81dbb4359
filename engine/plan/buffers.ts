/**
 * The buffers of a plan.
 *
 * @module
 */

import type { Device } from "../device/device.ts";
import { type Layer, outputsOf } from "../layers/layer.ts";
import type { Tables } from "../losses/loss.ts";
import { sizeOf } from "../network/network.ts";
import type { PlanSizes } from "./sizes.ts";
import { allocateOutputs, type StepOutputs } from "./steps/step_outputs.ts";
import { inQuads } from "../network/layout.ts";
import { layOutStep, MICRO_BATCH_WORDS } from "./steps/step_words.ts";

/**
 * The buffers of a plan, by its sizes M, T, B and P; F is a layer's neurons.
 */
export interface PlanBuffers extends StepOutputs {
  /** Arrays that the kernels of the loss read, by name. */
  readonly tables: Readonly<Record<string, GPUBuffer>>;
  /**
   * Words uploaded with each step, in the layout of `StepLayout`: the label of
   * each sample of the batch, the start and end of its events, and the words of
   * the current micro-batch, initially the first.
   */
  readonly step: GPUBuffer;
  /** Words of all further micro-batches of the batch. */
  readonly microBatches: GPUBuffer;
  /** Largest number of events of a pixel in one bin, for each sample, [M]. */
  readonly largest: GPUBuffer;
  /** The input's spikes [M, P, B, F], then each layer's [M, B, F]. */
  readonly spikes: readonly GPUBuffer[];
  /**
   * Spikes after the axons. Layers whose axons delay or drop spikes have
   * buffers of their own, others share those of `spikes`.
   */
  readonly arrived: readonly GPUBuffer[];
  /** Rounded weights of quantised layers, by the layers' names. */
  readonly rounded: Readonly<Record<string, GPUBuffer>>;
  /** Incoming spikes of one layer, neuron-packed, [M, P, B, 32·⌈F/32⌉]. */
  readonly neuronPacked: GPUBuffer;
  /**
   * Each layer's potentials, [M, rows, F] by quads. The last T rows hold the
   * layer's drive, which the backward pass replaces by the drive's gradient.
   * Layers whose potentials are not kept share one buffer.
   */
  readonly potentials: readonly GPUBuffer[];
  /** Gradient of a layer's spikes during backpropagation, [M, T, F]. */
  readonly gradient: GPUBuffer;
  /**
   * Drives, then their gradients, of each layer with a learned response,
   * [M, T, inRow] of filter.wgsl; empty for other layers.
   */
  readonly drives: readonly GPUBuffer[];
  /** Gradient of a layer's spikes before its axons, [M, T, F]. */
  readonly axonGradient: GPUBuffer;
  /** The output's error, [M, T, F]. */
  readonly error: GPUBuffer;
  /**
   * Gradient of the output's spikes that reactivates silent outputs, [M, T, F];
   * see loss.wgsl.
   */
  readonly silence: GPUBuffer;
  /** Loss of each output, [M, O]. */
  readonly loss: GPUBuffer;
  /** Spike count of each output, [M, O]. */
  readonly counts: GPUBuffer;
  /** Partial sums of a layer's weight gradient, before their reduction. */
  readonly partial: GPUBuffer;
}

/**
 * Allocates the buffers of a plan.
 *
 * @param device The device to allocate them on.
 * @param layers The layers.
 * @param sizes The plan's sizes.
 * @param options Most samples in a step, and whether steps train and incoming
 * spikes are counted.
 * @returns The buffers, their contents zero.
 * @throws {DeviceError} If the device has not enough memory.
 */
export function allocatePlan(
  device: Device,
  layers: readonly Layer[],
  sizes: PlanSizes,
  options: {
    readonly batch: number;
    readonly train: boolean;
    readonly counts?: boolean;
  },
): Promise<PlanBuffers> {
  const { B, P, M, floats, loss, shares } = sizes;
  const { batch, train, counts = false } = options;
  const allocate = (
    label: string,
    words: number,
    usage?: GPUBufferUsageFlags,
  ) => device.createBuffer(label, inQuads(words), usage);
  const allocateTables = (tables: Tables = {}, usage: GPUBufferUsageFlags) =>
    Object.fromEntries(
      Object.entries(tables).map(([name, { length }]) => [
        name,
        allocate(name, length, usage),
      ]),
    );
  const input = sizeOf(layers[0].input);
  const outputs = outputsOf(layers);
  return device.allocate(() => {
    const scratch = allocate("drive", M * floats.scratch);
    const spikes = [
      allocate("input spikes", M * P * B * input),
      ...layers.map(({ name, output }) =>
        allocate(`${name} spikes`, M * B * sizeOf(output))
      ),
    ];
    return {
      tables: {
        ...allocateTables(loss.tables, GPUBufferUsage.STORAGE),
        ...allocateTables(loss.uniforms, GPUBufferUsage.UNIFORM),
      },
      step: allocate(
        "step",
        layOutStep(batch).words,
        GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM,
      ),
      microBatches: allocate(
        "micro-batches",
        MICRO_BATCH_WORDS * (shares.mostMicroBatches(M) - 1),
      ),
      largest: allocate("largest", M),
      spikes,
      arrived: [
        spikes[0],
        ...layers.map(({ name, output, axon }, index) =>
          axon
            ? allocate(`${name} arrived spikes`, M * B * sizeOf(output))
            : spikes[index + 1]
        ),
      ],
      rounded: Object.fromEntries(
        layers.flatMap(({ name, weights, weightStep }) =>
          weights && weightStep !== undefined
            ? [[name, allocate(`${name} rounded weights`, weights.floats)]]
            : []
        ),
      ),
      neuronPacked: allocate("neuronPacked", M * floats.neuronPacked),
      potentials: layers.map(({ name }, index) =>
        floats.potentials[index] > 0
          ? allocate(`${name} potentials`, M * floats.potentials[index])
          : scratch
      ),
      gradient: allocate("gradient", M * floats.gradient),
      drives: layers.map(({ name }, index) =>
        allocate(`${name} drives`, M * floats.drives[index])
      ),
      axonGradient: allocate("axon gradient", M * floats.axon),
      error: allocate("error", M * floats.error),
      silence: allocate(
        "silence",
        sizes.loss.wakes ? M * floats.error : 0,
      ),
      loss: allocate("loss", M * outputs),
      counts: allocate("counts", M * outputs),
      partial: allocate("partial", train ? M * floats.partial : 0),
      ...allocateOutputs(device, layers, {
        batch,
        ranks: shares.ranks,
        counts,
      }),
    };
  }, freePlan);
}

/**
 * Frees the buffers of a plan.
 *
 * @param buffers The buffers.
 */
export function freePlan(buffers: PlanBuffers): void {
  const { tables, rounded, ...others } = buffers;
  const all = [
    ...Object.values(tables),
    ...Object.values(rounded),
    ...Object.values(others).flat(),
  ];
  for (const buffer of all) buffer.destroy();
}
