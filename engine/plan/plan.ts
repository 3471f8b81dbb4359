/**
 * A whole step as a plan: every buffer allocated, every kernel compiled, every
 * bind group made, once. A step then only uploads events and records passes.
 *
 * @module
 */

import { binPeak, binScatter } from "../../kernels/bin.ts";
import { lossForward, lossTotal } from "../../kernels/loss.ts";
import { neuronAdjoint, neuronForward } from "../../kernels/neuron.ts";
import { scaleForward } from "../../kernels/scale.ts";
import {
  statisticsActivity,
  statisticsOutcome,
} from "../../kernels/statistics.ts";
import type { Device } from "../device.ts";
import { type Compiler, type Dispatch, groupsFor } from "./dispatch.ts";
import { type Layer, sizeOf, weightCount } from "../network.ts";
import { type Neuron, refractoryKernel, responseKernel } from "../neuron.ts";
import { allocatePlan, type PlanBuffers, tabulateResponse } from "./buffers.ts";
import {
  type InputCoding,
  type PlanOptions,
  type PlanSizes,
  sizePlan,
} from "./sizes.ts";
import {
  synapseAdjoint,
  type SynapseContext,
  synapseForward,
  synapseGradient,
} from "./synapse.ts";
import type { WeightSlot } from "../weights.ts";

/** Bins that one invocation of a neuron's adjoint owns. */
const ADJOINT_BINS = 8;

/** Workgroups that share the events, or the words, of one sample. */
const GROUPS_PER_SAMPLE = 64;

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

/** A plan, ready to run. */
export interface Plan {
  /** Most samples in a step. */
  readonly batch: number;
  /** Number of outputs, and of classes that can be told apart. */
  readonly outputs: number;
  readonly sizes: PlanSizes;
  readonly buffers: PlanBuffers;
  /** Compiles the binning of the events in a buffer. */
  readonly bin: (events: GPUBuffer) => Promise<readonly Dispatch[]>;
  /** From the input's spikes to records, layer by layer. */
  readonly forward: readonly Dispatch[];
  /** From the output's error to the gradient of all weights. */
  readonly backward: readonly Dispatch[];
}

/** Dispatches that are being compiled, in the order in which they run. */
type Compiling = Promise<Dispatch | readonly Dispatch[]>[];

/**
 * Compiles a plan.
 *
 * @param context Network, weights and device.
 * @param options Sizes, and whether to train.
 * @returns The plan.
 * @throws {ShapeError} If the sizes do not fit the device or one another.
 * @throws {DeviceError} If the device has not enough memory.
 * @throws {KernelError} If the device does not accept a kernel.
 */
export async function compilePlan(
  context: PlanContext,
  options: PlanOptions,
): Promise<Plan> {
  const { device, layers, neuron, Ts } = context;
  const epsilon = responseKernel(neuron, Ts, options.tSample);
  const nu = refractoryKernel(neuron, Ts, options.tSample);
  const taps = { K: epsilon.length, R: nu.length };
  const sizes = sizePlan(device, context, taps, options);
  const table = tabulateResponse(epsilon.map((tap) => Ts * tap));
  const buffers = await allocatePlan(device, layers, sizes, options);
  device.gpu.queue.writeBuffer(buffers.epsilon, 0, table);
  device.gpu.queue.writeBuffer(buffers.nu, 0, Float32Array.from(nu));
  const parts = new Parts(context, sizes, buffers, taps);
  const forward = layers.map((layer, index) =>
    settle(parts.forward(index), layer.name)
  );
  const backward = options.train ? compileBackward(parts, layers) : [];
  return {
    batch: options.batch,
    outputs: sizeOf(layers[layers.length - 1].output),
    sizes,
    buffers,
    bin: (events) => settle(parts.bin(events)),
    forward: await inOrder([...forward, settle(parts.outcome(options))]),
    backward: await inOrder(backward),
  };
}

/** From the output down to the lowest layer that learns. */
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
  return dispatches.map((dispatch) => ({ ...dispatch, layer }));
}

