/**
 * Sizes of a plan's buffers, checked against the limits of the device.
 *
 * @module
 */

import { BINS_PER_WORD } from "../../kernels/spec.ts";
import type { Device } from "../device/device.ts";
import { type Division, Shares } from "../distributed/shares.ts";
import { ShapeError } from "../device/errors.ts";
import { type Layer, outputsOf, synapseOf } from "../layers/layer.ts";
import type { StepChanges } from "./steps/step_runner.ts";
import type { Loss, LossKernels } from "../losses/loss.ts";
import { layoutOf } from "../network/layout.ts";
import { sizeOf } from "../network/network.ts";
import { launchLayers, type LayerLaunches } from "./layer_launches.ts";
import { microBatch } from "./micro_batch.ts";
import { recordWords } from "./steps/step_results.ts";

/** Bit planes of an input that counts events: up to 255 per bin. */
const COUNTING_PLANES = 8;

/**
 * Most bins in a sample: the limit of workgroups along an axis of a dispatch.
 */
export const MAX_BINS = 65535;

/** How events are coded as the input of the first layer. */
export interface InputCoding {
  /**
   * Coding of several events of a pixel in one bin: as one spike (`OR`), as
   * their count (`SUM`), or as their count divided by the sample's largest
   * (`SUM_NORM`).
   */
  readonly mode: "OR" | "SUM" | "SUM_NORM";
  /**
   * Largest count in networks that are computed layer by layer; larger counts
   * are clamped.
   *
   * @default 255
   */
  readonly most?: number;
  /** Height of an input spike; spikes of layers have height 1/Ts. */
  readonly height: number;
}

/** The modes of {@linkcode InputCoding}. */
export const CODING_MODES: readonly InputCoding["mode"][] = [
  "OR",
  "SUM",
  "SUM_NORM",
];

/** Options of a plan. */
export interface PlanOptions {
  /** Length of a sample in ms. */
  readonly tSample: number;
  /** Most samples in a step. */
  readonly batch: number;
  /** The loss of the output spikes. */
  readonly loss: Loss;
  /** Whether the plan computes gradients. */
  readonly train: boolean;
  /** Whether to keep all layers' potentials, to be read. @default false */
  readonly keep?: boolean;
  /**
   * Whether evaluations count the incoming spikes of each layer, by input.
   *
   * @default false
   */
  readonly counts?: boolean;
  /**
   * Random changes in training steps: dropout and, in networks that are
   * computed layer by layer, augmentation.
   *
   * @default none, and seed 0
   */
  readonly changes?: StepChanges;
  /** Division of batches into parts, and among ranks. @default one part */
  readonly division?: Division;
}

/** Sizes that are determined by a network and the options of a plan. */
export interface PlanSizes {
  /** Bins in a sample. */
  readonly T: number;
  /** Words of 32 bins per neuron. */
  readonly B: number;
  /** Bit planes of the input. */
  readonly P: number;
  /** Most samples in a step. */
  readonly batch: number;
  /** Samples in a micro-batch. */
  readonly M: number;
  /** Division of batches, and the samples that this process computes. */
  readonly shares: Shares;
  /** Words per sample in each buffer, most of them floats. */
  readonly floats: {
    /** Potentials of each layer; 0 if they are not kept. */
    readonly potentials: readonly number[];
    /** Incoming spikes of a layer that reads them neuron-packed. */
    readonly neuronPacked: number;
    /** Drive of a layer whose potentials are not kept. */
    readonly scratch: number;
    /** Gradient of a layer's spikes. */
    readonly gradient: number;
    /** Error of the output. */
    readonly error: number;
    /** Drives of each layer with a learned response; 0 for other layers. */
    readonly drives: readonly number[];
    /** Gradient of a layer's spikes before its axons. */
    readonly axon: number;
    /** Partial sums of a weight gradient, before their reduction. */
    readonly partial: number;
  };
  /** Bits of an event word that hold its address. */
  readonly addressBits: number;
  /** The launches of each layer. */
  readonly launches: readonly LayerLaunches[];
  /** The launches of an evaluation where they differ, without dropout. */
  readonly evaluation?: readonly LayerLaunches[];
  /** The kernels of the loss. */
  readonly loss: LossKernels;
}

