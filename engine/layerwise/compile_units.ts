/**
 * Compiles the launches of units into dispatches on a plan's buffers.
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
import type { ReadoutLoss } from "../losses/loss.ts";
import { type Extent, sizeOf } from "../network/network.ts";
import type { WeightSlot } from "../network/weights.ts";
import type { Optimizer } from "../plan/optimizer.ts";
import type { Averaged } from "../plan/weight_average.ts";
import {
  type LayerwiseBuffers,
  readersOf,
  UNIFORM_WORDS,
} from "./unit_buffers.ts";
import {
  layerRaster,
  type Strips,
  stripsOf,
  type UnitLaunches,
} from "./unit_launches.ts";
import {
  floatsOf,
  planesOf,
  rasterOf,
  type Unit,
  type Units,
} from "./units.ts";

/** Workgroups that share the events of one source. */
const GROUPS_PER_SOURCE = 32;

/** A dispatch, and the micro-batch that it runs on; without one, on all. */
export interface LayerwiseDispatch {
  readonly dispatch: Dispatch;
  readonly microBatch?: number;
}

/** Weights, gradients and running statistics of a network. */
export interface UnitArrays {
  readonly slots: readonly WeightSlot[];
  readonly running: readonly WeightSlot[];
  readonly dw: GPUBuffer;
  /** What updates change. */
  readonly trained: Averaged;
  /** What the network is evaluated with: the same, or its average. */
  readonly evaluated: Averaged;
}

/** What is compiled. */
export interface UnitContext {
  readonly compiler: Compiler;
  readonly units: Units;
  readonly launches: readonly UnitLaunches[];
  readonly arrays: UnitArrays;
  readonly optimizer: Optimizer;
  readonly buffers: LayerwiseBuffers;
  readonly loss: ReadoutLoss;
  /** Bins of a sample, and parts of a bin that events' times count. */
  readonly T: number;
  readonly fine: number;
  readonly addressBits: number;
  /** Extent of the sensor. */
  readonly sensor: Extent;
  /** Whether counts are divided by the sample's largest. */
  readonly normalised: boolean;
  /** Words of a step's record. */
  readonly stride: number;
}

/** Buffers by the names of bindings. */
type Bound = Readonly<Record<string, GPUBufferBinding>>;

/** Compiles the dispatches of a plan that runs layer by layer. */
export class UnitCompiler {
  readonly #context: UnitContext;

