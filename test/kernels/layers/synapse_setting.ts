/**
 * The setting in which tests run the kernels of a synapse.
 *
 * @module
 */

import type { Dispatch } from "../../../engine/device/compiler.ts";
import type { Launch } from "../../../engine/device/launch.ts";
import {
  describeLayers,
  type LayerDescription,
} from "../../../engine/layers/describe_layers.ts";
import type { Layer, LayerSetting } from "../../../engine/layers/layer.ts";
import { sizeOf } from "../../../engine/network/network.ts";
import { SRM_ALPHA } from "../../../engine/neurons/srm_alpha.ts";
import { transposeForward } from "../../../kernels/input/transpose_spikes.ts";
import { device } from "../../fixtures/gpu.ts";
import { quads } from "../kernel_orders.ts";
import { sharedCompiler } from "../kernel_runner.ts";
import { type Constants, RELAY } from "./neuron_kernels.ts";

/** Threshold of the neurons, as in all reference vectors of synapses. */
export const THETA = 10;

/** Kernels that own what their grid tells, and do not stride along x. */
const STRIDELESS = [
  "dense forward",
  "conv_adjoint_tiled adjoint",
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

/** Groups of a layer's outputs. */
export function groupsOf(layer: Layer): number {
  return Math.max(1, layer.output.C / layer.runSize);
}

/** Neurons of a run: what a group makes of a pixel, or else all. */
export function runOf(layer: Layer): number {
  return layer.runSize;
}

/** The setting in which a layer's kernels are launched. */
export function settingOf(
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
export function launchPack({ input }: Layer, T: number, P: number): Launch {
  const F = sizeOf(input);
  return {
    kernel: transposeForward,
    constants: { F },
    grid: [Math.ceil(F / 64), P * Math.ceil(T / 32), "samples"],
  };
}

/** Lets no dispatch that strides have more workgroups along x than asked. */
export function compile(
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
