/**
 * A whole step as a plan: every buffer allocated, every kernel compiled, every
 * bind group made, once. A step then only uploads events and records passes.
 *
 * @module
 */

import { binAmplitude, binScatter } from "../kernels/bin.ts";
import { lossForward } from "../kernels/loss.ts";
import { responseAdjoint, responseForward } from "../kernels/response.ts";
import { scaleForward } from "../kernels/scale.ts";
import { BINS_PER_WORD } from "../kernels/spec.ts";
import { spikeAdjoint, spikeForward } from "../kernels/spike.ts";
import {
  statisticsActivity,
  statisticsOutcome,
} from "../kernels/statistics.ts";
import type { Device } from "./device.ts";
import { type Compiler, type Dispatch, groupsFor } from "./dispatch.ts";
import { ShapeError } from "./errors.ts";
import { type Layer, sizeOf, weightCount } from "./network.ts";
import { type Neuron, refractoryKernel, responseKernel } from "./neuron.ts";
import { Records } from "./records.ts";
import { gradientSlices, synapseAdjoint } from "./synapse.ts";
import { synapseForward, synapseGradient } from "./synapse.ts";
import type { WeightSlot } from "./weights.ts";

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

/** What a plan is compiled for. */
export interface PlanContext {
  readonly device: Device;
  readonly compiler: Compiler;
  readonly layers: readonly Layer[];
  readonly slots: readonly WeightSlot[];
  readonly weights: { readonly w: GPUBuffer; readonly dw: GPUBuffer };
  readonly neuron: Neuron;
  /** Time step in ms. */
  readonly Ts: number;
  readonly coding: InputCoding;
}

/** Bit planes of an input that counts events: up to 255 a bin. */
const COUNTING_PLANES = 8;

/** Bins that one invocation of the response owns. */
const RESPONSE_BINS = 8;

/** Rows of the response kernel's table, and where its first tap is. */
const RESPONSE_ROWS = 4096;
const RESPONSE_MARGIN = 7;

/** Words of the batch uniform: first, samples, slot and one to spare. */
const BATCH_WORDS = 4;

/** Workgroups that share the events, or the words, of one sample. */
const GROUPS_PER_SAMPLE = 64;

/** The dispatches and buffers of a plan. */
export interface CompiledPlan {
  /** Bins in a sample. */
  readonly bins: number;
  /** Samples that go through the network at once. */
  readonly microBatch: number;
  /** Most samples in a step. */
  readonly batch: number;
  readonly records: Records;
  /** Bits of an event word that hold its address. */
  readonly addressBits: number;
  /** The part of the batch in hand, a uniform. */
  readonly part: GPUBuffer;
  /** All parts of the batch, four words each. */
  readonly parts: GPUBuffer;
  readonly labels: GPUBuffer;
  readonly offsets: GPUBuffer;
  /** The input's spikes, then each layer's, packed. */
  readonly spikes: readonly GPUBuffer[];
  /** Each layer's potentials, one buffer for all unless the plan trains. */
  readonly potentials: readonly GPUBuffer[];
  /** Counts of each output, [micro-batch, outputs]. */
  readonly counts: GPUBuffer;
  readonly forward: readonly Dispatch[];
  readonly backward: readonly Dispatch[];
  /** Compiles the binning of an events buffer. */
  readonly bin: (events: GPUBuffer) => Promise<Dispatch[]>;
  readonly buffers: readonly GPUBuffer[];
}

/**
 * Compiles a plan.
 *
 * @param context Network, weights and device.
 * @param options Sizes, and whether to train.
 * @returns Its dispatches and buffers.
 * @throws {ShapeError} If the sizes do not fit the device or one another.
 * @throws {DeviceError} If the device has not enough memory.
 * @throws {KernelError} If the device does not accept a kernel.
 */
