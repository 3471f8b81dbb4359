/**
 * The kernels of a synapse, as the engine dispatches them, run on tensors of
 * the oracle.
 *
 * @module
 */

import { deepStrictEqual } from "node:assert/strict";
import type { Dispatch } from "../../../engine/device/compiler.ts";
import type { Launch } from "../../../engine/device/launch.ts";
import {
  describeLayers,
  type LayerDescription,
} from "../../../engine/layers/describe_layers.ts";
import type { Layer, LayerSetting } from "../../../engine/layers/layer.ts";
import { sizeOf } from "../../../engine/network/network.ts";
import { SRM_ALPHA } from "../../../engine/neurons/srm_alpha.ts";
import { launchNeurons } from "../../../engine/neurons/neuron_launches.ts";
import { transposeForward } from "../../../kernels/input/transpose_spikes.ts";
import {
  MICRO_BATCH_UPDATE,
  MICRO_BATCH_WORDS,
} from "../../../engine/plan/steps/step_words.ts";
import { leadOf } from "../../../engine/network/layout.ts";
import { device } from "../../fixtures/gpu.ts";
import { fromKernel, pack, quads, turn } from "../kernel_orders.ts";
import {
  toKernel,
  weightsFromKernel,
  weightsToKernel,
} from "../kernel_orders.ts";
import { room, runDispatches, sharedCompiler } from "../kernel_runner.ts";
import {
  type Constants,
  extended,
  fireBack,
  RELAY,
  rowsOf,
  stale,
} from "./neuron_kernels.ts";
import { type Tensor, zeros } from "../../oracle/tensor.ts";

/** Threshold of the neurons, as in all reference vectors of synapses. */
export const THETA = 10;

/** Kernels that own what their grid tells, and do not stride along x. */
const STRIDELESS = [
  "dense forward",
  "conv_adjoint_tiled one",
  "conv_adjoint_tiled four",
];

/** How the kernels are run. */
export interface Options {
  /** Bit planes of the spikes. @default 1 */
  readonly P?: number;
  /** Height of a spike. @default 1 */
  readonly height?: number;
  /** Most workgroups along x, where kernels stride. @default enough */
  readonly groups?: number;
  /** Neurons of a run of the layer below. @default all */
  readonly below?: number;
  /** Whether to go the way for inputs of which many spike. @default false */
  readonly busy?: boolean;
  /** Whether to cut as for a device that computes on the CPU. @default false */
  readonly software?: boolean;
  /** The neurons. @default such as never fire */
  readonly neuron?: Constants;
  /** First samples of the second and later micro-batches. @default none */
  readonly cuts?: readonly number[];
}

/**
 * Describes a synapse for spikes of a shape.
 *
 * @param description The synapse.
 * @param shape [N, C, H, W, T].
 * @returns The layer.
 */
export function layerFor(
  description: LayerDescription,
  [, C, H, W]: readonly number[],
): Layer {
  return describeLayers({ C, H, W }, [description])[0];
}

/**
 * Runs the forward kernels, and reads the drive that they leave in memory; that
 * of a pool, which leaves none, through neurons that relay it.
 *
 * @param layer The synapse.
 * @param x Counts of spikes, [N, C, H, W, T].
 * @param w Its weights, [O, C / groups, kh, kw, 1]; a pool's are passed over.
 * @param options How to run them.
 * @returns The drive [N, O, H', W', T].
 * @throws {AssertionError} If a pool does not turn its spikes.
 */
export function forward(
  layer: Layer,
  x: Tensor,
  w: Tensor,
  options: Options = {},
): Promise<Tensor> {
  return layer.kind.integrates
    ? relayed(layer, x, w, options)
    : fired(layer, x, w, { ...options, keep: false });
}

/**
 * Runs the forward kernels, one bin longer, with neurons that relay their drive.
 *
 * @param layer The synapse.
 * @param x Counts of spikes, [N, C, H, W, T].
 * @param w Its weights, [O, C / groups, kh, kw, 1]; a pool's are passed over.
 * @param options How to run them.
 * @returns The drive, times the height of a spike, [N, O, H', W', T].
 * @throws {AssertionError} If a pool does not turn its spikes.
 */
export async function relayed(
  layer: Layer,
  x: Tensor,
  w: Tensor,
  options: Options = {},
): Promise<Tensor> {
  const u = await fired(layer, extended(x, 0, 1), w, options);
  return extended(u, -1, 0);
}

/**
 * Runs the forward kernels.
 *
 * @param layer The synapse.
 * @param x Counts of spikes, [N, C, H, W, T].
 * @param w Its weights, [O, C / groups, kh, kw, 1]; a pool's are passed over.
 * @param options How to run them, and whether to keep potentials.
 * @returns Potentials [N, O, H', W', T], or else the drive.
 * @throws {AssertionError} If a pool does not turn its spikes.
 */
