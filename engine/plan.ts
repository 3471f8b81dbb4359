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
import { spikeAdjoint, spikeForward } from "../kernels/spike.ts";
import {
  statisticsActivity,
  statisticsOutcome,
} from "../kernels/statistics.ts";
import type { Device } from "./device.ts";
import { type Compiler, type Dispatch, groupsFor } from "./dispatch.ts";
import { type Layer, sizeOf, weightCount } from "./network.ts";
import { type Neuron, refractoryKernel, responseKernel } from "./neuron.ts";
import {
  allocatePlan,
  type PlanBuffers,
  tabulateResponse,
} from "./plan_buffers.ts";
import {
  type InputCoding,
  type PlanOptions,
  type PlanSizes,
  sizePlan,
} from "./plan_sizes.ts";
import {
  synapseAdjoint,
  type SynapseContext,
  synapseForward,
  synapseGradient,
} from "./synapse.ts";
import type { WeightSlot } from "./weights.ts";

/** Bins that one invocation of the response owns. */
const RESPONSE_BINS = 8;

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
  const sizes = sizePlan(device, context, options);
  const epsilon = responseKernel(neuron, Ts, options.tSample);
  const nu = refractoryKernel(neuron, Ts, options.tSample);
  const table = tabulateResponse(epsilon.map((tap) => Ts * tap));
  const buffers = await allocatePlan(device, layers, sizes, options);
  device.gpu.queue.writeBuffer(buffers.epsilon, 0, table);
  device.gpu.queue.writeBuffer(buffers.nu, 0, Float32Array.from(nu));
  const parts = new Parts(context, sizes, buffers, {
    K: epsilon.length,
    R: nu.length,
  });
  const forward = layers.map((layer, index) =>
    settle(parts.forward(index), layer.name)
  );
  const backward = options.train ? compileBackward(parts, layers) : [];
  return {
    batch: options.batch,
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
    const { part, offsets, spikes, records, factor } = this.#buffers;
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
    const amplitude = compiler.dispatch(
      binAmplitude,
      { counted: { buffer: spikes[0] }, factor: { buffer: factor } },
      { T, F, P },
      ["samples", 1, 1],
    );
    return [scatter, amplitude];
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
        responseForward,
        { epsilon: { buffer: epsilon }, x: { buffer: drive }, y: u },
        { T, F, K: this.#taps.K },
        [groupsFor(F), Math.ceil(T / RESPONSE_BINS), "samples"],
      ),
      compiler.dispatch(
        spikeForward,
        { nu: { buffer: nu }, u, spikes },
        { T, F, R: this.#taps.R, theta: neuron.theta },
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
    return [
      compiler.dispatch(
        lossForward,
        {
          ...{ batch, loss, counts },
          labels: { buffer: this.#buffers.labels },
          spikes: { buffer: this.#buffers.spikes[layers.length] },
          epsilon: { buffer: this.#buffers.epsilon },
          error: { buffer: this.#buffers.error },
        },
        {
          ...{ T, O, K: this.#taps.K, Ts, ...region },
          wanted: target.count.true,
          unwanted: target.count.false,
        },
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

  /** The output's error to the gradient of its spikes. */
  errorAdjoint(): Compiling {
    const { error, gradient } = this.#buffers;
    return [this.#responseAdjoint(error, gradient, this.#outputs)];
  }

  /** The gradient of a layer's spikes to those of weights and input. */
  backward(index: number, options: { readonly lowest: boolean }): Compiling {
    const { layers, weights } = this.#context;
    const { gradient, drive } = this.#buffers;
    const layer = layers[index];
    const compiling: Compiling = [
      this.#spikeAdjoint(index),
      this.#responseAdjoint(gradient, drive, sizeOf(layer.output)),
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

  #responseAdjoint(
    dy: GPUBuffer,
    dx: GPUBuffer,
    F: number,
  ): Promise<Dispatch> {
    const { T } = this.#sizes;
    return this.#context.compiler.dispatch(
      responseAdjoint,
      {
        epsilon: { buffer: this.#buffers.epsilon },
        dy: { buffer: dy },
        dx: { buffer: dx },
      },
      { T, F, K: this.#taps.K },
      [groupsFor(F), Math.ceil(T / RESPONSE_BINS), "samples"],
    );
  }

  #spikeAdjoint(index: number): Promise<Dispatch> {
    const { compiler, layers, neuron } = this.#context;
    const { T } = this.#sizes;
    const { theta, tauRho, scaleRho } = neuron;
    const F = sizeOf(layers[index].output);
    const slope = 1 / (tauRho * theta);
    return compiler.dispatch(
      spikeAdjoint,
      {
        potential: { buffer: this.#buffers.potentials[index] },
        ds: { buffer: this.#buffers.gradient },
      },
      { T, F, theta, scale: scaleRho * slope, slope },
      [groupsFor(F), T, "samples"],
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
          factor: { buffer: this.#buffers.factor },
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