export async function compilePlan(
  context: PlanContext,
  options: PlanOptions,
): Promise<CompiledPlan> {
  const { device, compiler, layers, neuron, Ts, coding } = context;
  const { train, batch } = options;
  const T = binsOf(options.tSample, Ts);
  const B = Math.ceil(T / BINS_PER_WORD);
  const P = coding.mode === "OR" ? 1 : COUNTING_PLANES;
  const input = layers[0].input;
  const outputs = sizeOf(layers[layers.length - 1].output);
  const addressBits = addressBitsOf(sizeOf(input), T);
  const region = regionOf(options.target, Ts, T);
  const microBatch = fitMicroBatch(context, T, P, batch);

  const made: GPUBuffer[] = [];
  const allocate = (
    label: string,
    words: number,
    usage: GPUBufferUsageFlags = GPUBufferUsage.STORAGE,
  ) => {
    const buffer = device.gpu.createBuffer({
      label,
      size: Math.max(words, 1) * 4,
      usage: usage | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
    });
    made.push(buffer);
    return buffer;
  };
  const response = responseKernel(neuron, Ts, options.tSample);
  const epsilonTable = tabulate(response.map((tap) => Ts * tap));
  const refractory = refractoryKernel(neuron, Ts, options.tSample);
  const largest = Math.max(...layers.map((l) => sizeOf(l.output)));
  const widest = Math.max(largest, sizeOf(input));
  const M = microBatch;
  const listed = listedInputs(layers, P);
  const buffers = await device.allocate(() => {
    const potential = (label: string, size: number) =>
      allocate(label, M * T * size);
    const shared = train ? undefined : potential("potentials", largest);
    return {
      epsilon: allocate("epsilon", 4 * RESPONSE_ROWS, GPUBufferUsage.UNIFORM),
      nu: allocate("nu", refractory.length),
      part: allocate("part", BATCH_WORDS, GPUBufferUsage.UNIFORM),
      parts: allocate("parts", BATCH_WORDS * batch),
      labels: allocate("labels", batch),
      offsets: allocate("offsets", batch + 1),
      factor: allocate("factor", M),
      spikes: [
        allocate("input spikes", M * P * B * sizeOf(input)),
        ...layers.map((l) =>
          allocate(`${l.name} spikes`, M * B * sizeOf(l.output))
        ),
      ],
      potentials: layers.map((l) =>
        shared ?? potential(`${l.name} potentials`, sizeOf(l.output))
      ),
      drive: potential("drive", train ? widest : largest),
      gradient: train ? potential("gradient", widest) : undefined,
      error: potential("error", outputs),
      list: allocate("list", M * T * listed),
      length: allocate("length", M * T),
      loss: allocate("loss", M * outputs),
      counts: allocate("counts", M * outputs),
      partial: allocate(
        "partial weight gradients",
        train ? partialWords(layers, M) : 1,
      ),
      records: new Records(device, layers.length, batch),
    };
  });
  const { records } = buffers;
  const { queue } = device.gpu;
  queue.writeBuffer(buffers.epsilon, 0, epsilonTable);
  queue.writeBuffer(buffers.nu, 0, Float32Array.from(refractory));

  const whole = (buffer: GPUBuffer): GPUBufferBinding => ({ buffer });
  const epsilon = whole(buffers.epsilon);
  const part = whole(buffers.part);
  const drive = whole(buffers.drive);
  const K = response.length;
  const blocks = Math.ceil(T / RESPONSE_BINS);
  const slotOf = new Map(context.slots.map((slot) => [slot.layer.name, slot]));
  const weightsOf = (layer: Layer, buffer: GPUBuffer): GPUBufferBinding => {
    const slot = slotOf.get(layer.name);
    if (!slot) return { buffer };
    return { buffer, offset: slot.offset * 4, size: slot.length * 4 };
  };
  const synapseOf = (layer: Layer, index: number) => ({
    ...{ compiler, layer, T, theta: neuron.theta },
    P: index === 0 ? P : 1,
    height: index === 0 ? coding.height : 1 / Ts,
  });
  const normalise = coding.mode === "SUM_NORM"
    ? [
      compiler.dispatch(
        scaleForward,
        { factor: whole(buffers.factor), x: drive },
        { T, F: sizeOf(layers[0].output) },
        [groupsFor(T * sizeOf(layers[0].output)), 1, "samples"],
      ),
    ]
    : [];

  const forward: (Promise<Dispatch> | Promise<Dispatch[]>)[] = layers.flatMap(
    (layer, index) => {
      const F = sizeOf(layer.output);
      const u = whole(buffers.potentials[index]);
      const spikes = whole(buffers.spikes[index + 1]);
      return [
        synapseForward(synapseOf(layer, index), {
          spikes: whole(buffers.spikes[index]),
          w: weightsOf(layer, context.weights.w),
          y: drive,
          list: whole(buffers.list),
          length: whole(buffers.length),
        }),
        ...(index === 0 ? normalise : []),
        compiler.dispatch(
          responseForward,
          { epsilon, x: drive, y: u },
          { T, F, K },
          [groupsFor(F), blocks, "samples"],
        ),
        compiler.dispatch(
          spikeForward,
          { nu: whole(buffers.nu), u, spikes },
          { T, F, R: refractory.length, theta: neuron.theta },
          [groupsFor(F), 1, "samples"],
        ),
        compiler.dispatch(
          statisticsActivity,
          { batch: part, spikes, tally: whole(records.buffer) },
          { size: B * F, layer: index, stride: records.stride },
          [Math.min(groupsFor(B * F), GROUPS_PER_SAMPLE), 1, "samples"],
        ),
      ];
    },
  );
  const counts = whole(buffers.counts);
  const loss = whole(buffers.loss);
  const outcome = [
    compiler.dispatch(
      lossForward,
      {
        batch: part,
        labels: whole(buffers.labels),
        spikes: whole(buffers.spikes[layers.length]),
        epsilon,
        error: whole(buffers.error),
        loss,
        counts,
      },
      {
        ...{ T, O: outputs, K, Ts, ...region },
        wanted: options.target.count.true,
        unwanted: options.target.count.false,
      },
      [groupsFor(outputs), "samples", 1],
    ),
    compiler.dispatch(
      statisticsOutcome,
      { batch: part, counts, loss, records: whole(records.buffer) },
      { layers: layers.length, stride: records.stride, O: outputs },
      [groupsFor(M), 1, 1],
    ),
  ];

  const backward: (Promise<Dispatch> | Promise<Dispatch[]>)[] = [];
  if (buffers.gradient) {
    const gradient = whole(buffers.gradient);
    const respond = (dy: GPUBufferBinding, dx: GPUBufferBinding, F: number) =>
      compiler.dispatch(
        responseAdjoint,
        { epsilon, dy, dx },
        { T, F, K },
        [groupsFor(F), blocks, "samples"],
      );
    const scaleRho = neuron.scaleRho / (neuron.tauRho * neuron.theta);
    const slope = 1 / (neuron.tauRho * neuron.theta);
    const lowest = layers.findIndex((layer) => weightCount(layer) > 0);
    backward.push(respond(whole(buffers.error), gradient, outputs));
    for (
      let index = layers.length - 1;
      index >= lowest && lowest >= 0;
      index--
    ) {
      const layer = layers[index];
      const F = sizeOf(layer.output);
      backward.push(
        compiler.dispatch(
          spikeAdjoint,
          { potential: whole(buffers.potentials[index]), ds: gradient },
          { T, F, theta: neuron.theta, scale: scaleRho, slope },
          [groupsFor(F), T, "samples"],
        ),
        respond(gradient, drive, F),
        ...(index === 0 ? normalise : []),
        synapseGradient(synapseOf(layer, index), {
          batch: part,
          spikes: whole(buffers.spikes[index]),
          dy: drive,
          dw: weightsOf(layer, context.weights.dw),
          part: whole(buffers.partial),
        }),
      );
      if (index > lowest) {
        backward.push(synapseAdjoint(synapseOf(layer, index), {
          dy: drive,
          w: weightsOf(layer, context.weights.w),
          dx: gradient,
        }));
      }
    }
  }

  const bin = (events: GPUBuffer) =>
    Promise.all([
      compiler.dispatch(
        binScatter,
        {
          batch: part,
          events: whole(events),
          offsets: whole(buffers.offsets),
          spikes: whole(buffers.spikes[0]),
          overflow: whole(records.overflow),
        },
        { T, F: sizeOf(input), P, addressBits },
        [GROUPS_PER_SAMPLE, "samples", 1],
      ),
      ...(coding.mode === "SUM_NORM"
        ? [
          compiler.dispatch(
            binAmplitude,
            {
              counted: whole(buffers.spikes[0]),
              factor: whole(buffers.factor),
            },
            { T, F: sizeOf(input), P },
            ["samples", 1, 1],
          ),
        ]
        : []),
    ]);

  return {
    ...{ bins: T, microBatch, batch, records, addressBits },
    ...buffers,
    forward: (await Promise.all([...forward, ...outcome])).flat(),
    backward: (await Promise.all(backward)).flat(),
    bin,
    buffers: made,
  };
}

