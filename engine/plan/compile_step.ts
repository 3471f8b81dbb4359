/**
 * Compiles the kernels of a plan's step with the buffers that they bind.
 *
 * @module
 */

import { binPeak, binScatter } from "../../kernels/input/bin_events.ts";
import { predictionRecord } from "../../kernels/output/prediction.ts";
import type { Dispatch } from "../device/compiler.ts";
import { groupsFor, type Launch, launch } from "../device/launch.ts";
import type { AxonLaunches } from "../layers/axon_launches.ts";
import { outputsOf } from "../layers/layer.ts";
import { sizeOf } from "../network/network.ts";
import type { FilterLaunches } from "../neurons/filter_launches.ts";
import type { PlanBuffers } from "./buffers.ts";
import type { PlanSizes } from "./sizes.ts";
import { type Bound, type PlanContext, StepBindings } from "./step_bindings.ts";
import { launchCount } from "./steps/spike_counts.ts";

/** Workgroups that share the events, or the words, of one sample. */
const GROUPS_PER_SAMPLE = 64;

/** Dispatches being compiled, in execution order. */
export type Compiling = readonly Promise<Dispatch>[];

/** Compiles the launches of a plan. */
export class StepCompiler {
  readonly #context: PlanContext;
  readonly #sizes: PlanSizes;
  readonly #buffers: PlanBuffers;
  readonly #bindings: StepBindings;

  /**
   * @param context Network, weights and device.
   * @param sizes The plan's sizes and launches.
   * @param buffers The plan's buffers.
   */
  constructor(context: PlanContext, sizes: PlanSizes, buffers: PlanBuffers) {
    this.#context = context;
    this.#sizes = sizes;
    this.#buffers = buffers;
    this.#bindings = new StepBindings(context, sizes, buffers);
  }

