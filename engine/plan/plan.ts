/**
 * Plans: all buffers, pipelines and bind groups of a step are created once. A
 * step then only uploads events and records passes.
 *
 * @module
 */

import { DeviceError } from "../device/errors.ts";
import { type Layer, outputsOf } from "../layers/layer.ts";
import { sizeOf } from "../network/network.ts";
import { allocatePlan, type PlanBuffers } from "./buffers.ts";
import type { Dispatch } from "../device/compiler.ts";
import { type Compiling, StepCompiler } from "./compile_step.ts";
import type { PlanContext } from "./step_bindings.ts";
import type { EventBinning } from "./steps/step_runner.ts";
import {
  lowestTrainable,
  type PlanOptions,
  type PlanSizes,
  sizePlan,
} from "./sizes.ts";

/** A plan, ready to run. */
export interface Plan {
  readonly layers: readonly Layer[];
  /** How events of samples must be binned. */
  readonly eventBinning: EventBinning;
  /** Number of inputs. */
  readonly inputs: number;
  /** Number of outputs, one per class. */
  readonly outputs: number;
  readonly sizes: PlanSizes;
  readonly buffers: PlanBuffers;
  /** Buffers that binning accumulates into, which must be cleared before. */
  readonly cleared: readonly GPUBuffer[];
  /** Compiles the binning of the events in a buffer. */
  readonly bin: (events: GPUBuffer) => Promise<readonly Dispatch[]>;
  /** The forward pass, from the input's spikes to the step's record. */
  readonly forward: readonly Dispatch[];
  /**
   * The forward pass of an evaluation, with the weights that it uses and, if
   * requested, the counts of incoming spikes.
   */
  readonly evaluation: readonly Dispatch[];
  /** The backward pass, from the output's error to all weight gradients. */
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
  const { device, layers, Ts, coding, optimizer } = context;
  const network = { layers, Ts, coding, rule: optimizer.rule };
  const { sizes, buffers } = await allocateWhatFits(
    context,
    sizePlan(device, network, options),
    options,
  );
  const tables = { ...sizes.loss.tables, ...sizes.loss.uniforms };
  for (const [name, table] of Object.entries(tables)) {
    device.gpu.queue.writeBuffer(buffers.tables[name], 0, table);
  }
  const { weights, evaluated } = context;
  const compilerOf = (w: GPUBuffer, launches = sizes.launches) =>
    new StepCompiler(
      { ...context, weights: { ...weights, w } },
      { ...sizes, launches },
      buffers,
    );
  // A plan that keeps potentials computes an evaluation, without updates.
  const updates = options.train && !options.keep;
  const compiler = compilerOf(updates ? weights.w : evaluated);
  const differs = sizes.evaluation !== undefined || evaluated !== weights.w;
  const evaluator = updates && differs
    ? compilerOf(evaluated, sizes.evaluation)
    : compiler;
  const [forward, backward, counting, evaluation] = await Promise.all([
    inOrder(compileForward(compiler, layers)),
    inOrder(options.train ? compileBackward(compiler, layers) : []),
    settle(evaluator.countIncoming()),
    evaluator === compiler
      ? undefined
      : inOrder(compileForward(evaluator, layers)),
  ]);
  return {
    layers,
    eventBinning: { bins: sizes.T, Ts },
    inputs: sizeOf(layers[0].input),
    outputs: outputsOf(layers),
    sizes,
    buffers,
    cleared: compiler.cleared,
    bin: (events) => settle(compiler.bin(events)),
    forward,
    evaluation: [...evaluation ?? forward, ...counting],
    backward,
  };
}

/** Allocates a plan; halves the micro-batch until memory suffices. */
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

/** Compiles the forward pass, from the input's spikes to the record. */
function compileForward(
  compiler: StepCompiler,
  layers: readonly Layer[],
): Promise<Dispatch[]>[] {
  return [
    ...layers.map((layer, index) =>
      settle(compiler.forward(index), layer.name)
    ),
    settle(compiler.lossAndPrediction()),
  ];
}

/**
 * Compiles the backward pass, from the output down to the lowest trainable
 * layer.
 */
function compileBackward(
  compiler: StepCompiler,
  layers: readonly Layer[],
): Promise<Dispatch[]>[] {
  const lowest = lowestTrainable(layers);
  if (lowest < 0) return [];
  const trainable = layers.map((layer, index) => ({ layer, index }))
    .slice(lowest).reverse();
  return [
    settle(compiler.lossGradient()),
    ...trainable.map(({ layer, index }) =>
      settle(
        compiler.backward(index, { lowest: index === lowest }),
        layer.name,
      )
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