  /** @param context What is compiled. */
  constructor(context: UnitContext) {
    this.#context = context;
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
          ...this.#each(
            [own.pack, ...own.synapse],
            (part) => this.#synapseBuffers(index, part, values),
            name,
          ),
          ...this.#each(
            [
              ...own.ghostForward,
              ...this.#scaling(unit),
              ...(trains ? own.statistics : []),
            ],
            (part) => this.#forwardBuffers(index, part, values),
            name,
          ),
          this.#once(
            trains ? own.training : own.evaluation,
            this.#normBuffers(index, values),
            name,
          ),
          ...this.#each(
            own.spikes,
            (part) => this.#forwardBuffers(index, part, values),
            name,
          ),
        ];
      }),
      ...this.#loss(),
    ]);
  }

  /** Compiles the backward pass, from the loss's gradient to all others. */
  backward(): Promise<LayerwiseDispatch[]> {
    const { units, launches, arrays } = this.#context;
    const order = [...units.units.keys()].reverse();
    return inOrder(order.flatMap((index) => {
      const unit = units.units[index];
      const own = launches[index];
      const { name } = unit.layer;
      const buffers = (part: number) => this.#backwardBuffers(index, part);
      // The input's counts have no gradient.
      const below = unit.source > 0 ? own.adjoint : [];
      return [
        ...this.#each(
          [...this.#sum(index + 1), ...own.routes, ...own.neurons],
          buffers,
          name,
        ),
        ...[...own.learned, own.total].map((launch) =>
          this.#once(launch, this.#normBuffers(index, arrays.trained), name)
        ),
        ...this.#each(
          [
            own.apply,
            // Only of units that read the input, whose counts have no gradient.
            ...this.#scaling(unit),
            ...own.ghostAdjoint,
          ],
          buffers,
          name,
        ),
        ...this.#each(
          own.ghostGradient,
          (part) => this.#ghostBuffers(index, part),
          name,
        ),
        ...this.#each(
          [...below, ...own.gradient],
          (part) => this.#belowBuffers(index, part),
          name,
        ),
      ];
    }));
  }

  /** Divides drives, or their gradients, by the sample's largest count. */
  #scaling(unit: Unit): Launch[] {
    const { normalised, T } = this.#context;
    if (!normalised || unit.source > 0) return [];
    const strips = this.#stripsOf(unit);
    const values = T * strips.pixels * floatsOf(layerRaster(unit));
    return [launch({
      kernel: normScaleRows,
      constants: strips,
      grid: [groupsFor(values, normScaleRows.workgroup), 1, "samples"],
    })];
  }

  /** Adds up the gradients of a raster that two layers read. */
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

  #stripsOf(unit: Unit): Strips {
    return stripsOf(layerRaster(unit), this.#context.T);
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
      kind: loss.kind === "squared error" ? 1 : 0,
    };
    const grid = ["samples", 1, 1] as const;
    const readout = unit.neuron
      ? launch({
        kernel: readoutRates,
        constants: { ...constants, rateScale: loss.rateScale },
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

  #forwardBuffers(index: number, part: number, values: Averaged): Bound {
    const { units, buffers } = this.#context;
    const unit = units.units[index];
    const own = buffers.microBatches[part];
    const source = { buffer: own.rasters[unit.source] };
    const spikes = { buffer: own.spikes[index] };
    const { residual } = unit;
    return {
      // transpose_spikes.wgsl calls the raster spikes.
      packing: source,
      neuronPacked: { buffer: buffers.packed },
      inputs: source,
      w: this.#slotOf(unit, "weight", values),
      x: { buffer: own.drives[index] },
      values: { buffer: own.drives[index] },
      largest: { buffer: own.largest },
      partial: { buffer: buffers.units[index].partials },
      coefficients: { buffer: buffers.units[index].coefficients },
      spikes,
      shortcut: residual
        ? { buffer: own.rasters[residual.raster] }
        : { buffer: buffers.zeros },
      count: { buffer: own.joined[index] },
      out: { buffer: own.rasters[index + 1] },
      tally: { buffer: buffers.records.buffer },
      fired: { buffer: buffers.activity.fired[index] },
      potentials: { buffer: own.potentials[index] },
      first: { buffer: own.ghosts[index] },
      ghostWeights: this.#slotOf(unit, "ghost", values, buffers.zeros),
      learned: this.#slotOf(unit, "neuron.w", values, buffers.zeros),
    };
  }

  /** A synapse writes the first half of a ghost convolution's maps. */
  #synapseBuffers(index: number, part: number, values: Averaged): Bound {
    const { units, buffers } = this.#context;
    const bound = this.#forwardBuffers(index, part, values);
    const { ghosts } = buffers.microBatches[part];
    return units.units[index].ghost
      ? { ...bound, x: { buffer: ghosts[index] } }
      : bound;
  }

  /** The gradient of a ghost convolution's depth-wise weights. */
  #ghostBuffers(index: number, part: number): Bound {
    const { units, buffers } = this.#context;
    return {
      ...this.#backwardBuffers(index, part),
      dw: this.#gradientOf(units.units[index], "ghost", buffers.unused[0]),
    };
  }

  /** A synapse reads the gradient of the first half. */
  #belowBuffers(index: number, part: number): Bound {
    const { units, buffers } = this.#context;
    const bound = this.#backwardBuffers(index, part);
    const { ghostGradient } = buffers.microBatches[part];
    return units.units[index].ghost
      ? { ...bound, dy: { buffer: ghostGradient } }
      : bound;
  }

  #normBuffers(index: number, values: Averaged): Bound {
    const { units, buffers } = this.#context;
    const unit = units.units[index];
    const own = buffers.units[index];
    const bias = unit.norm ? "norm.bias" : "bias";
    const { zeros, unused } = buffers;
    return {
      partials: { buffer: own.partials },
      sums: { buffer: own.partials },
      gamma: this.#slotOf(unit, "norm.weight", values, zeros),
      beta: this.#slotOf(unit, bias, values, zeros),
      coefficient: { buffer: own.coefficients },
      coefficients: { buffer: own.coefficients },
      back: { buffer: own.back },
      dgamma: this.#gradientOf(unit, "norm.weight", unused[0]),
      dbeta: this.#gradientOf(unit, bias, unused[1]),
      dlearned: this.#gradientOf(unit, "neuron.w", unused[2]),
      runningMean: this.#runningOf(unit, "norm.mean", values),
      runningVar: this.#runningOf(unit, "norm.var", values),
    };
  }

  #backwardBuffers(index: number, part: number): Bound {
    const { units, buffers, arrays, optimizer } = this.#context;
    const unit = units.units[index];
    const own = buffers.microBatches[part];
    const gradient = { buffer: own.gradient };
    const partial = { buffer: buffers.partial };
    const { residual } = unit;
    const slot = arrays.slots.find(({ name }) =>
      name === `${unit.layer.name}.weight`
    )!;
    return {
      total: { buffer: own.rasterGradients[index + 1] },
      other: { buffer: own.secondGradients[index + 1] },
      count: { buffer: own.joined[index] },
      pooled: { buffer: own.rasters[index + 1] },
      route: { buffer: buffers.routes },
      x: { buffer: own.drives[index] },
      coefficients: { buffer: buffers.units[index].coefficients },
      routes: { buffer: buffers.routes },
      shortcut: residual
        ? { buffer: own.rasters[residual.raster] }
        : { buffer: buffers.zeros },
      above: { buffer: own.rasterGradients[index + 1] },
      dy: gradient,
      sums: { buffer: buffers.units[index].partials },
      dshortcut: residual
        ? {
          buffer: this.#gradientFor(residual.raster, part, {
            unit: index,
            adds: true,
          }),
        }
        : { buffer: buffers.unused[2] },
      factors: { buffer: buffers.units[index].back },
      values: gradient,
      quads: gradient,
      xQuads: { buffer: own.drives[index] },
      largest: { buffer: own.largest },
      w: this.#slotOf(unit, "weight", arrays.trained),
      dx: { buffer: this.#gradientFor(unit.source, part, { unit: index }) },
      inputs: { buffer: own.rasters[unit.source] },
      dw: this.#gradientOf(unit, "weight", buffers.unused[0]),
      stripSum: partial,
      stripSums: partial,
      first: { buffer: own.ghosts[index] },
      dfirst: { buffer: own.ghostGradient },
      ghostWeights: this.#slotOf(unit, "ghost", arrays.trained, buffers.zeros),
      learned: this.#slotOf(unit, "neuron.w", arrays.trained, buffers.zeros),
      ...optimizer.bindingsOf(slot),
    };
  }

  /** Where a reader of a raster writes its share of the raster's gradient. */
  #gradientFor(
    raster: number,
    part: number,
    reader: { readonly unit: number; readonly adds?: boolean },
  ): GPUBuffer {
    const { units, buffers } = this.#context;
    const { rasterGradients, secondGradients } = buffers.microBatches[part];
    const [first] = readersOf(units, raster);
    const isFirst = first.unit === reader.unit &&
      first.adds === (reader.adds ?? false);
    return (isFirst ? rasterGradients : secondGradients)[raster];
  }

  #slotOf(
    unit: Unit,
    array: string,
    { w }: Averaged,
    other?: GPUBuffer,
  ): GPUBufferBinding {
    const { slots } = this.#context.arrays;
    return bindingOf(slots, `${unit.layer.name}.${array}`, w, other);
  }

  #gradientOf(unit: Unit, array: string, other: GPUBuffer): GPUBufferBinding {
    const { slots, dw } = this.#context.arrays;
    return bindingOf(slots, `${unit.layer.name}.${array}`, dw, other);
  }

  #runningOf(
    unit: Unit,
    array: string,
    { running }: Averaged,
  ): GPUBufferBinding {
    return bindingOf(
      this.#context.arrays.running,
      `${unit.layer.name}.${array}`,
      running,
      this.#context.buffers.unused[2],
    );
  }

  /** Compiles launches for each micro-batch, one after the other. */
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
    layer: string,
  ): Promise<LayerwiseDispatch> {
    return this.#compile(launch, buffers, { layer });
  }

  async #compile(
    launch: Launch,
    bound: Bound,
    { layer, microBatch }: {
      readonly layer?: string;
      readonly microBatch?: number;
    },
  ): Promise<LayerwiseDispatch> {
    const { compiler, buffers } = this.#context;
    const batch = {
      buffer: buffers.uniforms,
      offset: 4 * UNIFORM_WORDS * (microBatch ?? 0),
      size: 4 * UNIFORM_WORDS,
    };
    // What packs a raster names it spikes, as neurons name what they write.
    const spikes = launch.kernel.name === "transpose_spikes forward"
      ? bound.packing
      : bound.spikes;
    const dispatch = await compiler.compile(launch, {
      ...bound,
      batch,
      ...(spikes && { spikes }),
    });
    return { dispatch: { ...dispatch, layer }, microBatch };
  }
}

function bindingOf(
  slots: readonly WeightSlot[],
  name: string,
  buffer: GPUBuffer,
  other?: GPUBuffer,
): GPUBufferBinding {
  const slot = slots.find((slot) => slot.name === name);
  if (!slot) return { buffer: other ?? buffer };
  return { buffer, offset: 4 * slot.offset, size: 4 * slot.length };
}

async function inOrder(
  dispatches: readonly Promise<LayerwiseDispatch>[],
): Promise<LayerwiseDispatch[]> {
  return await Promise.all(dispatches);
}
