/**
 * The launches of a unit, before anything is allocated.
 *
 * @module
 */

import { transposeForward } from "../../kernels/input/transpose_spikes.ts";
import {
  normAdjointTotal,
  normAffine,
  normApply,
  normRunning,
  normStatistics,
  normTotal,
} from "../../kernels/norm/norm.ts";
import { cellForward } from "../../kernels/neurons/cell.ts";
import { cellAdjoint } from "../../kernels/neurons/cell_adjoint.ts";
import { sparsityPress } from "../../kernels/output/sparsity.ts";
import {
  poolLargest,
  poolRoutes,
  poolSum,
} from "../../kernels/rasters/pool_raster.ts";
import { residualAdd, residualGate } from "../../kernels/rasters/residual.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { ShapeError } from "../device/errors.ts";
import { groupsFor, type Launch, launch } from "../device/launch.ts";
import type { LayerSetting } from "../layers/layer.ts";
import type { Sparsity } from "../losses/loss.ts";
import { sizeOf } from "../network/network.ts";
import { launchGhost, NO_GHOST } from "./ghost.ts";
import { launchLearned, learnedSums } from "./learned.ts";
import {
  floatsOf,
  planesOf,
  type Raster,
  rasterOf,
  type Unit,
  type Units,
} from "./units.ts";

/** Lanes of a workgroup that integrates neurons. */
const LANES = 64;

/** Bins that an invocation integrates, at most, where a strip has pixels. */
const STRIP_BINS = 512;

/** Strips of a sample that are enough to fill a device. */
const STRIPS = 1024;

/** What the launches of all units have in common. */
export interface UnitSetting {
  /** Bins of a sample. */
  readonly T: number;
  /** Most samples in a batch. */
  readonly batch: number;
  /** Words of a step's record. */
  readonly stride: number;
  /** Number of the rule by which weights are updated. */
  readonly rule: number;
  /** Whether potentials are kept. */
  readonly keep: boolean;
  /** Whether drives of the input are divided by the sample's largest count. */
  readonly normalised: boolean;
  /** Bounds the firing rates of all units but the last. */
  readonly sparsity?: Sparsity;
  /** Whether the device computes on the CPU. */
  readonly software: boolean;
  /** Bytes of shared memory that a workgroup may have. */
  readonly workgroupBytes: number;
}

/** The launches of a unit. */
export interface UnitLaunches {
  /** Neuron-packs the raster that the synapse reads. */
  readonly pack: Launch;
  /** From the raster to the drive. */
  readonly synapse: readonly Launch[];
  /** The second half of a ghost convolution's maps, from the first. */
  readonly ghostForward: readonly Launch[];
  /** From the gradient of all its maps to that of the first half. */
  readonly ghostAdjoint: readonly Launch[];
  /** From there to that of its depth-wise weights. */
  readonly ghostGradient: readonly Launch[];
  /** Statistics of a micro-batch, where the unit normalises. */
  readonly statistics: readonly Launch[];
  /** Coefficients of the normalised drive while training. */
  readonly training: Launch;
  /** The same in evaluation. */
  readonly evaluation: Launch;
  /** From the drive to the unit's output. */
  readonly spikes: readonly Launch[];
  /** What spikes cost, where the loss bounds firing rates. */
  readonly pressure: readonly Launch[];
  /** Which spikes get a gradient, where not all do. */
  readonly routes: readonly Launch[];
  /** From the gradient of the output to that of the normalised drive. */
  readonly neurons: readonly Launch[];
  /** Gradient of what the neurons learn, if they do. */
  readonly learned: readonly Launch[];
  /** Gradients of scale and bias, and the coefficients of `apply`. */
  readonly total: Launch;
  /** From there to the gradient of the drive, where it is to be written. */
  readonly apply: readonly Launch[];
  /** From there to that of the raster. */
  readonly adjoint: readonly Launch[];
  /** From there to that of the weights. */
  readonly gradient: readonly Launch[];
}

/** How drives are cut into strips, by names in unit.wgsl. */
export interface Strips {
  readonly T: number;
  readonly pixels: number;
  readonly C: number;
  readonly runSize: number;
  readonly channelLanes: number;
  readonly S: number;
}

/**
 * Cuts the drives of a unit into strips of pixels.
 *
 * @param raster Channels, rows and columns of its neurons.
 * @param T Bins of a sample.
 * @returns Constants of unit.wgsl.
 */
export function stripsOf(
  { extent, runSize }: Pick<Raster, "extent" | "runSize">,
  T: number,
): Strips {
  const floats = floatsOf({ extent, runSize });
  const channelLanes = Math.min(LANES, 2 ** Math.ceil(Math.log2(floats)));
  const pixels = extent.H * extent.W;
  // Few pixels an invocation where there are few, so that the device is full.
  const steps = pixels * channelLanes / LANES;
  const each = Math.max(
    1,
    Math.min(8, Math.floor(STRIP_BINS / T), Math.floor(steps / STRIPS)),
  );
  const S = Math.ceil(pixels / (LANES / channelLanes * each));
  return { T, pixels, C: extent.C, runSize, channelLanes, S };
}

