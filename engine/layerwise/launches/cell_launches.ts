/**
 * Launches of a unit's neurons, forward and backward, and of its sparsity loss.
 *
 * @module
 */

import { cellForward } from "../../../kernels/unit/cell.ts";
import { cellAdjoint } from "../../../kernels/unit/cell_adjoint.ts";
import {
  cellQuadsAdjoint,
  cellQuadsForward,
} from "../../../kernels/unit/cell_quads.ts";
import { BINS_PER_WORD, type KernelSpec } from "../../../kernels/spec.ts";
import { sparsityPress } from "../../../kernels/output/sparsity.ts";
import { ShapeError } from "../../device/errors.ts";
import { groupsFor, type Launch, launch } from "../../device/launch.ts";
import { QUAD } from "../../network/layout.ts";
import { sizeOf } from "../../network/network.ts";
import { hasOwnGradient, type Unit } from "../units/units.ts";
import { launchGraded, launchGradedBack } from "./graded_launches.ts";
import { learnedSums } from "./learned.ts";
import type { PlacedUnit } from "./placed_unit.ts";
import { outputPlace } from "./raster_launches.ts";
import {
  launchRecurrent,
  launchRecurrentBack,
  type UnitNeuron,
} from "./recurrent_launches.ts";

/**
 * Launches the integration of a unit's neurons, if it has any.
 *
 * @param placed The unit.
 * @returns The launches.
 * @throws {ShapeError} If its neurons are not stepped neurons.
 */
export function launchCells(placed: PlacedUnit): Launch[] {
  const { unit, index, setting, strips, grid } = placed;
  const { T, stride } = setting;
  const record = { keep: Number(setting.keep), layer: index, stride };
  if (unit.neuron?.kind.graded) return [launchGraded(placed, record)];
  const neuron = neuronOf(unit);
  if (!neuron) return [];
  if (unit.recurrent) {
    return [launchRecurrent({ unit, strips, setting, neuron }, record)];
  }
  const constants = { ...strips, ...neuron.constants, ...record };
  if (isByQuads(placed) && !setting.keep) {
    return [launchQuads(placed, cellQuadsForward(neuron.text), constants)];
  }
  return [{
    kernel: cellForward(neuron.text),
    constants,
    grid,
    loops: 8 * (T * 4 + T / 2 + 4) + 8,
  }];
}

/**
 * Launches the adjoint of a unit's neurons, if it has any.
 *
 * @param placed The unit.
 * @returns The launches.
 * @throws {ShapeError} If its neurons are not stepped neurons.
 */
export function launchCellsBack(placed: PlacedUnit): Launch[] {
  const { unit, setting, strips, grid } = placed;
  if (unit.neuron?.kind.graded) return [launchGradedBack(placed)];
  const neuron = neuronOf(unit);
  if (!neuron) return [];
  const { T, batch } = setting;
  const { pixels } = strips;
  const own = {
    sparse: Number(launchPressure(placed).length > 0),
    learnedFirst: learnedSums(strips, batch).first,
  };
  if (unit.recurrent) {
    return launchRecurrentBack({ unit, strips, setting, neuron }, own);
  }
  const constants = {
    ...strips,
    ...neuron.constants,
    ...(hasOwnGradient(unit)
      ? { W: pixels, outW: pixels, outPixels: pixels }
      : outputPlace(placed)),
    ...own,
  };
  if (isByQuads(placed) && !unit.residual && !neuron.text.learns) {
    return [launchQuads(placed, cellQuadsAdjoint(neuron.text), constants)];
  }
  return [{
    kernel: cellAdjoint(neuron.text),
    constants,
    grid,
    loops: 8 * (T * 12 + 8) + 8,
  }];
}

/**
 * Launches the gradient of the sparsity loss, where the unit's firing rate is
 * bounded.
 *
 * @param placed The unit.
 * @returns The launches.
 */
export function launchPressure(
  { unit, index, isLast, channels, setting }: PlacedUnit,
): Launch[] {
  const { T, stride, sparsity } = setting;
  if (!sparsity || !unit.neuron || isLast) return [];
  const { maxRate, lam: factor } = sparsity;
  return [launch({
    kernel: sparsityPress,
    constants: {
      T,
      F: sizeOf(unit.layer.output),
      floats: channels,
      layer: index,
      stride,
      maxRate,
      factor,
    },
    grid: [1, 1, 1],
  })];
}

/** Whether cell_quads.wgsl computes a unit's neurons. */
function isByQuads({ strips, setting }: PlacedUnit): boolean {
  return setting.software && strips.T <= BINS_PER_WORD &&
    strips.runSize % QUAD === 0;
}

/** Launches a kernel of cell_quads.wgsl. */
function launchQuads<S extends KernelSpec>(
  { strips: { S, pixels }, channels }: PlacedUnit,
  kernel: S & { readonly workgroup: number },
  constants: Launch<S>["constants"],
): Launch<S> {
  return {
    kernel,
    constants,
    grid: [groupsFor(S * channels / QUAD, kernel.workgroup), 1, "samples"],
    loops: Math.ceil(pixels / S) + 4,
  };
}

/** Constants and WGSL of a unit's neuron. */
function neuronOf({ layer, neuron }: Unit): UnitNeuron | undefined {
  if (!neuron) return undefined;
  const { kind, parameters } = neuron;
  if (!kind.stepped) {
    throw new ShapeError(
      `Cannot build layer "${layer.name}" with neurons of kind ` +
        `"${kind.name}": with normalisation, bias, dropout, residuals, ` +
        "recurrence or pooling of spikes, neurons are to be stepped bin by bin",
    );
  }
  const { gain: _, ...constants } = kind.constants(parameters, {
    Ts: 1,
    tSample: 1,
  });
  return {
    text: kind.stepped,
    constants: { ...constants, theta: parameters.theta },
  };
}