export async function fired(
  layer: Layer,
  x: Tensor,
  w: Tensor,
  options: Options & { readonly keep?: boolean } = {},
): Promise<Tensor> {
  const { P = 1, neuron = RELAY, keep = true } = options;
  const [N, , , , T] = x.shape;
  const lead = leadOf(neuron.K);
  const B = Math.ceil(T / 32);
  const { C, H, W } = layer.output;
  const run = runOf(layer);
  const row = quads(sizeOf(layer.output), run);
  const turned = layer.kind.integrates === true;
  const across = turned ? sizeOf(layer.output) : sizeOf(layer.input);
  const { u, spikes, neuronPacked } = await runDispatches(
    {
      batch: batchOf([0, N]),
      largest: new Uint32Array(N),
      inputs: pack(x, 1, P),
      neuronPacked: new Uint32Array(
        N * (turned ? 1 : P) * B * 32 * Math.ceil(across / 32),
      ).fill(~0),
      w: weightsToKernel(w, groupsOf(layer)),
      u: stale([N, C, H, W, T + lead], run),
      spikes: new Uint32Array(N * B * sizeOf(layer.output)).fill(~0),
      tally: new Uint32Array(1),
      fired: new Uint32Array(sizeOf(layer.output)),
    },
    N,
    (buffers) => {
      const { kind } = layer;
      const set = settingOf(layer, T, { ...options, neuron, lead, keep });
      const bound = { ...buffers, x: { ...buffers.u, offset: 4 * lead * row } };
      const pack = compile(
        kind.reads === "neuron-packed" ? [launchPack(layer, T, P)] : [],
        { spikes: buffers.inputs, neuronPacked: buffers.neuronPacked },
        options,
      );
      const dispatches = compile(
        [
          ...kind.forward(layer, set),
          ...(turned ? [] : [launchNeurons(set.neurons, set.forwardConstants)]),
        ],
        bound,
        options,
      );
      return Promise.all([...pack, ...dispatches]);
    },
  );
  if (turned) deepStrictEqual(neuronPacked, turn(spikes, N * B, across));
  const first = keep ? 0 : lead;
  const rows = rowsOf(u, N, { first, count: T, all: T + lead });
  return fromKernel(rows, [N, C, H, W, T], { run });
}

/**
 * Runs the adjoint kernel; a pool's is the neurons' below it.
 *
 * @param layer The synapse.
 * @param dy [N, O, H', W', T].
 * @param w Its weights, [O, C / groups, kh, kw, 1]; a pool's are passed over.
 * @param options How to run it.
 * @returns dx [N, C, H, W, T].
 */
export async function adjoint(
  layer: Layer,
  dy: Tensor,
  w: Tensor,
  options: Options = {},
): Promise<Tensor> {
  const { groups, below: runSize } = options;
  const [N, , , , T] = dy.shape;
  const { C, H, W } = layer.input;
  const shape = [N, C, H, W, T];
  const { kind } = layer;
  if (!kind.adjoint) {
    // Gradients of potentials reach the drive of the bin before.
    const u = zeros([N, C, H, W, T + 1]);
    const { window, poolGain } = kind.readBelow!(layer);
    const pool = { window, poolGain };
    const later = extended(dy, 1, 0);
    const dx = await fireBack(later, RELAY, { u, pool, groups, runSize });
    return extended(dx, 0, -1);
  }
  const { dx } = await runDispatches(
    {
      dy: toKernel(dy, { run: runOf(layer) }),
      w: weightsToKernel(w, groupsOf(layer)),
      dx: room(N * T * quads(sizeOf(layer.input), runSize)),
    },
    N,
    (buffers) =>
      Promise.all(compile(
        kind.adjoint!(layer, settingOf(layer, T, options)),
        buffers,
        options,
      )),
  );
  return fromKernel(dx, shape, { run: runSize, over: NaN });
}

/** How weights are updated by a gradient. */
export interface Lesson {
  /** The rule, as optimizer_rules.wgsl numbers them. */
  readonly rule: number;
  /** Rate, root and decay. */
  readonly update: readonly number[];
}

/** Weights and their moments, in the kernels' order. */
export type Learnt = Record<"weights" | "m" | "v" | "vMax", Float32Array>;

/**
 * Runs the kernels of the weights' gradient, micro-batch by micro-batch.
 *
 * @param layer The synapse.
 * @param x Counts of spikes, [N, C, H, W, T].
 * @param dy [N, O, H', W', T].
 * @param w Its weights, [O, C / groups, kh, kw, 1]; only their shape counts.
 * @param options How to run them.
 * @returns dw in the shape of the weights.
 */
export async function gradient(
  layer: Layer,
  x: Tensor,
  dy: Tensor,
  w: Tensor,
  options: Options = {},
): Promise<Tensor> {
  const size = weightsToKernel(w, groupsOf(layer)).length;
  const before = {
    ...{ weights: room(size), m: room(size), v: room(size) },
    vMax: room(size),
  };
  const { dw, weights } = await learnFrom(layer, x, dy, before, options);
  // There was no update.
  deepStrictEqual(weights, before.weights);
  return weightsFromKernel(dw, w.shape, groupsOf(layer));
}