/**
 * Works out the launches of a unit.
 *
 * @param units The units.
 * @param index Index of the unit.
 * @param setting What all units have in common.
 * @returns The launches.
 * @throws {ShapeError} If its neurons are not stepped bin by bin.
 */
export function launchUnit(
  units: Units,
  index: number,
  setting: UnitSetting,
): UnitLaunches {
  const unit = units.units[index];
  const { layer, norm, ghost } = unit;
  const source = rasterOf(units, unit.source);
  const strips = stripsOf(layerRaster(unit), setting.T);
  const { kind } = layer;
  const synapse = ghost?.first ?? layer;
  const own = synapseSetting(source, setting);
  const { T, batch } = setting;
  const channels = floatsOf(layerRaster(unit));
  const grid = [
    strips.S,
    Math.ceil(channels / strips.channelLanes),
    "samples",
  ] as const;
  // Nothing but the weights' gradient reads that of the first drives.
  const throughNorm = norm && unit.source === 0 && !ghost && !setting.normalised
    ? kind.gradientThroughNorm?.(synapse, own)
    : undefined;
  const { scale, kept } = source;
  const meanOnly = Number(norm?.meanOnly ?? false);
  const norms = { ...strips, ...norm, meanOnly, scale, kept };
  const values = T * strips.pixels * channels;
  const each = [groupsFor(channels, LANES), 1, 1] as const;
  return {
    pack: packRaster(source, T),
    synapse: kind.forward(synapse, own),
    ...(ghost ? launchGhost(ghost, T, batch) : NO_GHOST),
    statistics: norm
      ? [launch({
        kernel: normStatistics,
        constants: strips,
        grid,
        loops: 8 * (T + 2) + 8,
      })]
      : [],
    training: norm
      ? launch({
        kernel: normTotal,
        constants: norms,
        grid: [channels, 1, 1],
        loops: Math.ceil(batch * strips.S / normTotal.workgroup) + 12,
      })
      : launch({ kernel: normAffine, constants: norms, grid: each }),
    evaluation: norm
      ? launch({ kernel: normRunning, constants: norms, grid: each })
      : launch({ kernel: normAffine, constants: norms, grid: each }),
    spikes: launchSpikes(units, index, { setting, strips, grid }),
    pressure: launchPressure(units, index, setting),
    ...launchNeuronsBack(units, index, { setting, strips, grid }),
    learned: unit.neuron?.kind.learned ? [launchLearned(strips, batch)] : [],
    total: launch({
      kernel: normAdjointTotal,
      constants: {
        ...strips,
        meanOnly,
        normalises: Number(norm !== undefined),
      },
      grid: [channels, 1, 1],
      loops: Math.ceil(batch * strips.S / normTotal.workgroup) + 12,
    }),
    apply: throughNorm ? [] : [launch({
      kernel: normApply,
      constants: strips,
      grid: [groupsFor(values / 4, LANES), 1, "samples"],
      loops: Math.ceil(values / 4 / LANES / 65535) + 1,
    })],
    adjoint: kind.adjoint?.(synapse, own) ?? [],
    gradient: throughNorm ?? kind.gradient?.(synapse, own) ?? [],
  };
}

/** A unit's neurons as a raster, before anything is added or pooled. */
export function layerRaster({ layer }: Unit) {
  return { extent: layer.output, runSize: layer.runSize };
}

/** Sizes and constants of a unit's synapse. */
function synapseSetting(source: Raster, setting: UnitSetting): LayerSetting {
  const { T, software, workgroupBytes, rule } = setting;
  const pixels = source.extent.H * source.extent.W;
  return {
    T,
    P: planesOf(source),
    height: 1,
    sampleRows: T,
    below: { runSize: source.runSize, floats: pixels * floatsOf(source) },
    software,
    workgroupBytes,
    rule,
    // Neurons have kernels of their own here.
    neurons: undefined as never,
    forwardConstants: {},
    packsNeurons: false,
  };
}

/** Packs a raster along neurons, as synapses read it. */
function packRaster(raster: Raster, T: number): Launch {
  const F = sizeOf(raster.extent);
  return launch({
    kernel: transposeForward,
    constants: { F },
    grid: [
      groupsFor(F, transposeForward.workgroup),
      planesOf(raster) * Math.ceil(T / BINS_PER_WORD),
      "samples",
    ],
  });
}

