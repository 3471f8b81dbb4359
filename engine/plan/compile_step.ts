/**
 * The parts of a plan, each as the dispatches that it takes.
 *
 * @module
 */

import { binPeak, binScatter } from "../../kernels/input/bin_events.ts";
import { neuronAdjoint } from "../../kernels/layers/neuron.ts";
import type { ConstantOf } from "../../kernels/spec.ts";
import { statisticsOutcome } from "../../kernels/output/prediction.ts";
import type { Device } from "../device/device.ts";
import { type Layer, sizeOf } from "../network/network.ts";
import { type Neuron, neuronConstants } from "../network/neuron.ts";
import type { Optimizer } from "./optimizer.ts";
import type { WeightSlot } from "../network/weights.ts";
import { layOutStep, PART_WORDS, type PlanBuffers } from "./buffers.ts";
import { inQuads, layoutOf } from "../network/layout.ts";
import { type Compiler, type Dispatch, groupsFor } from "../device/compiler.ts";
import {
  type LossContext,
  lossForward,
  probSpikesAdjoint,
} from "../losses/loss.ts";
import type { InputCoding, PlanSizes } from "./sizes.ts";
import {
  type LayerContext,
  layerForward,
  POOL_WEIGHT,
  synapseAdjoint,
  synapseGradient,
} from "../layers/synapse.ts";

/** Workgroups that share the events, or the words, of one sample. */
const GROUPS_PER_SAMPLE = 64;

/** Neurons of a sample that are too few to keep a GPU busy while one waits. */
const FEW_NEURONS = 8192;

