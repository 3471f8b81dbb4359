/**
 * How large the parts of a plan are, and whether they fit.
 *
 * @module
 */

import { BINS_PER_WORD } from "../../kernels/spec.ts";
import type { Device } from "../device.ts";
import { ShapeError } from "../errors.ts";
import { type Layer, sizeOf, weightCount } from "../network.ts";
import { roundsOf, roundsPerSample } from "./rounds.ts";
import { gradientSlices } from "./synapse.ts";

/** Bit planes of an input that counts events: up to 255 in a bin. */
const COUNTING_PLANES = 8;

/** Most bins in a sample: one workgroup each along a dimension. */
const MOST_BINS = 65535;

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

/** What the numSpikes loss wants of a sample. */
export interface SpikeTarget {
  /** First and last time of the region that is counted, in ms. */
  readonly region: { readonly start: number; readonly stop: number };
  /** Spikes wanted of the sample's class, and of each other class. */
  readonly count: { readonly true: number; readonly false: number };
}

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
}

/** Sizes that follow from a network and the options of a plan. */
export interface PlanSizes {
  /** Bins in a sample. */
  readonly T: number;
  /** Words in which a neuron's bins are packed. */
  readonly B: number;
  /** Bit planes of the input. */
  readonly P: number;
  /** Samples that go through the network at once. */
  readonly M: number;
  /** Most neurons of a layer. */
  readonly largest: number;
  /** Most inputs or neurons of a layer. */
  readonly widest: number;
  /** Most inputs of a dense layer, which are listed bin by bin. */
  readonly listed: number;
  /** Floats of partial weight gradients that a sample needs at most. */
  readonly partial: number;
  /** Bits of an event word that hold its address. */
  readonly addressBits: number;
  /** The counted region in bins. */
  readonly region: { readonly start: number; readonly stop: number };
}

/**
 * Works out the sizes of a plan.
 *
 * @param device Where it is to run.
 * @param network Layers, time step in ms, input, and bytes of all weights.
 * @param taps Taps of the response and of the refractory response.
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
  taps: { readonly K: number; readonly R: number },
  options: PlanOptions,
): PlanSizes {
  const { layers, Ts, coding } = network;
  if (!(Number.isInteger(options.batch) && options.batch > 0)) {
    throw new ShapeError(
      `Cannot plan batches of ${options.batch}: it is not a positive integer`,
    );
  }
  const T = binsOf(options.tSample, Ts);
  const B = Math.ceil(T / BINS_PER_WORD);
  const P = coding.mode === "OR" ? 1 : COUNTING_PLANES;
  const input = sizeOf(layers[0].input);
  const largest = Math.max(...layers.map((layer) => sizeOf(layer.output)));
  const widest = Math.max(largest, input);
  const listed = Math.max(
    ...layers.map((layer, index) =>
      layer.kind === "dense" ? sizeOf(layer.input) * (index === 0 ? P : 1) : 0
    ),
  );
  const partial = Math.max(
    ...layers.map((layer) =>
      layer.kind === "conv" ? gradientSlices(layer) * weightCount(layer) : 0
    ),
  );
  const sample = 4 * Math.max(T * widest, T * listed, P * B * input, partial);
  return {
    ...{ T, B, P, largest, widest, listed, partial },
    M: microBatch(device, options.batch, {
      sample,
      loops: roundsOf(layers, { T, B, P, ...taps }),
      roundsPerSample: roundsPerSample({ T, B, P, ...taps }),
    }),
    addressBits: addressBitsOf(input, T),
    region: regionOf(options.target, Ts, T),
  };
}

/** Number of whole bins in a sample. */
function binsOf(tSample: number, Ts: number): number {
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

function regionOf({ region }: SpikeTarget, Ts: number, T: number) {
  const start = Math.round(region.start / Ts);
  const stop = Math.round(region.stop / Ts);
  if (!(start >= 0 && stop > start && stop <= T)) {
    throw new ShapeError(
      `Cannot count spikes from ${region.start} to ${region.stop} ms: ` +
        `these are bins ${start} to ${stop} of a sample's ${T}`,
    );
  }
  return { start, stop };
}

/** Samples that go through the network at once, by what the device takes. */
function microBatch(
  { gpu: { limits }, adapter, mostRounds }: Device,
  batch: number,
  need: {
    readonly sample: number;
    readonly loops: ReturnType<typeof roundsOf>;
    readonly roundsPerSample: number;
  },
): number {
  const most = Math.min(
    limits.maxStorageBufferBindingSize,
    limits.maxBufferSize,
  );
  if (need.sample > most) {
    throw new ShapeError(
      `Cannot fit a sample on "${adapter.name}": it needs a buffer of ` +
        `${need.sample} bytes, and the device binds at most ${most}; fewer ` +
        "bins or more pooling help",
    );
  }
  const endless = need.loops.find(({ rounds }) => rounds > mostRounds);
  if (endless) {
    throw new ShapeError(
      `Cannot fit a sample on "${adapter.name}": loops of layer ` +
        `"${endless.layer}" may go round ${endless.rounds} times, and the ` +
        `device ends them after ${mostRounds}; fewer bins or more pooling help`,
    );
  }
  return Math.min(
    batch,
    Math.floor(most / need.sample),
    Math.floor(mostRounds / need.roundsPerSample),
    limits.maxComputeWorkgroupsPerDimension,
  );
}