/** Constants and the text of a unit's neuron. */
function neuronOf({ layer, neuron }: Unit) {
  if (!neuron) return undefined;
  const { kind, parameters } = neuron;
  if (!kind.stepped) {
    throw new ShapeError(
      `Cannot build layer "${layer.name}" with neurons of kind ` +
        `"${kind.name}": with normalisation, bias, dropout, residuals or ` +
        "pooling of spikes, neurons are to be stepped bin by bin",
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

/** Launches the gradient of a unit's firing rate, where it is bounded. */
function launchPressure(
  { units }: Units,
  index: number,
  { T, stride, sparsity }: UnitSetting,
): Launch[] {
  const { layer, neuron } = units[index];
  if (!sparsity || !neuron || index === units.length - 1) return [];
  const { maxRate, lam: factor } = sparsity;
  const F = sizeOf(layer.output);
  return [launch({
    kernel: sparsityPress,
    constants: {
      T,
      F,
      floats: floatsOf(layerRaster(units[index])),
      layer: index,
      stride,
      maxRate,
      factor,
    },
    grid: [1, 1, 1],
  })];
}

/** What both directions of a unit's neurons need. */
interface NeuronPlace {
  readonly setting: UnitSetting;
  readonly strips: Strips;
  readonly grid: Launch["grid"];
}

function launchSpikes(
  units: Units,
  index: number,
  { setting, strips, grid }: NeuronPlace,
): Launch[] {
  const unit = units.units[index];
  const neuron = neuronOf(unit);
  if (!neuron) return [];
  const { T, stride } = setting;
  const cell: Launch = {
    kernel: cellForward(neuron.text),
    constants: {
      ...strips,
      ...neuron.constants,
      keep: Number(setting.keep),
      layer: index,
      stride,
    },
    grid,
    loops: 8 * (T * 4 + T / 2 + 4) + 8,
  };
  return [
    cell,
    ...launchResidual(units, unit, T),
    ...launchPooling(unit, index, T),
  ];
}

function launchResidual(units: Units, unit: Unit, T: number): Launch[] {
  const { residual, joined } = unit;
  if (!residual) return [];
  const F = sizeOf(joined.extent);
  const B = Math.ceil(T / BINS_PER_WORD);
  const grid = [groupsFor(B * F, LANES), 1, "samples"] as const;
  const shortcut = rasterOf(units, residual.raster);
  return [
    residual.join === "add"
      ? launch({
        kernel: residualAdd,
        constants: { B, F, P: planesOf(joined), PS: planesOf(shortcut) },
        grid,
      })
      : launch({ kernel: residualGate, constants: { B, F }, grid }),
  ];
}

/** Constants of pool_raster.wgsl. */
function poolConstants(unit: Unit, index: number, T: number) {
  const { joined, output, pooling, dropout } = unit;
  return {
    B: Math.ceil(T / BINS_PER_WORD),
    P: planesOf(joined),
    OP: planesOf(output),
    ...joined.extent,
    window: pooling?.window ?? 1,
    inner: pooling?.inner ?? 1,
    threshold: Math.floor(dropout * 2 ** 32),
    layer: index,
    picks: Number(pooling?.kind === "max"),
  };
}

/** Whether pooling or dropout change what a unit's neurons give. */
export function isPooled({ pooling, dropout }: Unit): boolean {
  return pooling !== undefined || dropout > 0;
}

function launchPooling(unit: Unit, index: number, T: number): Launch[] {
  if (!isPooled(unit)) return [];
  const { output, pooling } = unit;
  const constants = poolConstants(unit, index, T);
  const kernel = pooling?.kind === "average" ? poolSum : poolLargest;
  const planes = constants.P * constants.OP;
  return [launch<typeof kernel>({
    kernel,
    constants,
    grid: [
      groupsFor(sizeOf(output.extent), kernel.workgroup),
      constants.B,
      "samples",
    ],
    loops: constants.window ** 2 * (2 * planes + 4) + 20,
  })];
}

function launchNeuronsBack(
  units: Units,
  index: number,
  { setting, strips, grid }: NeuronPlace,
): Pick<UnitLaunches, "routes" | "neurons"> {
  const unit = units.units[index];
  const neuron = neuronOf(unit);
  if (!neuron) return { routes: [], neurons: [] };
  const { T } = setting;
  const { joined, output, residual } = unit;
  const constants = poolConstants(unit, index, T);
  const { window, P } = constants;
  const shortcut = residual && rasterOf(units, residual.raster);
  return {
    routes: isPooled(unit)
      ? [launch({
        kernel: poolRoutes,
        constants,
        grid: [
          groupsFor(sizeOf(joined.extent), poolRoutes.workgroup),
          constants.B,
          "samples",
        ],
        loops: (window ** 2 + 1) * (P + 2) + 4,
      })]
      : [],
    neurons: [{
      kernel: cellAdjoint(neuron.text),
      constants: {
        ...strips,
        ...neuron.constants,
        W: joined.extent.W,
        window,
        outW: output.extent.W,
        outPixels: output.extent.H * output.extent.W,
        routed: Number(isPooled(unit)),
        residual: residual ? residual.join === "add" ? 1 : 2 : 0,
        shortcutRun: shortcut?.runSize ?? strips.C,
        sparse: Number(launchPressure(units, index, setting).length > 0),
        learnedFirst: learnedSums(strips, setting.batch).first,
      },
      grid,
      loops: 8 * (T * 12 + 8) + 8,
    }],
  };
}
