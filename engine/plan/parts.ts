/**
 * The parts of a plan, each as the dispatches that it takes.
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
import { type Layer, sizeOf } from "../network.ts";
import type { Neuron } from "../neuron.ts";
import type { PlanBuffers } from "./buffers.ts";
import type { InputCoding, PlanOptions, PlanSizes } from "./sizes.ts";
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

/** Dispatches that are being compiled, in the order in which they run. */
export type Compiling = Promise<Dispatch | readonly Dispatch[]>[];

/** Makes the parts of a plan. */
export class Parts {
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