/** The parts of a plan, each as the dispatches that it takes. */
class Parts {
  readonly #context: PlanContext;
  readonly #sizes: PlanSizes;
  readonly #buffers: PlanBuffers;
  readonly #taps: { readonly K: number; readonly R: number };

  constructor(
    context: PlanContext,
    sizes: PlanSizes,
    buffers: PlanBuffers,
    taps: { readonly K: number; readonly R: number },
  ) {
    this.#context = context;
    this.#sizes = sizes;
    this.#buffers = buffers;
    this.#taps = taps;
  }

  /** Events to the input's spikes. */
  bin(events: GPUBuffer): Compiling {
    const { compiler, layers, coding } = this.#context;
    const { T, P, addressBits } = this.#sizes;
    const { part, offsets, spikes, records, largest } = this.#buffers;
    const F = sizeOf(layers[0].input);
    const scatter = compiler.dispatch(
      binScatter,
      {
        batch: { buffer: part },
        events: { buffer: events },
        offsets: { buffer: offsets },
        spikes: { buffer: spikes[0] },
        overflow: { buffer: records.overflow },
      },
      { T, F, P, addressBits },
      [GROUPS_PER_SAMPLE, "samples", 1],
    );
    if (coding.mode !== "SUM_NORM") return [scatter];
    const peak = compiler.dispatch(
      binPeak,
      { counted: { buffer: spikes[0] }, largest: { buffer: largest } },
      { T, F, P },
      [GROUPS_PER_SAMPLE, "samples", 1],
    );
    return [scatter, peak];
  }