/**
 * Number of bins in a sample.
 *
 * @param tSample Its length in ms.
 * @param Ts Time step in ms.
 * @returns tSample / Ts, rounded down.
 * @throws {ShapeError} If that is not between 1 and 65535.
 */
export function binsOf(tSample: number, Ts: number): number {
  const bins = Math.floor(tSample / Ts + 1e-9);
  if (!(bins >= 1 && bins <= 65535)) {
    throw new ShapeError(
      `Cannot cut a sample of ${tSample} ms into steps of ${Ts} ms: ` +
        `${bins} bins are not between 1 and 65535`,
    );
  }
  return bins;
}

/** Lays the response's taps out as response.wgsl reads them. */
function tabulate(taps: Float64Array): Float32Array<ArrayBuffer> {
  if (taps.length + RESPONSE_MARGIN + 4 > RESPONSE_ROWS) {
    throw new ShapeError(
      `Cannot tabulate the response: ${taps.length} taps are more than ` +
        `${RESPONSE_ROWS - RESPONSE_MARGIN - 4}; a larger Ts gives fewer`,
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

/** Bits of an event's address; the others hold its bin. */
function addressBitsOf(inputs: number, T: number): number {
  const bits = Math.max(1, Math.ceil(Math.log2(inputs)));
  if (T > 2 ** (32 - bits)) {
    throw new ShapeError(
      `Cannot bin events: ${inputs} pixels leave room for ` +
        `${2 ** (32 - bits)} bins, not ${T}`,
    );
  }
  return bits;
}

/** The counted region in bins. */
function regionOf(target: SpikeTarget, Ts: number, T: number) {
  const start = Math.round(target.region.start / Ts);
  const stop = Math.min(Math.round(target.region.stop / Ts), T);
  if (!(start >= 0 && stop > start)) {
    throw new ShapeError(
      `Cannot count spikes from ${target.region.start} to ` +
        `${target.region.stop} ms: no bin of the sample's ${T} lies there`,
    );
  }
  return { start, stop };
}

/** Floats that the partial weight gradients of a micro-batch take. */
function partialWords(layers: readonly Layer[], samples: number): number {
  const words = layers.map((layer) =>
    layer.kind === "conv" ? gradientSlices(layer) * weightCount(layer) : 0
  );
  return samples * Math.max(...words);
}

/** Most inputs of a dense layer, which lists them bin by bin. */
function listedInputs(layers: readonly Layer[], P: number): number {
  return Math.max(
    ...layers.map((layer, index) =>
      layer.kind === "dense" ? sizeOf(layer.input) * (index === 0 ? P : 1) : 0
    ),
  );
}

/** Samples that the device can hold at once, given what it can bind. */
function fitMicroBatch(
  { device, layers, weights }: PlanContext,
  T: number,
  P: number,
  batch: number,
): number {
  const { limits } = device.gpu;
  const most = Math.min(
    limits.maxStorageBufferBindingSize,
    limits.maxBufferSize,
  );
  const widest = Math.max(
    ...layers.flatMap((l) => [sizeOf(l.input), sizeOf(l.output)]),
  );
  const words = P * Math.ceil(T / BINS_PER_WORD) * sizeOf(layers[0].input);
  const sample = 4 *
    Math.max(
      T * Math.max(widest, listedInputs(layers, P)),
      words,
      partialWords(layers, 1),
    );
  const needed = Math.max(sample, weights.w.size);
  if (needed > most) {
    throw new ShapeError(
      `Cannot fit the network on "${device.adapter.name}": it needs a buffer ` +
        `of ${needed} bytes, and the device binds at most ${most}`,
    );
  }
  return Math.min(batch, Math.floor(most / sample));
}