  /** Bins the events of a batch into the input's spikes. */
  bin(events: GPUBuffer): Compiling {
    const { layers, coding } = this.#context;
    const { T, P, addressBits, launches } = this.#sizes;
    const { spikes, neuronPacked, records, largest } = this.#buffers;
    const F = sizeOf(layers[0].input);
    const [{ isPacked }] = launches;
    const scatter = launch({
      kernel: binScatter,
      constants: { T, F, P, addressBits, packsNeurons: Number(isPacked) },
      grid: [GROUPS_PER_SAMPLE, "samples", 1],
      // Each event is read, and the word of its spike read and written; where
      // spikes are neuron-packed too, so is a second word.
      bytes: ({ spikes }) => spikes * (isPacked ? 20 : 12),
    });
    const peak = launch({
      kernel: binPeak,
      constants: { T, F, P },
      grid: [GROUPS_PER_SAMPLE, "samples", 1],
    });
    return this.#compile(
      coding.mode === "SUM_NORM" ? [scatter, peak] : [scatter],
      {
        batch: this.#bindings.microBatch,
        events: { buffer: events },
        offsets: this.#bindings.uploaded("offsets", 2),
        spikes: { buffer: spikes[0] },
        counted: { buffer: spikes[0] },
        neuronPacked: { buffer: neuronPacked },
        overflow: { buffer: records.overflow },
        largest: { buffer: largest },
      },
    );
  }

  /**
   * The buffers that binning accumulates into, which must be cleared before.
   */
  get cleared(): readonly GPUBuffer[] {
    const { spikes, neuronPacked, largest } = this.#buffers;
    return [
      spikes[0],
      ...(this.#sizes.launches[0].isPacked ? [neuronPacked] : []),
      ...(this.#context.coding.mode === "SUM_NORM" ? [largest] : []),
    ];
  }

  /** Compiles the forward pass of a layer, from incoming spikes to its own. */
  forward(index: number): Compiling {
    const { layers, weights } = this.#context;
    const { spikes, arrived, neuronPacked, records, activity } = this.#buffers;
    const inputs = this.#bindings.incoming(index);
    const { quantize, pack, forward, axon } = this.#sizes.launches[index];
    return [
      ...this.#compile(quantize, {
        weights: this.#bindings.weightsOf(layers[index], weights.w),
        rounded: this.#bindings.usedWeights(index),
      }),
      ...this.#compile(pack, {
        spikes: inputs,
        neuronPacked: { buffer: neuronPacked },
      }),
      ...this.#compile(forward, {
        batch: this.#bindings.microBatch,
        largest: { buffer: this.#buffers.largest },
        inputs,
        neuronPacked: { buffer: neuronPacked },
        w: this.#bindings.usedWeights(index),
        x: this.#bindings.synapseDrive(index),
        y: this.#bindings.driveOf(index),
        response: this.#bindings.weightsOf(
          layers[index],
          weights.w,
          "response",
        ),
        u: { buffer: this.#buffers.potentials[index] },
        spikes: { buffer: spikes[index + 1] },
        tally: { buffer: records.buffer },
        fired: { buffer: activity.fired[index] },
      }),
      ...this.#compile(axon ? [axon.forward] : [], {
        batch: this.#bindings.microBatch,
        delays: this.#bindings.weightsOf(layers[index], weights.w, "delay"),
        spikes: { buffer: spikes[index + 1] },
        arrived: { buffer: arrived[index + 1] },
      }),
    ];
  }

  /** Compiles the count of each layer's incoming spikes. */
  countIncoming(): Compiling {
    const { B, P } = this.#sizes;
    const { incoming } = this.#buffers;
    return incoming.fired.flatMap((counts, index) =>
      this.#compile(
        [launchCount(this.#context.layers[index].input, {
          B,
          P: index === 0 ? P : 1,
        })],
        {
          spikes: this.#bindings.incoming(index),
          counts: { buffer: counts },
        },
      )
    );
  }

  /** Compiles loss and prediction from the output spikes. */
  lossAndPrediction(): Compiling {
    const { layers } = this.#context;
    const { records } = this.#buffers;
    const { M, loss } = this.#sizes;
    const predict = launch({
      kernel: predictionRecord,
      constants: {
        layers: layers.length,
        stride: records.stride,
        O: outputsOf(layers),
      },
      grid: [groupsFor(M, predictionRecord.workgroup), 1, 1],
    });
    return this.#compile([...loss.forward, predict], {
      ...this.#bindings.lossBuffers,
      records: { buffer: records.buffer },
    });
  }

  /** Compiles the gradient of the output spikes from the output's error. */
  lossGradient(): Compiling {
    const { error, gradient, ...others } = this.#bindings.lossBuffers;
    return this.#compile(this.#sizes.loss.backward, {
      ...others,
      error,
      gradient,
      // These are the buffers' names in the adjoint of neurons.
      ds: error,
      u: gradient,
      largest: { buffer: this.#buffers.largest },
    });
  }

  /**
   * Compiles the backward pass of a layer, from the gradient of its spikes to
   * the gradients of its weights and of its incoming spikes.
   */
  backward(index: number, options: { readonly lowest: boolean }): Compiling {
    const { layers, weights, optimizer } = this.#context;
    const { neurons, wake, readsAbove, filter, axon, adjoint, gradient } =
      this.#sizes.launches[index];
    const layer = layers[index];
    const wakes = index === layers.length - 1 && this.#sizes.loss.wakes;
    const u = { buffer: this.#buffers.potentials[index] };
    const largest = { buffer: this.#buffers.largest };
    const inputs = this.#bindings.incoming(index);
    const above = readsAbove
      ? this.#bindings.driveOf(index + 1)
      : this.#bindings.gradientOf(index);
    const ds = { buffer: this.#buffers.axonGradient };
    const dy = this.#bindings.synapseDrive(index);
    const slot = this.#bindings.slotOf(layer);
    const partial = { buffer: this.#buffers.partial };
    return [
      ...(axon ? this.#axonBackward(index, { ...axon, above, ds }) : []),
      ...this.#compile([neurons], { ds: axon ? ds : above, u, largest }),
      ...(filter ? this.#filterBackward(index, filter) : []),
      ...(options.lowest ? [] : this.#compile(adjoint, {
        batch: this.#bindings.microBatch,
        inputs,
        w: this.#bindings.usedWeights(index),
        dx: this.#bindings.gradientOf(index - 1),
        dy,
      })),
      // After the layer's adjoint: layers below must not get the gradient that
      // reactivates silent outputs.
      ...(wakes
        ? this.#compile([wake], {
          ds: { buffer: this.#buffers.silence },
          u,
          largest,
        })
        : []),
      // Must run last: the update overwrites weights that the adjoint reads.
      ...(slot
        ? this.#compile(gradient, {
          batch: this.#bindings.microBatch,
          inputs,
          dy,
          dw: this.#bindings.weightsOf(layer, weights.dw),
          stripSum: partial,
          stripSums: partial,
          ...optimizer.bindingsOf(slot),
        })
        : []),
    ];
  }

  /**
   * From the gradient of arriving spikes to the gradients of spikes and delays.
   */
  #axonBackward(
    index: number,
    { adjoint, gradient, above, ds }: AxonLaunches & {
      readonly above: GPUBufferBinding;
      readonly ds: GPUBufferBinding;
    },
  ): Compiling {
    const { layers, weights, optimizer } = this.#context;
    const layer = layers[index];
    const batch = this.#bindings.microBatch;
    const partial = { buffer: this.#buffers.partial };
    const slot = this.#bindings.slotOf(layer, "delay");
    return [
      ...this.#compile([adjoint], {
        batch,
        delays: this.#bindings.weightsOf(layer, weights.w, "delay"),
        dy: above,
        ds,
      }),
      // Must run after the adjoint, which reads the delays that the update
      // overwrites.
      ...(slot
        ? this.#compile(gradient, {
          batch,
          spikes: { buffer: this.#buffers.spikes[index + 1] },
          ds,
          dw: this.#bindings.weightsOf(layer, weights.dw, "delay"),
          stripSum: partial,
          stripSums: partial,
          ...optimizer.bindingsOf(slot),
        })
        : []),
    ];
  }

  /** From the gradient of responses to the gradients of drives and taps. */
  #filterBackward(
    index: number,
    { sums, adjoint, total }: FilterLaunches,
  ): Compiling {
    const { layers, weights, optimizer } = this.#context;
    const partial = { buffer: this.#buffers.partial };
    const drive = this.#bindings.synapseDrive(index);
    const layer = layers[index];
    // In this order, since the adjoint overwrites drives that the sums read,
    // and the update overwrites taps that the adjoint reads.
    return this.#compile([sums, adjoint, total], {
      batch: this.#bindings.microBatch,
      x: drive,
      dx: drive,
      dy: this.#bindings.driveOf(index),
      stripSum: partial,
      stripSums: partial,
      response: this.#bindings.weightsOf(layer, weights.w, "response"),
      dw: this.#bindings.weightsOf(layer, weights.dw, "response"),
      ...optimizer.bindingsOf(this.#bindings.slotOf(layer, "response")!),
    });
  }

  #compile(launches: readonly Launch[], buffers: Bound): Compiling {
    const { compiler } = this.#context;
    return launches.map((launch) => compiler.compile(launch, buffers));
  }
}