/**
 * Determines the sizes of a plan.
 *
 * @param device The device that the plan runs on.
 * @param network Layers, time step in ms, input, and the index of the
 * optimizer's update rule.
 * @param options Length and number of samples, loss, and whether to train.
 * @returns The sizes.
 * @throws {ShapeError} If the sizes do not fit the device or one another.
 */
export function sizePlan(
  device: Device,
  network: {
    readonly layers: readonly Layer[];
    readonly Ts: number;
    readonly coding: InputCoding;
    readonly rule: number;
  },
  options: PlanOptions,
): PlanSizes {
  const { layers, Ts, coding, rule } = network;
  const { batch, tSample } = options;
  if (!(Number.isInteger(batch) && batch > 0)) {
    throw new ShapeError(
      `Cannot plan batches of ${batch}: it is not a positive integer`,
    );
  }
  const T = binsOf(tSample, Ts);
  const B = Math.ceil(T / BINS_PER_WORD);
  const P = coding.mode === "OR" ? 1 : COUNTING_PLANES;
  const input = sizeOf(layers[0].input);
  const output = layers[layers.length - 1];
  const { software } = device.adapter;
  const kept = keptBy(layers, options);
  const setting = {
    layers,
    time: { Ts, tSample },
    T,
    P,
    height: coding.height,
    normalised: coding.mode === "SUM_NORM",
    software,
    workgroupBytes: device.gpu.limits.maxComputeWorkgroupStorageSize,
    rule,
    stride: recordWords(layers.length, batch),
    kept,
  };
  // A plan that keeps potentials computes an evaluation, without dropout.
  const drops = options.train && !options.keep &&
    layers.some(({ axon }) => axon && axon.dropout > 0);
  const launches = launchLayers({ ...setting, drops });
  const { voters = 1 } = output;
  if (voters > 1 && !options.loss.countsVotes) {
    throw new ShapeError(
      `Cannot compute loss "${options.loss.name}" of votes: its kernels do ` +
        `not average the ${voters} neurons of an output`,
    );
  }
  const loss = options.loss.settle({
    Ts,
    tSample,
    T,
    O: outputsOf(layers),
    voters,
    neuron: output.neuron,
    software,
  });
  if (options.train && loss.wakes && output.response) {
    throw new ShapeError(
      `Cannot train layer "${output.name}" by loss "${options.loss.name}": ` +
        "it learns its response, and the loss wakes silent neurons",
    );
  }
  const all = launches.map((own) => [
    ...own.forward,
    own.neurons,
    ...(own.filter
      ? [own.filter.sums, own.filter.adjoint, own.filter.total]
      : []),
    ...(own.axon ? [own.axon.adjoint, ...own.axon.gradient] : []),
    ...own.adjoint,
    ...own.gradient,
  ]);
  const floats = floatsOf(layers, { T, B, P, launches, kept }, options);
  const shares = new Shares(batch, options.division);
  return {
    T,
    B,
    P,
    floats,
    launches,
    evaluation: drops ? launchLayers({ ...setting, drops: false }) : undefined,
    loss,
    batch,
    shares,
    M: microBatch(device, {
      batch: shares.size,
      buffers: [...Object.values(floats).flat(), P * B * input],
      tables: loss.tables ?? {},
      launches: [
        ...layers.map(({ name }, index) => ({
          of: `layer "${name}"`,
          launches: all[index],
        })),
        {
          of: `loss "${options.loss.name}"`,
          launches: [...loss.forward, ...loss.backward],
        },
      ],
    }),
    addressBits: addressBitsOf(input, T),
  };
}

