/**
 * Compiles the launches of units to dispatches with a plan's buffers.
 *
 * @module
 */

import { countsPack, countsScatter } from "../../kernels/input/bin_counts.ts";
import { normScaleRows } from "../../kernels/norm/norm.ts";
import {
  readoutDrives,
  readoutRates,
} from "../../kernels/output/readout_loss.ts";
import { addGradients } from "../../kernels/rasters/add_gradients.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import type { Compiler, Dispatch } from "../device/compiler.ts";
import { groupsFor, type Launch, launch } from "../device/launch.ts";
import { READOUT_KINDS, type ReadoutLoss } from "../losses/loss.ts";
import { type Extent, sizeOf } from "../network/network.ts";
import { launchCount } from "../plan/steps/spike_counts.ts";
import {
  type BindingContext,
  type Bound,
  UnitBindings,
} from "./unit_bindings.ts";
import { UNIFORM_WORDS } from "./unit_buffers.ts";
import { readersOf } from "./unit_sizes.ts";
import { layerRaster, stripsOf } from "./launches/strips.ts";
import type { UnitLaunches } from "./launches/unit_launches.ts";
import { floatsOf, planesOf, rasterOf, type Unit } from "./units/units.ts";

/** Workgroups that share the events of one source. */
const GROUPS_PER_SOURCE = 32;

/**
 * A dispatch, and the micro-batch that it runs on; without one, on all of them.
 */
export interface LayerwiseDispatch {
  readonly dispatch: Dispatch;
  readonly microBatch?: number;
  /** Index of the unit whose sums over the whole batch it needs. */
  readonly sumsOf?: number;
  /** Index of the unit whose gradients are complete by then. */
  readonly completed?: number;
}

/** Place of a dispatch that runs once for the whole batch. */
interface OncePlace extends Pick<LayerwiseDispatch, "sumsOf" | "completed"> {
  readonly layer: string;
}

/** Units, launches and buffers of a plan. */
export interface UnitContext extends BindingContext {
  readonly compiler: Compiler;
  readonly launches: readonly UnitLaunches[];
  readonly loss: ReadoutLoss;
  /** Bins of a sample, and time resolution of events in parts of a bin. */
  readonly T: number;
  readonly fine: number;
  readonly addressBits: number;
  /** Extent of the sensor. */
  readonly sensor: Extent;
  /** Whether counts are divided by the sample's largest. */
  readonly normalised: boolean;
  /** Words in the record of a step. */
  readonly stride: number;
}

/** Compiles the dispatches of a plan that runs layer by layer. */
export class UnitCompiler {
  readonly #context: UnitContext;
  readonly #bindings: UnitBindings;

  /** @param context The units, their launches and buffers. */
  constructor(context: UnitContext) {
    this.#context = context;
    this.#bindings = new UnitBindings(context);
  }