/**
 * Runs the kernels of the weights' gradient, micro-batch by micro-batch, and
 * updates weights after the last.
 *
 * @param layer The synapse.
 * @param x Counts of spikes, [N, C, H, W, T].
 * @param dy [N, O, H', W', T].
 * @param before Weights and their moments.
 * @param options How to run them.
 * @param lesson Rule of the update. By default there is none.
 * @returns The gradient, the weights and their moments, in the kernels' order.
 */
export async function learnFrom(
  layer: Layer,
  x: Tensor,
  dy: Tensor,
  before: Learnt,
  options: Options = {},
  lesson?: Lesson,
): Promise<Learnt & { dw: Float32Array }> {
  const { P = 1, cuts = [] } = options;
  const { rule = 0, update = [0, 0, 0] } = lesson ?? {};
  const [N, , , , T] = x.shape;
  const size = before.weights.length;
  const floats = layer.kind.partialFloats?.(layer) ?? 0;
  let learnt = { ...before, dw: room(size) };
  for (const [index, first] of [0, ...cuts].entries()) {
    const samples = (cuts[index] ?? N) - first;
    const part = [
      first,
      samples,
      0,
      first > 0,
      lesson && first + samples === N,
    ];
    learnt = await runDispatches(
      {
        ...learnt,
        batch: batchOf(part.map(Number), update),
        inputs: pack(slice(x, first, samples), 1, P),
        dy: toKernel(slice(dy, first, samples), { run: runOf(layer) }),
        stripSum: room(Math.max(samples * floats, 4)),
      },
      samples,
      (buffers) =>
        Promise.all(compile(
          layer.kind.gradient?.(layer, settingOf(layer, T, options, rule)) ??
            [],
          { ...buffers, stripSums: buffers.stripSum },
          options,
        )),
    );
  }
  return learnt;
}

/**
 * Words that describe a micro-batch to kernels.
 *
 * @param part Its first words; those left out are 0.
 * @param update Rate, root and decay of the update after it.
 * @returns All words.
 */
export function batchOf(
  part: readonly number[],
  update: ArrayLike<number> = [],
): Uint32Array {
  const words = new Uint32Array(MICRO_BATCH_WORDS);
  words.set(part);
  words.set(
    new Uint32Array(Float32Array.from(update).buffer),
    MICRO_BATCH_UPDATE,
  );
  return words;
}

/** Groups of a layer's outputs. */
function groupsOf(layer: Layer): number {
  return Math.max(1, layer.output.C / layer.runSize);
}

/** Neurons of a run: what a group makes of a pixel, or else all. */
function runOf(layer: Layer): number {
  return layer.runSize;
}

function settingOf(
  layer: Layer,
  T: number,
  options: Options & { readonly lead?: number; readonly keep?: boolean },
  rule = 0,
): LayerSetting {
  const { P = 1, height = 1, below, software = false } = options;
  const { neuron = RELAY, lead = 0, keep = true } = options;
  const inputs = sizeOf(layer.input);
  const runSize = below ?? inputs;
  const turned = layer.kind.integrates === true;
  return {
    T,
    P,
    height,
    sampleRows: T + lead,
    below: { runSize, floats: quads(inputs, runSize) },
    software,
    workgroupBytes: device().gpu.limits.maxComputeWorkgroupStorageSize,
    rule,
    neurons: {
      kind: SRM_ALPHA,
      constants: { ...neuron },
      T,
      F: sizeOf(layer.output),
      runSize: layer.runSize,
      lead,
      ahead: 4,
    },
    forwardConstants: {
      height,
      normalised: 0,
      keep: Number(keep),
      layer: 0,
      stride: 1,
    },
    packsNeurons: turned,
  };
}

/** Neuron-packs what comes into a layer. */
function launchPack({ input }: Layer, T: number, P: number): Launch {
  const F = sizeOf(input);
  return {
    kernel: transposeForward,
    constants: { F },
    grid: [Math.ceil(F / 64), P * Math.ceil(T / 32), "samples"],
  };
}

/** Lets no dispatch that strides have more workgroups along x than asked. */
function compile(
  launches: readonly Launch[],
  buffers: Readonly<Record<string, GPUBufferBinding>>,
  { groups = Infinity, busy = false }: Options,
): Promise<Dispatch>[] {
  return launches.map(async (launch): Promise<Dispatch> => {
    const quiet = await sharedCompiler().compile(launch, buffers);
    const dispatch = busy ? quiet.busy ?? quiet : quiet;
    const [x, y, z] = dispatch.grid;
    if (x === "samples" || STRIDELESS.includes(dispatch.name)) return dispatch;
    return { ...dispatch, grid: [Math.min(x, groups), y, z] };
  });
}

/** Some samples of a tensor. */
function slice({ shape, data }: Tensor, first: number, samples: number) {
  const size = data.length / shape[0];
  return {
    shape: [samples, ...shape.slice(1)],
    data: data.slice(first * size, (first + samples) * size),
  };
}