/**
 * Finds the lowest layer with weights or learned delays, where backpropagation
 * ends.
 *
 * @param layers The layers.
 * @returns Its index, -1 if no layer is trainable.
 */
export function lowestTrainable(layers: readonly Layer[]): number {
  return layers.findIndex(({ weights, axon, response }) =>
    weights ?? axon?.delays ?? response
  );
}

/** Whether each layer's potentials are kept, for reading or backpropagation. */
function keptBy(
  layers: readonly Layer[],
  { train, keep = false }: PlanOptions,
): boolean[] {
  const lowest = lowestTrainable(layers);
  const isTrained = (index: number) => train && lowest >= 0 && index >= lowest;
  return layers.map((_, index) => keep || isTrained(index));
}

function floatsOf(
  layers: readonly Layer[],
  { T, B, P, launches, kept }:
    & Pick<PlanSizes, "T" | "B" | "P" | "launches">
    & { readonly kept: readonly boolean[] },
  { train }: PlanOptions,
): PlanSizes["floats"] {
  const most = (size: (layer: Layer, index: number) => number) =>
    Math.max(0, ...layers.map(size));
  const lowest = lowestTrainable(layers);
  const outputs = layoutOf(layers[layers.length - 1]).floats;
  const potentials = (layer: Layer, index: number) =>
    launches[index].rows * layoutOf(layer).floats;
  const whole = BINS_PER_WORD;
  return {
    potentials: layers.map((layer, index) =>
      kept[index] ? potentials(layer, index) : 0
    ),
    neuronPacked: most(({ kind, input }, index) =>
      kind.reads === "neuron-packed"
        ? (index === 0 ? P : 1) * B * whole * Math.ceil(sizeOf(input) / whole)
        : 0
    ),
    scratch: most((layer, index) =>
      // A kernel that integrates neurons keeps drives in registers.
      kept[index] || layer.kind.integrates ? 0 : potentials(layer, index)
    ),
    gradient: train
      ? Math.max(
        T * outputs,
        most(({ kind }, index) =>
          index > lowest && kind.adjoint
            ? T * layoutOf(layers[index - 1]).floats
            : 0
        ),
      )
      : 0,
    error: T * outputs,
    drives: layers.map((layer) =>
      layer.response ? T * layoutOf(synapseOf(layer)).floats : 0
    ),
    axon: train
      ? most((layer) => layer.axon ? T * layoutOf(layer).floats : 0)
      : 0,
    partial: train
      ? most((layer, index) =>
        Math.max(
          layer.kind.partialFloats?.(synapseOf(layer)) ?? 0,
          launches[index].filter?.partialFloats ?? 0,
          layer.axon?.delays ? sizeOf(layer.output) : 0,
        )
      )
      : 0,
  };
}

/**
 * Counts the whole bins in a sample.
 *
 * @param tSample Length of the sample in ms.
 * @param Ts Time step in ms.
 * @returns The number of bins.
 * @throws {ShapeError} If the number is 0, or more than a plan can have.
 */
export function binsOf(tSample: number, Ts: number): number {
  // Tolerates quotients such as 0.3 / 0.1, just below a whole number.
  const bins = Math.floor(tSample / Ts + 1e-9);
  if (!(bins >= 1 && bins <= MAX_BINS)) {
    throw new ShapeError(
      `Cannot cut a sample of ${tSample} ms into steps of ${Ts} ms: ` +
        `${bins} bins are not between 1 and ${MAX_BINS}`,
    );
  }
  return bins;
}

function addressBitsOf(inputs: number, T: number): number {
  const bits = Math.ceil(Math.log2(inputs));
  if (T > 2 ** (32 - bits)) {
    throw new ShapeError(
      `Cannot bin events: ${inputs} pixels leave room for ` +
        `${2 ** (32 - bits)} bins, not ${T}`,
    );
  }
  return bits;
}
