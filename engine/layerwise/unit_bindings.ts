/**
 * Buffer bindings of the kernels of units, by binding name.
 *
 * @module
 */

import type { WeightSlot } from "../network/weights.ts";
import type { Optimizer } from "../plan/steps/optimizer.ts";
import type { Averaged } from "../plan/steps/weight_average.ts";
import type { LayerwiseBuffers } from "./unit_buffers.ts";
import { readersOf } from "./unit_sizes.ts";
import { hasOwnGradient, type Unit, type Units } from "./units/units.ts";

/** Buffers by binding name. */
export type Bound = Readonly<Record<string, GPUBufferBinding>>;

/** Weights, gradients and running statistics of a network. */
export interface UnitArrays {
  readonly slots: readonly WeightSlot[];
  readonly running: readonly WeightSlot[];
  readonly dw: GPUBuffer;
  /** Arrays that updates change. */
  readonly trained: Averaged;
  /** Arrays that evaluation uses: the trained ones, or their averages. */
  readonly evaluated: Averaged;
}

/** Units of a network, with their arrays and buffers. */
export interface BindingContext {
  readonly units: Units;
  readonly arrays: UnitArrays;
  readonly optimizer: Optimizer;
  readonly buffers: LayerwiseBuffers;
  /** Buffer of the weight gradient to which a micro-batch adds. */
  readonly gradientOf: (microBatch: number) => GPUBuffer;
}

/** Arrays that quantised units round, in the order of their launches. */
const ROUNDED = ["weight", "recurrent"] as const;

/** Looks up the buffers of units by a unit's index. */
export class UnitBindings {
  readonly #context: BindingContext;

  /** @param context The units, with their arrays and buffers. */
  constructor(context: BindingContext) {
    this.#context = context;
  }

  /** Bindings of the rounding of a unit's weights, or its recurrent ones. */
  rounding(index: number, place: number, values: Averaged): Bound {
    const { units, buffers } = this.#context;
    return {
      weights: this.#slotOf(units.units[index], ROUNDED[place], values),
      rounded: { buffer: buffers.units[index].rounded[place] },
    };
  }

  /** Bindings of the forward pass, from a unit's input raster to its output. */
  forward(index: number, part: number, values: Averaged): Bound {
    const { units, buffers } = this.#context;
    const unit = units.units[index];
    const own = buffers.microBatches[part];
    const source = { buffer: own.rasters[unit.source] };
    const spikes = { buffer: own.spikes[index] };
    const { residual } = unit;
    return {
      // transpose_spikes.wgsl calls the raster `spikes`.
      packing: source,
      neuronPacked: { buffer: buffers.packed },
      inputs: source,
      w: this.#usedOf(index, "weight", values),
      x: { buffer: own.drives[index] },
      xQuads: { buffer: own.drives[index] },
      values: { buffer: own.drives[index] },
      largest: { buffer: own.largest },
      partial: { buffer: buffers.units[index].partials },
      sample: { buffer: buffers.units[index].samples },
      coefficients: { buffer: buffers.units[index].coefficients },
      spikes,
      spikeQuads: spikes,
      delays: this.#slotOf(unit, "delay", values, buffers.zeros),
      arrived: { buffer: own.arrived[index] },
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
      r: this.#usedOf(index, "recurrent", values),
      driven: { buffer: own.driven[index] },
    };
  }

  /**
   * Bindings of a synapse; a ghost convolution's writes the first half of maps.
   */
  synapse(index: number, part: number, values: Averaged): Bound {
    const { units, buffers } = this.#context;
    const bound = this.forward(index, part, values);
    const { ghosts } = buffers.microBatches[part];
    return units.units[index].ghost
      ? { ...bound, x: { buffer: ghosts[index] } }
      : bound;
  }

  /** Bindings of the gradient of a ghost convolution's depth-wise weights. */
  ghost(index: number, part: number): Bound {
    const { units } = this.#context;
    return {
      ...this.backward(index, part),
      dw: this.#weightGradientOf(units.units[index], "ghost", part),
    };
  }

  /** Bindings of the gradients of a unit's spikes, delays and neuron drives. */
  neurons(index: number, part: number): Bound {
    const { units } = this.#context;
    return {
      ...this.backward(index, part),
      dw: this.#weightGradientOf(units.units[index], "delay", part),
    };
  }

  /**
   * Bindings of the gradient of recurrent weights: their inputs are the unit's
   * spikes, their outputs are its drives one bin later.
   */
  recurrent(index: number, part: number): Bound {
    const { units, buffers } = this.#context;
    const own = buffers.microBatches[part];
    return {
      ...this.backward(index, part),
      inputs: { buffer: own.spikes[index] },
      dy: { buffer: own.ahead[index] },
      dw: this.#weightGradientOf(units.units[index], "recurrent", part),
    };
  }

