/**
 * The buffers of a plan.
 *
 * @module
 */

import { ShapeError } from "../errors.ts";
import type { Device } from "../device.ts";
import { type Layer, sizeOf } from "../network.ts";
import type { PlanSizes } from "./sizes.ts";
import { Records } from "./records.ts";

/** Rows of the response kernel's table, and where its first tap is. */
const RESPONSE_ROWS = 4096;
const RESPONSE_MARGIN = 7;

/** Words that tell which part of a batch is in hand. */
export const PART_WORDS = 4;

/** The buffers of a plan; M, T, B and P are its sizes, F a layer's neurons. */
export interface PlanBuffers {
  /** The response as neuron.wgsl reads it. */
  readonly epsilon: GPUBuffer;
  /** The refractory response. */
  readonly nu: GPUBuffer;
  /** The part of the batch in hand, a uniform. */
  readonly part: GPUBuffer;
  /** All parts of the batch. */
  readonly parts: GPUBuffer;
  /** Class of each sample of the batch. */
  readonly labels: GPUBuffer;
  /** Where each sample's events begin and end. */
  readonly offsets: GPUBuffer;
  /** Largest count of each sample's input, [M]. */
  readonly largest: GPUBuffer;
  /** The input's spikes [M, P, B, F], then each layer's [M, B, F]. */
  readonly spikes: readonly GPUBuffer[];
  /** Each layer's potentials [M, T, F]; one for all unless the plan trains. */
  readonly potentials: readonly GPUBuffer[];
  /** The drive of the layer in hand, then its gradient, [M, T, F]. */
  readonly drive: GPUBuffer;
  /** The gradient of the spikes of the layer in hand, [M, T, F]. */
  readonly gradient: GPUBuffer;
  /** The output's error, [M, T, F]. */
  readonly error: GPUBuffer;
  /** Who spikes in each bin, [M, T, P·F], and how many, [M, T]. */
  readonly list: GPUBuffer;
  readonly length: GPUBuffer;
  /** Loss and spike count of each output, [M, F]. */
  readonly loss: GPUBuffer;
  readonly counts: GPUBuffer;
  /** Partial weight gradients of the layer in hand. */
  readonly partial: GPUBuffer;
  /** What steps leave behind. */
  readonly records: Records;
}

/**
 * Allocates the buffers of a plan.
 *
 * @param device Where to.
 * @param layers The layers.
 * @param sizes The plan's sizes.
 * @param options Most samples in a step, and whether it trains.
 * @returns The buffers, their contents zero.
 * @throws {DeviceError} If the device has not enough memory.
 */
export function allocatePlan(
  device: Device,
  layers: readonly Layer[],
  sizes: PlanSizes,
  options: { readonly batch: number; readonly train: boolean },
): Promise<PlanBuffers> {
  const { T, B, P, M, largest, widest } = sizes;
  const { batch, train } = options;
  const allocate = (
    label: string,
    words: number,
    usage: GPUBufferUsageFlags = GPUBufferUsage.STORAGE,
  ) =>
    device.gpu.createBuffer({
      label,
      size: 4 * Math.max(words, 1),
      usage: usage | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
    });
  const perBin = (label: string, size: number) => allocate(label, M * T * size);
  const outputs = sizeOf(layers[layers.length - 1].output);
  return device.allocate(() => {
    const shared = train ? undefined : perBin("potentials", largest);
    return {
      epsilon: allocate("epsilon", 4 * RESPONSE_ROWS, GPUBufferUsage.UNIFORM),
      nu: allocate("nu", T),
      part: allocate("part", PART_WORDS, GPUBufferUsage.UNIFORM),
      parts: allocate("parts", PART_WORDS * batch),
      labels: allocate("labels", batch),
      offsets: allocate("offsets", batch + 1),
      largest: allocate("largest", M),
      spikes: [
        allocate("input spikes", M * P * B * sizeOf(layers[0].input)),
        ...layers.map(({ name, output }) =>
          allocate(`${name} spikes`, M * B * sizeOf(output))
        ),
      ],
      potentials: layers.map(({ name, output }) =>
        shared ?? perBin(`${name} potentials`, sizeOf(output))
      ),
      drive: perBin("drive", train ? widest : largest),
      gradient: perBin("gradient", train ? widest : 0),
      error: perBin("error", outputs),
      list: perBin("list", sizes.listed),
      length: perBin("length", 1),
      loss: allocate("loss", M * outputs),
      counts: allocate("counts", M * outputs),
      partial: allocate("partial", train ? M * sizes.partial : 0),
      records: new Records(device, layers.length, batch),
    };
  });
}

/**
 * Frees the buffers of a plan.
 *
 * @param buffers The buffers.
 */
export function freePlan(buffers: PlanBuffers): void {
  for (const buffer of Object.values(buffers).flat()) buffer.destroy();
}

/**
 * Lays the response's taps out as neuron.wgsl reads them.
 *
 * @param taps The taps, k = 0 first.
 * @returns Four taps a row, from k = −7 on.
 * @throws {ShapeError} If there are more than fit.
 */
export function tabulateResponse(
  taps: Float64Array,
): Float32Array<ArrayBuffer> {
  const most = RESPONSE_ROWS - RESPONSE_MARGIN - 4;
  if (taps.length > most) {
    throw new ShapeError(
      `Cannot tabulate the response: ${taps.length} taps are more than ` +
        `${most}; a larger Ts gives fewer`,
    );
  }
  const table = new Float32Array(4 * RESPONSE_ROWS);
  taps.forEach((tap, k) => {
    for (let j = 0; j < 4; j++) {
      table[4 * (RESPONSE_MARGIN + k - j) + j] = tap;
    }
  });
  return table;
}