/** What a plan is compiled for. */
export interface PlanContext {
  readonly device: Device;
  readonly compiler: Compiler;
  readonly layers: readonly Layer[];
  readonly slots: readonly WeightSlot[];
  readonly weights: { readonly w: GPUBuffer; readonly dw: GPUBuffer };
  readonly optimizer: Optimizer;
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
    const { spikes, raster, records, largest } = this.#buffers;
    const F = sizeOf(layers[0].input);
    const scatter = compiler.dispatch(
      binScatter,
      {
        batch: this.#part,
        events: { buffer: events },
        offsets: this.#uploaded("offsets", 2),
        spikes: { buffer: spikes[0] },
        raster: { buffer: raster },
        overflow: { buffer: records.overflow },
      },
      { T, F, P, addressBits, turned: Number(this.#layer(0).isTurned) },
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

  /** What binning adds to, and must be cleared before. */
  get cleared(): readonly GPUBuffer[] {
    const { spikes, raster, largest } = this.#buffers;
    return [
      spikes[0],
      ...(this.#layer(0).isTurned ? [raster] : []),
      ...(this.#context.coding.mode === "SUM_NORM" ? [largest] : []),
    ];
  }

  /** A layer's incoming spikes to its own. */
  forward(index: number): Compiling {
    const { layers, weights, coding } = this.#context;
    const { records, raster, largest } = this.#buffers;
    const above = layers.at(index + 1);
    const outcome = {
      keep: this.#sizes.floats.potentials[index] > 0,
      normalised: index === 0 && coding.mode === "SUM_NORM",
      turned: above !== undefined && above.kind !== "pool",
      ...{ index, stride: records.stride },
    };
    return [
      layerForward(this.#layer(index), outcome, {
        batch: this.#part,
        largest: { buffer: largest },
        inputs: { buffer: this.#buffers.spikes[index] },
        raster: { buffer: raster },
        w: this.#weightsOf(layers[index], weights.w),
        x: this.#driveOf(index),
        u: { buffer: this.#buffers.potentials[index] },
        spikes: { buffer: this.#buffers.spikes[index + 1] },
        tally: { buffer: records.buffer },
        fired: { buffer: this.#buffers.activity.fired[index] },
      }),
    ];
  }

  /** The output's spikes to its error, the loss and the prediction. */
  outcome(): Compiling {
    const { compiler, layers } = this.#context;
    const { records } = this.#buffers;
    const batch = this.#part;
    const loss = { buffer: this.#buffers.loss };
    const counts = { buffer: this.#buffers.counts };
    return [
      lossForward(this.#loss, {
        ...{ batch, loss, counts },
        taps: { buffer: this.#buffers.taps },
        labels: this.#uploaded("labels", 1),
        spikes: { buffer: this.#buffers.spikes[layers.length] },
        desired: { buffer: this.#buffers.desired },
        error: { buffer: this.#buffers.error },
        silence: { buffer: this.#buffers.silence },
      }),
      compiler.dispatch(
        statisticsOutcome,
        { ...{ batch, loss, counts }, records: { buffer: records.buffer } },
        { layers: layers.length, stride: records.stride, O: this.#outputs },
        [groupsFor(this.#sizes.M), 1, 1],
      ),
    ];
  }

  /** The output's error to the gradient of its spikes: no surrogate is in it. */
  errorAdjoint(): Compiling {
    const error = { buffer: this.#buffers.error };
    const output = this.#context.layers.length - 1;
    const gradient = this.#gradientOf(output);
    const { ahead } = this.#layer(output);
    if (this.#sizes.goal.loss === "probSpikes") {
      return [probSpikesAdjoint(this.#loss, { error, gradient })];
    }
    return [
      this.#neuronAdjoint({ ds: error, u: gradient }, {
        ahead,
        F: this.#outputs,
        runSize: this.#outputs,
        lead: 0,
        scale: 1,
      }),
    ];
  }

  /** The gradient of a layer's spikes to those of weights and input. */
  backward(index: number, options: { readonly lowest: boolean }): Compiling {
    const { layers, weights, optimizer, neuron, coding } = this.#context;
    const { lead, goal } = this.#sizes;
    const layer = layers[index];
    const { ahead } = this.#layer(index);
    const above = layers[index + 1];
    const slope = 1 / (neuron.tauRho * neuron.theta);
    const pooled = above?.kind === "pool";
    const dy = this.#driveOf(index);
    const u = { buffer: this.#buffers.potentials[index] };
    const constants = {
      F: sizeOf(layer.output),
      runSize: layoutOf(layer).runSize,
      lead,
      scale: neuron.scaleRho * slope,
      ahead,
      normalised: Number(index === 0 && coding.mode === "SUM_NORM"),
    };
    const compiling: Compiling = [
      this.#neuronAdjoint(
        { ds: pooled ? this.#driveOf(index + 1) : this.#gradientOf(index), u },
        {
          ...constants,
          slope,
          ...(pooled && {
            pooled: 1,
            window: above.window,
            W: layer.output.W,
            C: layer.output.C,
            poolGain: POOL_WEIGHT * neuron.theta,
          }),
        },
      ),
    ];
    if (!options.lowest) {
      compiling.push(synapseAdjoint(this.#layer(index), {
        w: this.#weightsOf(layer, weights.w),
        dx: this.#gradientOf(index - 1),
        dy,
      }));
    }
    if (!above && goal.loss === "probSpikes") {
      // After the synapse's adjoint, which must not see it; see loss.wgsl.
      const ds = { buffer: this.#buffers.silence };
      compiling.push(this.#neuronAdjoint({ ds, u }, { ...constants, adds: 1 }));
    }
    // The last, for the weights learn there.
    const slot = this.#slotOf(layer);
    if (slot) {
      compiling.push(synapseGradient(this.#layer(index), {
        batch: this.#part,
        inputs: { buffer: this.#buffers.spikes[index] },
        dw: this.#weightsOf(layer, weights.dw),
        part: { buffer: this.#buffers.partial },
        ...optimizer.bindingsOf(slot),
        dy,
      }));
    }
    return compiling;
  }

  get #loss(): LossContext {
    const { compiler, Ts } = this.#context;
    const { T, goal } = this.#sizes;
    return { compiler, goal, T, Ts, K: this.#taps.K, O: this.#outputs };
  }

  get #outputs(): number {
    const { layers } = this.#context;
    return sizeOf(layers[layers.length - 1].output);
  }

  /** From potentials `u` to the gradient of the drive, in its place. */
  #neuronAdjoint(
    buffers: Readonly<Record<"ds" | "u", GPUBufferBinding>>,
    constants:
      & { readonly F: number }
      & Partial<Record<ConstantOf<typeof neuronAdjoint>, number>>,
  ): Promise<Dispatch> {
    const { compiler } = this.#context;
    const { T } = this.#sizes;
    return compiler.dispatch(
      neuronAdjoint,
      { largest: { buffer: this.#buffers.largest }, ...buffers },
      { ...this.#neuron, T, ...constants },
      [groupsFor(inQuads(constants.F)), 1, "samples"],
    );
  }

  get #neuron() {
    const { neuron, Ts } = this.#context;
    return neuronConstants(neuron, Ts, this.#taps);
  }

  #layer(index: number): LayerContext {
    const { device, compiler, layers, coding, Ts, neuron } = this.#context;
    const { rule } = this.#context.optimizer;
    const { T, P, lead } = this.#sizes;
    const layer = layers[index];
    const { software } = device.adapter;
    return {
      compiler,
      T,
      lead,
      layer,
      software,
      rule,
      ahead: !software && sizeOf(layer.output) <= FEW_NEURONS ? 16 : 4,
      workgroupBytes: device.gpu.limits.maxComputeWorkgroupStorageSize,
      theta: neuron.theta,
      below: layoutOf(layers[Math.max(index - 1, 0)]),
      // By the pool below, or with the events.
      isTurned: layer.kind !== "pool" &&
        (index === 0 || layers[index - 1].kind === "pool"),
      neuron: this.#neuron,
      P: index === 0 ? P : 1,
      height: index === 0 ? coding.height : 1 / Ts,
    };
  }

  /** The part of the batch in hand. */
  get #part(): GPUBufferBinding {
    const offset = 4 * layOutStep(this.#sizes.batch).part;
    return { buffer: this.#buffers.step, offset, size: 4 * PART_WORDS };
  }

  /** Words of each sample that are uploaded with a step. */
  #uploaded(array: "labels" | "offsets", each: number): GPUBufferBinding {
    const { batch } = this.#sizes;
    const offset = 4 * layOutStep(batch)[array];
    return { buffer: this.#buffers.step, offset, size: 4 * each * batch };
  }

  /** A layer's drive, then its gradient: rows of its potentials. */
  #driveOf(index: number): GPUBufferBinding {
    const { floats } = layoutOf(this.#context.layers[index]);
    const buffer = this.#buffers.potentials[index];
    return { buffer, offset: 4 * this.#sizes.lead * floats };
  }

  /** The gradient of a layer's spikes, in the buffer that layers share. */
  #gradientOf(index: number): GPUBufferBinding {
    const { T, M } = this.#sizes;
    const { floats } = layoutOf(this.#context.layers[index]);
    return { buffer: this.#buffers.gradient, size: 4 * M * T * floats };
  }

  /** A layer's share of all weights, or of their gradient. */
  #weightsOf(layer: Layer, buffer: GPUBuffer): GPUBufferBinding {
    const slot = this.#slotOf(layer);
    if (!slot) return { buffer };
    return { buffer, offset: slot.offset * 4, size: slot.length * 4 };
  }

  /** Where a layer's weights are, if it has any. */
  #slotOf(layer: Layer): WeightSlot | undefined {
    return this.#context.slots.find((slot) => slot.layer === layer);
  }
}