  /**
   * Compiles the binning of events into the input's raster.
   *
   * @param events The buffer of events.
   * @returns The dispatches, in order.
   */
  bin(events: GPUBuffer): Promise<LayerwiseDispatch[]> {
    const { units, T, fine, addressBits, sensor, buffers } = this.#context;
    const { input } = units;
    const B = Math.ceil(T / BINS_PER_WORD);
    const scatter = launch({
      kernel: countsScatter,
      constants: { T, ...input.extent, sensorW: sensor.W, addressBits, fine },
      grid: [GROUPS_PER_SOURCE, 2, "samples"],
      bytes: ({ spikes }) => 12 * spikes,
    });
    const pack = launch({
      kernel: countsPack,
      constants: {
        T,
        ...input.extent,
        P: planesOf(input),
        most: input.most,
      },
      grid: [
        groupsFor(sizeOf(input.extent), countsPack.workgroup),
        B,
        "samples",
      ],
    });
    return inOrder(this.#each([scatter, pack], (index) => {
      const { counts, largest, rasters } = buffers.microBatches[index];
      return {
        events: { buffer: events },
        sources: { buffer: buffers.sources },
        counted: { buffer: counts },
        counts: { buffer: counts },
        spikes: { buffer: rasters[0] },
        largest: { buffer: largest },
      };
    }));
  }

  /**
   * Returns the buffers of a unit in evaluation.
   *
   * @param index Index of the unit.
   * @returns The buffers of the first micro-batch, by binding name.
   */
  evaluated(index: number): Bound {
    return this.#bindings.forward(index, 0, this.#context.arrays.evaluated);
  }

  /**
   * Compiles the forward pass, from the input's raster to the record.
   *
   * @param options Whether normalisations use the batch's statistics.
   * @returns The dispatches, in order.
   */
  forward(
    { trains }: { readonly trains: boolean },
  ): Promise<LayerwiseDispatch[]> {
    const { units, launches, arrays } = this.#context;
    const values = trains ? arrays.trained : arrays.evaluated;
    return inOrder([
      ...units.units.flatMap((unit, index) => {
        const own = launches[index];
        const { name } = unit.layer;
        return [
          ...own.quantize.map((launch, place) =>
            this.#once(launch, this.#bindings.rounding(index, place, values), {
              layer: name,
            })
          ),
          ...this.#each(
            [own.pack, ...own.synapse],
            (part) => this.#bindings.synapse(index, part, values),
            name,
          ),
          ...this.#each(
            [
              ...own.ghostForward,
              ...own.sums,
              ...this.#scaling(unit),
              ...(trains ? own.statistics : []),
            ],
            (part) => this.#bindings.forward(index, part, values),
            name,
          ),
          ...(trains ? own.training : [own.evaluation]).map((launch, place) =>
            this.#once(launch, this.#bindings.norm(index, values), {
              layer: name,
              sumsOf: trains && unit.norm && place === 0 ? index : undefined,
            })
          ),
          ...this.#each(
            own.spikes,
            (part) => this.#bindings.forward(index, part, values),
            name,
          ),
        ];
      }),
      ...this.#loss(),
      ...(trains ? [] : this.#counting()),
    ]);
  }

  /**
   * Counts the incoming spikes of units, where the plan has buffers for them.
   */
  #counting(): Promise<LayerwiseDispatch>[] {
    const { units, T, buffers } = this.#context;
    const B = Math.ceil(T / BINS_PER_WORD);
    return buffers.incoming.fired.flatMap((counts, index) => {
      const { source } = units.units[index];
      const raster = rasterOf(units, source);
      return this.#each(
        [launchCount(raster.extent, { B, P: planesOf(raster) })],
        (part) => ({
          spikes: { buffer: buffers.microBatches[part].rasters[source] },
          counts: { buffer: counts },
        }),
      );
    });
  }

  /**
   * Compiles the backward pass, from the gradient of the loss to all others.
   */
  backward(): Promise<LayerwiseDispatch[]> {
    const { units, launches, arrays } = this.#context;
    const order = [...units.units.keys()].reverse();
    return inOrder(order.flatMap((index) => {
      const unit = units.units[index];
      const own = launches[index];
      const { name } = unit.layer;
      const buffers = (part: number) => this.#bindings.backward(index, part);
      // The input's counts need no gradient.
      const below = unit.source > 0 ? own.adjoint : [];
      return [
        ...own.pressure.map((launch) =>
          this.#once(launch, this.#bindings.norm(index, arrays.trained), {
            layer: name,
          })
        ),
        ...this.#each(
          [
            ...this.#sum(index + 1),
            ...own.routes,
            ...own.neurons,
            ...own.sampleSums,
          ],
          (part) => this.#bindings.neurons(index, part),
          name,
        ),
        ...this.#each(
          own.recurrentGradient,
          (part) => this.#bindings.recurrent(index, part),
          name,
        ),
        ...[...own.learned, own.total].map((launch, place) =>
          this.#once(
            launch,
            launch === own.total
              ? this.#bindings.norm(index, arrays.trained)
              : this.#bindings.learned(index, arrays.trained),
            {
              layer: name,
              ...(place === 0 && { sumsOf: index, completed: index + 1 }),
            },
          )
        ),
        ...this.#each(
          [
            ...own.apply,
            ...own.sumsBack,
            // Only for units that read the input, whose counts need no
            // gradient.
            ...this.#scaling(unit),
            ...own.ghostAdjoint,
          ],
          buffers,
          name,
        ),
        ...this.#each(
          own.ghostGradient,
          (part) => this.#bindings.ghost(index, part),
          name,
        ),
        ...this.#each(
          [...below, ...own.gradient],
          (part) => this.#bindings.below(index, part),
          name,
        ),
      ];
    }));
  }

  /** Divides drives, or their gradients, by the sample's largest count. */
  #scaling(unit: Unit): Launch[] {
    const { normalised, T } = this.#context;
    if (!normalised || unit.source > 0) return [];
    const strips = stripsOf(layerRaster(unit), { T });
    const values = T * strips.pixels * floatsOf(layerRaster(unit));
    return [launch({
      kernel: normScaleRows,
      constants: strips,
      grid: [groupsFor(values, normScaleRows.workgroup), 1, "samples"],
    })];
  }

  /** Sums the gradients of a raster that two units read. */
  #sum(raster: number): Launch[] {
    const { units, T } = this.#context;
    if (readersOf(units, raster).length < 2) return [];
    const { extent, runSize } = rasterOf(units, raster);
    const size = T * extent.H * extent.W * floatsOf({ extent, runSize });
    return [launch({
      kernel: addGradients,
      constants: { size },
      grid: [groupsFor(size, addGradients.workgroup), 1, "samples"],
    })];
  }

  #loss(): Promise<LayerwiseDispatch>[] {
    const { units, loss, buffers, T, stride } = this.#context;
    const last = units.units.length - 1;
    const unit = units.units[last];
    const constants = {
      T,
      O: unit.layer.output.C,
      layers: units.units.length,
      stride,
      smoothing: loss.smoothing,
      kind: READOUT_KINDS.indexOf(loss.kind),
      rateScale: loss.rateScale,
      ...loss.constants,
    };
    const grid = ["samples", 1, 1] as const;
    const readout = unit.neuron
      ? launch({
        kernel: readoutRates,
        constants,
        grid,
      })
      : launch({ kernel: readoutDrives, constants, grid });
    return this.#each([readout], (part) => {
      const own = buffers.microBatches[part];
      return {
        x: { buffer: own.drives[last] },
        coefficients: { buffer: buffers.units[last].coefficients },
        spikes: { buffer: own.rasters[last + 1] },
        classes: { buffer: buffers.classes },
        weights: { buffer: buffers.classWeights },
        dy: {
          buffer: unit.neuron ? own.rasterGradients[last + 1] : own.gradient,
        },
        sums: { buffer: buffers.units[last].partials },
        records: { buffer: buffers.records.buffer },
      };
    });
  }

  /** Compiles launches for each micro-batch in turn. */
  #each(
    launches: readonly Launch[],
    buffersOf: (part: number) => Bound,
    layer?: string,
  ): Promise<LayerwiseDispatch>[] {
    const { buffers } = this.#context;
    return buffers.microBatches.flatMap((_, microBatch) => {
      const bound = buffersOf(microBatch);
      return launches.map((launch) =>
        this.#compile(launch, bound, { layer, microBatch })
      );
    });
  }

  /** Compiles a launch on the statistics of the whole batch. */
  #once(
    launch: Launch,
    buffers: Bound,
    place: OncePlace,
  ): Promise<LayerwiseDispatch> {
    return this.#compile(launch, buffers, place);
  }

  async #compile(
    launch: Launch,
    bound: Bound,
    { layer, microBatch, ...once }: Partial<OncePlace> & {
      readonly microBatch?: number;
    },
  ): Promise<LayerwiseDispatch> {
    const { compiler, buffers } = this.#context;
    const place = microBatch ?? buffers.microBatches.length;
    const batch = {
      buffer: buffers.uniforms,
      offset: 4 * UNIFORM_WORDS * place,
      size: 4 * UNIFORM_WORDS,
    };
    // The packing kernel calls its input `spikes`, as neurons call their
    // output.
    const spikes = launch.kernel.name === "transpose_spikes forward"
      ? bound.packing
      : bound.spikes;
    const dispatch = await compiler.compile(launch, {
      ...bound,
      batch,
      ...(spikes && { spikes }),
    });
    return { dispatch: { ...dispatch, layer }, microBatch, ...once };
  }
}

async function inOrder(
  dispatches: readonly Promise<LayerwiseDispatch>[],
): Promise<LayerwiseDispatch[]> {
  return await Promise.all(dispatches);
}
