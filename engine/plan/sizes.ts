/**
 * How large the parts of a plan are, and whether they fit.
 *
 * @module
 */

import { BINS_PER_WORD } from "../../kernels/spec.ts";
import type { Device } from "../device/device.ts";
import { ShapeError } from "../device/errors.ts";
import { type Layer, sizeOf, weightCount } from "../network/network.ts";
import { type LoopSizes, roundsOf, roundsPerSample } from "./loop_budget.ts";
import { layoutOf, leadOf, weightFloats } from "../network/layout.ts";
import { gradientStrips } from "../layers/conv_tiling.ts";
import { type Goal, goalOf, type SpikeTarget } from "../losses/target.ts";

/** Bit planes of an input that counts events: up to 255 in a bin. */
const COUNTING_PLANES = 8;

/** Most bins in a sample: one workgroup each along a dimension. */
export const MOST_BINS = 65535;

/** How events become the first layer's input. */
export interface InputCoding {
  /**
   * What several events of a pixel in one bin make: one spike (`OR`), as many
   * (`SUM`), or their number over the sample's largest (`SUM_NORM`).
   */
  readonly mode: "OR" | "SUM" | "SUM_NORM";
  /** Height of a spike of the input; the others have 1/Ts. */
  readonly height: number;
}

/** The modes of {@linkcode InputCoding}. */
export const CODING_MODES: readonly InputCoding["mode"][] = [
  "OR",
  "SUM",
  "SUM_NORM",
];

/** Sizes of a plan. */
export interface PlanOptions {
  /** Length of a sample in ms. */
  readonly tSample: number;
  /** Most samples in a step. */
  readonly batch: number;
  /** What the loss wants. */
  readonly target: SpikeTarget;
  /** Whether it is to compute gradients. */
  readonly train: boolean;
  /** Whether the potentials of all layers are to be looked at. @default false */
  readonly keep?: boolean;
}

/** Sizes that follow from a network and the options of a plan. */
export interface PlanSizes {
  /** Bins in a sample. */
  readonly T: number;
  /** Words in which a neuron's bins are packed. */
  readonly B: number;
  /** Bit planes of the input. */
  readonly P: number;
  /** Most samples in a step, and those that go through the network at once. */
  readonly batch: number;
  readonly M: number;
  /** Words that a sample takes in each buffer, most of them floats. */
  readonly floats: {
    /** Potentials of each layer, 0 where they are not kept. */
    readonly potentials: readonly number[];
    /** Spikes into a layer that gathers them bin by bin. */
    readonly raster: number;
    /** Drive of a layer whose potentials are not kept. */
    readonly scratch: number;
    /** Gradient of the spikes of a layer below one that learns. */
    readonly gradient: number;
    /** Error of the output. */
    readonly error: number;
    /** Partial weight gradients of a convolution. */
    readonly partial: number;
  };
  /** Rows of a layer's potentials before those of its drives. */
  readonly lead: number;
  /** Bits of an event word that hold its address. */
  readonly addressBits: number;
  /** What the loss wants, in bins. */
  readonly goal: Goal;
}

/**
 * Works out the sizes of a plan.
 *
 * @param device Where it is to run.
 * @param network Layers, time step in ms, and input.
 * @param bins Bins of a sample, and taps of the response.
 * @param options What is asked of the plan.
 * @returns The sizes.
 * @throws {ShapeError} If they do not fit the device or one another.
 */
export function sizePlan(
  device: Device,
  network: {
    readonly layers: readonly Layer[];
    readonly Ts: number;
    readonly coding: InputCoding;
  },
  { T, K }: Readonly<Record<"T" | "K", number>>,
  options: PlanOptions,
): PlanSizes {
  const { layers, Ts, coding } = network;
  if (!(Number.isInteger(options.batch) && options.batch > 0)) {
    throw new ShapeError(
      `Cannot plan batches of ${options.batch}: it is not a positive integer`,
    );
  }
  const B = Math.ceil(T / BINS_PER_WORD);
  const P = coding.mode === "OR" ? 1 : COUNTING_PLANES;
  const input = sizeOf(layers[0].input);
  const lead = leadOf(K);
  const floats = floatsOf(layers, { T, B, P, lead }, options);
  const O = sizeOf(layers[layers.length - 1].output);
  const goal = goalOf(options.target, { Ts, T, O });
  const loops: LoopSizes = {
    T,
    B,
    P,
    K,
    window: goal.loss === "probSpikes" ? goal.window : undefined,
  };
  return {
    T,
    B,
    P,
    lead,
    floats,
    goal,
    batch: options.batch,
    M: microBatch(device, options.batch, {
      buffers: [...Object.values(floats).flat(), P * B * input],
      shared: goal.loss === "spikeTime" ? goal.desired.length : 0,
      loops: roundsOf(layers, loops),
      roundsPerSample: roundsPerSample(layers, loops),
    }),
    addressBits: addressBitsOf(input, T),
  };
}