  /** A layer's incoming spikes to its own. */
  forward(index: number): Compiling {
    const { compiler, layers, neuron, weights } = this.#context;
    const { T, B } = this.#sizes;
    const { epsilon, nu, part, drive, records } = this.#buffers;
    const layer = layers[index];
    const F = sizeOf(layer.output);
    const u = { buffer: this.#buffers.potentials[index] };
    const spikes = { buffer: this.#buffers.spikes[index + 1] };
    return [
      synapseForward(this.#synapse(index), {
        spikes: { buffer: this.#buffers.spikes[index] },
        w: this.#weightsOf(layer, weights.w),
        y: { buffer: drive },
        list: { buffer: this.#buffers.list },
        length: { buffer: this.#buffers.length },
      }),
      ...this.#normalise(index),
      compiler.dispatch(
        neuronForward,
        {
          epsilon: { buffer: epsilon },
          nu: { buffer: nu },
          x: { buffer: drive },
          ...{ u, spikes },
        },
        { T, F, ...this.#taps, theta: neuron.theta },
        [groupsFor(F), 1, "samples"],
      ),
      compiler.dispatch(
        statisticsActivity,
        {
          batch: { buffer: part },
          spikes,
          tally: { buffer: records.buffer },
        },
        { size: B * F, layer: index, stride: records.stride },
        [Math.min(groupsFor(B * F), GROUPS_PER_SAMPLE), 1, "samples"],
      ),
    ];
  }

  /** The output's spikes to its error, the loss and the prediction. */
  outcome({ target }: PlanOptions): Compiling {
    const { compiler, layers, Ts } = this.#context;
    const { T, M, region } = this.#sizes;
    const { records } = this.#buffers;
    const O = this.#outputs;
    const batch = { buffer: this.#buffers.part };
    const loss = { buffer: this.#buffers.loss };
    const counts = { buffer: this.#buffers.counts };
    const spikes = { buffer: this.#buffers.spikes[layers.length] };
    const error = { buffer: this.#buffers.error };
    return [
      compiler.dispatch(
        lossForward,
        {
          ...{ batch, spikes, error },
          labels: { buffer: this.#buffers.labels },
          epsilon: { buffer: this.#buffers.epsilon },
        },
        {
          ...{ T, O, K: this.#taps.K, Ts, ...region },
          wanted: target.count.true,
          unwanted: target.count.false,
        },
        [groupsFor(T * O), "samples", 1],
      ),
      compiler.dispatch(
        lossTotal,
        { ...{ spikes, loss, counts }, written: error },
        { T, O, Ts },
        [groupsFor(O), "samples", 1],
      ),
      compiler.dispatch(
        statisticsOutcome,
        { ...{ batch, loss, counts }, records: { buffer: records.buffer } },
        { layers: layers.length, stride: records.stride, O },
        [groupsFor(M), 1, 1],
      ),
    ];
  }

  /** The output's error to the gradient of its spikes: no surrogate is in it. */
  errorAdjoint(): Compiling {
    const { error, gradient } = this.#buffers;
    return [
      this.#neuronAdjoint(
        { potential: error, ds: error, dx: gradient },
        this.#outputs,
        { scale: 1, slope: 0 },
      ),
    ];
  }

  /** The gradient of a layer's spikes to those of weights and input. */
  backward(index: number, options: { readonly lowest: boolean }): Compiling {
    const { layers, weights, neuron } = this.#context;
    const { potentials, gradient, drive } = this.#buffers;
    const layer = layers[index];
    const slope = 1 / (neuron.tauRho * neuron.theta);
    const compiling: Compiling = [
      this.#neuronAdjoint(
        { potential: potentials[index], ds: gradient, dx: drive },
        sizeOf(layer.output),
        { scale: neuron.scaleRho * slope, slope },
      ),
      ...this.#normalise(index),
      synapseGradient(this.#synapse(index), {
        batch: { buffer: this.#buffers.part },
        spikes: { buffer: this.#buffers.spikes[index] },
        dy: { buffer: drive },
        dw: this.#weightsOf(layer, weights.dw),
        part: { buffer: this.#buffers.partial },
      }),
    ];
    if (!options.lowest) {
      compiling.push(synapseAdjoint(this.#synapse(index), {
        dy: { buffer: drive },
        w: this.#weightsOf(layer, weights.w),
        dx: { buffer: gradient },
      }));
    }
    return compiling;
  }

  get #outputs(): number {
    const { layers } = this.#context;
    return sizeOf(layers[layers.length - 1].output);
  }

  #neuronAdjoint(
    buffers: Readonly<Record<"potential" | "ds" | "dx", GPUBuffer>>,
    F: number,
    surrogate: { readonly scale: number; readonly slope: number },
  ): Promise<Dispatch> {
    const { compiler, neuron } = this.#context;
    const { T } = this.#sizes;
    return compiler.dispatch(
      neuronAdjoint,
      {
        epsilon: { buffer: this.#buffers.epsilon },
        potential: { buffer: buffers.potential },
        ds: { buffer: buffers.ds },
        dx: { buffer: buffers.dx },
      },
      { T, F, K: this.#taps.K, theta: neuron.theta, ...surrogate },
      [groupsFor(F), Math.ceil(T / ADJOINT_BINS), "samples"],
    );
  }

  /** Where inputs are normalised, the first drive and its gradient are. */
  #normalise(index: number): Compiling {
    const { compiler, coding, layers } = this.#context;
    if (index > 0 || coding.mode !== "SUM_NORM") return [];
    const { T } = this.#sizes;
    const F = sizeOf(layers[0].output);
    return [
      compiler.dispatch(
        scaleForward,
        {
          largest: { buffer: this.#buffers.largest },
          x: { buffer: this.#buffers.drive },
        },
        { T, F },
        [groupsFor(T * F), 1, "samples"],
      ),
    ];
  }

  #synapse(index: number): SynapseContext {
    const { compiler, layers, neuron, coding, Ts } = this.#context;
    const { T, P } = this.#sizes;
    const { theta } = neuron;
    const layer = layers[index];
    return index === 0
      ? { compiler, layer, T, theta, P, height: coding.height }
      : { compiler, layer, T, theta, P: 1, height: 1 / Ts };
  }

  /** A layer's share of all weights, or of their gradient. */
  #weightsOf(layer: Layer, buffer: GPUBuffer): GPUBufferBinding {
    const slot = this.#context.slots.find((slot) => slot.layer === layer);
    if (!slot) return { buffer };
    return { buffer, offset: slot.offset * 4, size: slot.length * 4 };
  }
}
