/**
 * A whole step as a plan: every buffer allocated, every kernel compiled, every
 * bind group made, once. A step then only uploads events and records passes.
 *
 * @module
 */

import { DeviceError } from "../device/errors.ts";
import { type Layer, sizeOf, weightCount } from "../network/network.ts";
import { refractoryKernel, responseKernel } from "../network/neuron.ts";
import { allocatePlan, type PlanBuffers, tabulateTaps } from "./buffers.ts";
import type { Dispatch } from "../device/compiler.ts";
import { type Compiling, Parts, type PlanContext } from "./compile_step.ts";
import { binsOf, type PlanOptions, type PlanSizes, sizePlan } from "./sizes.ts";

/** A plan, ready to run. */
export interface Plan {
  readonly layers: readonly Layer[];
  /** Number of inputs. */
  readonly inputs: number;
  /** Number of outputs, and of classes that can be told apart. */
  readonly outputs: number;
  readonly sizes: PlanSizes;
  readonly buffers: PlanBuffers;
  /** What binning adds to, and must be cleared before. */
  readonly cleared: readonly GPUBuffer[];
  /** Compiles the binning of the events in a buffer. */
  readonly bin: (events: GPUBuffer) => Promise<readonly Dispatch[]>;
  /** From the input's spikes to records, layer by layer. */
  readonly forward: readonly Dispatch[];
  /** From the output's error to the gradient of all weights. */
  readonly backward: readonly Dispatch[];
}

/**
 * Compiles a plan. Where memory does not suffice, fewer samples go through the
 * network at once, with the same bits.
 *
 * @param context Network, weights and device.
 * @param options Sizes, and whether to train.
 * @returns The plan.
 * @throws {ShapeError} If the sizes do not fit the device or one another.
 * @throws {DeviceError} If the device has not enough memory for one sample.
 * @throws {KernelError} If the device does not accept a kernel.
 */
export async function compilePlan(
  context: PlanContext,
  options: PlanOptions,
): Promise<Plan> {
  const { device, layers, neuron, Ts } = context;
  const T = binsOf(options.tSample, Ts);
  const epsilon = responseKernel(neuron, Ts, options.tSample);
  const taps = {
    K: epsilon.length,
    R: refractoryKernel(neuron, Ts, options.tSample).length,
  };
  const table = tabulateTaps(epsilon.map((tap) => Ts * tap));
  const { sizes, buffers } = await allocateWhatFits(
    context,
    sizePlan(device, context, { T, K: taps.K }, options),
    options,
  );
  device.gpu.queue.writeBuffer(buffers.taps, 0, table);
  const { goal } = sizes;
  if (goal.loss === "spikeTime") {
    device.gpu.queue.writeBuffer(buffers.desired, 0, goal.desired);
  }
  const parts = new Parts(context, sizes, buffers, taps);
  const [forward, backward] = await Promise.all([
    inOrder([
      ...layers.map((layer, index) => settle(parts.forward(index), layer.name)),
      settle(parts.outcome()),
    ]),
    inOrder(options.train ? compileBackward(parts, layers) : []),
  ]);
  return {
    layers,
    inputs: sizeOf(layers[0].input),
    outputs: sizeOf(layers[layers.length - 1].output),
    sizes,
    buffers,
    cleared: parts.cleared,
    bin: (events) => settle(parts.bin(events)),
    forward,
    backward,
  };
}

/** Allocates a plan, of fewer samples at once if memory does not suffice. */
async function allocateWhatFits(
  context: PlanContext,
  sizes: PlanSizes,
  options: PlanOptions,
): Promise<{ sizes: PlanSizes; buffers: PlanBuffers }> {
  const { device, layers } = context;
  try {
    const buffers = await allocatePlan(device, layers, sizes, options);
    return { sizes, buffers };
  } catch (error) {
    if (!(error instanceof DeviceError && sizes.M > 1)) throw error;
    const half = { ...sizes, M: sizes.M >> 1 };
    return await allocateWhatFits(context, half, options);
  }
}

/** All layers' spikes; from the output down to the lowest that learns. */
function compileBackward(
  parts: Parts,
  layers: readonly Layer[],
): Promise<Dispatch[]>[] {
  const lowest = layers.findIndex((layer) => weightCount(layer) > 0);
  if (lowest < 0) return [];
  const learning = layers.map((layer, index) => ({ layer, index }))
    .slice(lowest).reverse();
  return [
    settle(parts.errorAdjoint()),
    ...learning.map(({ layer, index }) =>
      settle(parts.backward(index, { lowest: index === lowest }), layer.name)
    ),
  ];
}

async function inOrder(
  dispatches: readonly Promise<Dispatch[]>[],
): Promise<Dispatch[]> {
  return (await Promise.all(dispatches)).flat();
}

async function settle(
  compiling: Compiling,
  layer?: string,
): Promise<Dispatch[]> {
  const dispatches = (await Promise.all(compiling)).flat();
  return dispatches.map(({ busy, ...dispatch }) => ({
    ...dispatch,
    layer,
    busy: busy && { ...busy, layer },
  }));
}