function floatsOf(
  layers: readonly Layer[],
  { T, B, P, lead }: Pick<PlanSizes, "T" | "B" | "P" | "lead">,
  { train, keep = false }: PlanOptions,
): PlanSizes["floats"] {
  const most = (size: (layer: Layer, index: number) => number) =>
    Math.max(0, ...layers.map(size));
  const lowest = layers.findIndex((layer) => weightCount(layer) > 0);
  const learns = (index: number) => train && lowest >= 0 && index >= lowest;
  const outputs = layoutOf(layers[layers.length - 1]).floats;
  const kept = (index: number) => keep || learns(index);
  const potentials = (layer: Layer) => (T + lead) * layoutOf(layer).floats;
  return {
    potentials: layers.map((layer, index) =>
      kept(index) ? potentials(layer) : 0
    ),
    raster: most(({ kind, input }, index) =>
      kind === "pool"
        ? 0
        : (index === 0 ? P : 1) * B * 32 * Math.ceil(sizeOf(input) / 32)
    ),
    scratch: most((layer, index) =>
      // A pool's drives follow from bits.
      kept(index) || layer.kind === "pool" ? 0 : potentials(layer)
    ),
    gradient: train
      ? Math.max(
        T * outputs,
        most(({ kind }, index) =>
          index > lowest && kind !== "pool"
            ? T * layoutOf(layers[index - 1]).floats
            : 0
        ),
      )
      : 0,
    error: T * outputs,
    partial: train
      ? most((layer) =>
        layer.kind === "conv" ? gradientStrips(layer) * weightFloats(layer) : 0
      )
      : 0,
  };
}

/**
 * Counts the whole bins in a sample.
 *
 * @param tSample Length of the sample in ms.
 * @param Ts Time step in ms.
 * @returns How many there are.
 * @throws {ShapeError} If there is none, or more than a plan can have.
 */
export function binsOf(tSample: number, Ts: number): number {
  // Quotients such as 0.3 / 0.1 fall just short of a whole number.
  const bins = Math.floor(tSample / Ts + 1e-9);
  if (!(bins >= 1 && bins <= MOST_BINS)) {
    throw new ShapeError(
      `Cannot cut a sample of ${tSample} ms into steps of ${Ts} ms: ` +
        `${bins} bins are not between 1 and ${MOST_BINS}`,
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

/** Samples that go through the network at once, by what the device takes. */
function microBatch(
  { gpu: { limits }, adapter, mostRounds }: Device,
  batch: number,
  need: {
    /** Words that a sample takes in each buffer. */
    readonly buffers: readonly number[];
    /** Words that all samples share. */
    readonly shared: number;
    readonly loops: ReturnType<typeof roundsOf>;
    readonly roundsPerSample: number;
  },
): number {
  const most = Math.min(
    limits.maxStorageBufferBindingSize,
    limits.maxBufferSize,
  );
  if (4 * need.shared > most) {
    throw new ShapeError(
      `Cannot fit the desired spikes on "${adapter.name}": they need a ` +
        `buffer of ${4 * need.shared} bytes, and the device binds at most ` +
        `${most}; fewer bins help`,
    );
  }
  const largest = 4 * Math.max(...need.buffers);
  if (largest > most) {
    throw new ShapeError(
      `Cannot fit a sample on "${adapter.name}": it needs a buffer of ` +
        `${largest} bytes, and the device binds at most ${most}; fewer ` +
        "bins or more pooling help",
    );
  }
  const endless = need.loops.find(({ rounds }) => rounds > mostRounds);
  if (endless) {
    throw new ShapeError(
      `Cannot fit a sample on "${adapter.name}": loops of layer ` +
        `"${endless.layer}" may go round ${endless.rounds} times, and the ` +
        `device ends them after ${mostRounds}; fewer bins or smaller ` +
        "windows help",
    );
  }
  return Math.min(
    batch,
    Math.floor(most / largest),
    Math.floor(mostRounds / need.roundsPerSample),
    limits.maxComputeWorkgroupsPerDimension,
  );
}