  /**
   * Bindings of a synapse's adjoint; a ghost convolution's reads the first
   * half.
   */
  below(index: number, part: number): Bound {
    const { units, buffers } = this.#context;
    const bound = this.backward(index, part);
    const { ghostGradient } = buffers.microBatches[part];
    return units.units[index].ghost
      ? { ...bound, dy: { buffer: ghostGradient } }
      : bound;
  }

  /** Buffers of a unit that all micro-batches share. */
  norm(index: number, values: Averaged): Bound {
    const { units, buffers } = this.#context;
    const unit = units.units[index];
    const own = buffers.units[index];
    const bias = unit.norm ? "norm.bias" : "bias";
    const { zeros, unused } = buffers;
    return {
      partials: { buffer: own.samples },
      sums: { buffer: own.samples },
      gamma: this.#slotOf(unit, "norm.weight", values, zeros),
      beta: this.#slotOf(unit, bias, values, zeros),
      coefficient: { buffer: own.coefficients },
      coefficients: { buffer: own.coefficients },
      back: { buffer: own.back },
      tally: { buffer: buffers.records.buffer },
      pressure: { buffer: own.coefficients },
      dgamma: this.#gradientOf(unit, "norm.weight", unused[0]),
      dbeta: this.#gradientOf(unit, bias, unused[1]),
      dlearned: this.#gradientOf(unit, "neuron.w", unused[2]),
      runningMean: this.#runningOf(unit, "norm.mean", values),
      // The variance over all channels is one number, too small for one per
      // channel.
      runningVar: unit.norm?.kind === "scale"
        ? { buffer: unused[2] }
        : this.#runningOf(unit, "norm.var", values),
      wholeVar: this.#runningOf(unit, "norm.var", values),
    };
  }

  /** Bindings of the gradients of a unit's learned parameters. */
  learned(index: number, values: Averaged): Bound {
    const { partials } = this.#context.buffers.units[index];
    return { ...this.norm(index, values), sums: { buffer: partials } };
  }

  /** Bindings of the backward pass, from the gradient of a unit's output on. */
  backward(index: number, part: number): Bound {
    const { units, buffers, arrays, optimizer } = this.#context;
    const unit = units.units[index];
    const own = buffers.microBatches[part];
    const gradient = { buffer: own.gradient };
    const partial = { buffer: buffers.partial };
    const { residual } = unit;
    const ds = { buffer: buffers.spikeGradient };
    const slot = arrays.slots.find(({ name }) =>
      name === `${unit.layer.name}.weight`
    );
    const above = hasOwnGradient(unit)
      ? ds
      : { buffer: own.rasterGradients[index + 1] };
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
      doutput: { buffer: own.rasterGradients[index + 1] },
      arrived: { buffer: own.arrived[index] },
      darrived: unit.axon ? gradient : ds,
      delays: this.#slotOf(unit, "delay", arrays.trained, buffers.zeros),
      ds,
      spikes: { buffer: own.spikes[index] },
      above,
      aboveQuads: above,
      dy: gradient,
      dyQuads: gradient,
      sums: { buffer: buffers.units[index].partials },
      sample: { buffer: buffers.units[index].samples },
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
      w: this.#usedOf(index, "weight", arrays.trained),
      dx: { buffer: this.#gradientFor(unit.source, part, { unit: index }) },
      inputs: { buffer: own.rasters[unit.source] },
      dw: this.#weightGradientOf(unit, "weight", part),
      stripSum: partial,
      stripSums: partial,
      first: { buffer: own.ghosts[index] },
      dfirst: { buffer: own.ghostGradient },
      ghostWeights: this.#slotOf(unit, "ghost", arrays.trained, buffers.zeros),
      learned: this.#slotOf(unit, "neuron.w", arrays.trained, buffers.zeros),
      r: this.#usedOf(index, "recurrent", arrays.trained),
      driven: { buffer: own.driven[index] },
      states: { buffer: own.states[index] },
      ahead: { buffer: own.ahead[index] },
      ...(slot && optimizer.bindingsOf(slot)),
    };
  }

  /** Buffer in which a reader of a raster writes its part of the gradient. */
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

  /** Weights that kernels use: rounded, if the unit is quantised. */
  #usedOf(
    index: number,
    array: typeof ROUNDED[number],
    values: Averaged,
  ): GPUBufferBinding {
    const { units, buffers } = this.#context;
    const rounded = buffers.units[index].rounded[ROUNDED.indexOf(array)];
    return rounded
      ? { buffer: rounded }
      : this.#slotOf(units.units[index], array, values, buffers.zeros);
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

  #weightGradientOf(
    unit: Unit,
    array: string,
    part: number,
  ): GPUBufferBinding {
    const { arrays, buffers, gradientOf } = this.#context;
    const name = `${unit.layer.name}.${array}`;
    const [other] = buffers.unused;
    return bindingOf(arrays.slots, name, gradientOf(part), other);
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
