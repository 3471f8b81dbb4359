/**
 * The buffers of a plan that runs layer by layer.
 *
 * A batch is divided into micro-batches that the device can bind. Each has its
 * own buffers: statistics are those of the whole batch, so each layer is
 * computed for all micro-batches before the next layer.
 *
 * @module
 */

import type { Device } from "../device/device.ts";
import type { Shares } from "../distributed/shares.ts";
import { inQuads } from "../network/layout.ts";
import { sizeOf } from "../network/network.ts";
import {
  allocateOutputs,
  type StepOutputs,
} from "../plan/steps/step_outputs.ts";
import { layOutSums, type SumsSetting } from "./batch_sums.ts";
import { layerRaster } from "./launches/strips.ts";
import { readersOf, type UnitSizes } from "./unit_sizes.ts";
import { floatsOf, isPooled, type Unit, type Units } from "./units/units.ts";

/** Distance between the uniforms of two micro-batches, in words. */
export const UNIFORM_WORDS = 64;

/** Words per source of events in bin_counts.wgsl. */
export const SOURCE_WORDS = 22;

/**
 * Words of a unit's sums over strips, and of the sums of its learned parameters.
 */
function partialWords(unit: Unit, setting: SumsSetting): number {
  const { learnedFirst, learned } = layOutSums(unit, setting);
  return 2 * (learnedFirst + setting.batch * learned);
}

/** Buffers of a single micro-batch. */
export interface MicroBatchBuffers {
  readonly counts: GPUBuffer;
  readonly largest: GPUBuffer;
  /** The input, then the output of each unit. */
  readonly rasters: readonly GPUBuffer[];
  /** Spikes of each unit's neurons. */
  readonly spikes: readonly GPUBuffer[];
  /** Spikes after the axons; the same buffers where axons do not delay them. */
  readonly arrived: readonly GPUBuffer[];
  /**
   * Spikes joined with those of the shortcut; the spikes themselves without
   * one.
   */
  readonly joined: readonly GPUBuffer[];
  /** Drives of each unit. */
  readonly drives: readonly GPUBuffer[];
  /** First half of the feature maps of each ghost convolution. */
  readonly ghosts: readonly GPUBuffer[];
  /** Gradient of the first half of feature maps of the unit being computed. */
  readonly ghostGradient: GPUBuffer;
  /** Drives of each recurrent unit, including those from its own spikes. */
  readonly driven: readonly GPUBuffer[];
  /** States of its neurons before each bin. */
  readonly states: readonly GPUBuffer[];
  /** Gradients of its drives, shifted to the previous bin. */
  readonly ahead: readonly GPUBuffer[];
  /** Potentials of each unit, if they are kept. */
  readonly potentials: readonly GPUBuffer[];
  /** Gradient of the drive of the unit being computed. */
  readonly gradient: GPUBuffer;
  /** Gradient of each raster. */
  readonly rasterGradients: readonly GPUBuffer[];
  /** Gradient of each raster from its second reader. */
  readonly secondGradients: readonly GPUBuffer[];
}

/** Buffers of a unit that all micro-batches share. */
export interface UnitBuffers {
  /** Means and squared deviations of strips, then sums of gradients. */
  readonly partials: GPUBuffer;
  /** Those of samples: the same buffer, if a sample is a single strip. */
  readonly samples: GPUBuffer;
  readonly coefficients: GPUBuffer;
  readonly back: GPUBuffer;
  /** Rounded weights of a quantised unit, then the recurrent ones. */
  readonly rounded: readonly GPUBuffer[];
}

/** All buffers of a plan. */
export interface LayerwiseBuffers extends StepOutputs {
  readonly microBatches: readonly MicroBatchBuffers[];
  readonly units: readonly UnitBuffers[];
  /** Uniforms of each micro-batch, then of the batch. */
  readonly uniforms: GPUBuffer;
  /** Sources of the events of each sample, [batch, 2, 21]. */
  readonly sources: GPUBuffer;
  /** Classes of each sample and the share of the first, [batch, 3]. */
  readonly classes: GPUBuffer;
  /** Weight of the samples of each class. */
  readonly classWeights: GPUBuffer;
  readonly packed: GPUBuffer;
  readonly routes: GPUBuffer;
  readonly spikeGradient: GPUBuffer;
  readonly partial: GPUBuffer;
  /** Zeros in place of the bias of units that have none. */
  readonly zeros: GPUBuffer;
  /** Targets of gradients that belong to no array. */
  readonly unused: readonly GPUBuffer[];
}

/**
 * Allocates the buffers of a plan.
 *
 * @param device The device.
 * @param units The units.
 * @param sizes Words per sample.
 * @param options Bins, samples of a batch and of a micro-batch, division of
 * batches, and whether potentials are kept and incoming spikes counted.
 * @returns The buffers, zero-initialised.
 * @throws {DeviceError} If the device has not enough memory.
 */
export function allocateUnits(
  device: Device,
  units: Units,
  sizes: UnitSizes,
  { T, batch, M, shares, train, keep, counts }: {
    readonly T: number;
    readonly batch: number;
    readonly M: number;
    readonly shares: Shares;
    readonly train: boolean;
    readonly keep: boolean;
    readonly counts: boolean;
  },
): Promise<LayerwiseBuffers> {
  const { software } = device.adapter;
  const allocate = (
    label: string,
    words: number,
    usage?: GPUBufferUsageFlags,
  ) => device.createBuffer(label, inQuads(words), usage);
  const { units: all } = units;
  const layers = all.map(({ layer }) => layer);
  const outputs = sizeOf(layers[layers.length - 1].output);
  const channels = all.map((unit) => floatsOf(layerRaster(unit)));
  return device.allocate(() => {
    const allocateMicroBatch = (): MicroBatchBuffers => {
      const spikes = all.map(({ layer }, index) =>
        allocate(`${layer.name} spikes`, M * sizes.spikes[index])
      );
      const arrived = all.map(({ layer, axon }, index) =>
        axon
          ? allocate(`${layer.name} arrived`, M * sizes.arrived[index])
          : spikes[index]
      );
      const joined = all.map(({ layer, residual }, index) =>
        residual
          ? allocate(`${layer.name} joined`, M * sizes.joined[index])
          : arrived[index]
      );
      const shared = train || keep
        ? undefined
        : allocate("drive", M * sizes.drives[0]);
      const floats = (label: string, each: number) => allocate(label, M * each);
      const drives = layers.map(({ name }, index) =>
        shared ?? floats(`${name} drive`, sizes.drives[index])
      );
      const rasterGradients = sizes.rasterGradients.map((each, raster) => {
        const [reader] = readersOf(units, raster);
        // A synapse's adjoint runs when its drive is no longer needed.
        const isFree = each > 0 && !keep && reader && !reader.adds &&
          sizes.drives[reader.unit] >= each;
        return isFree
          ? drives[reader.unit]
          : floats(`gradient of raster ${raster}`, each);
      });
      return {
        counts: allocate("counts", M * sizes.counts),
        largest: allocate("largest", M),
        rasters: [
          allocate("input spikes", M * sizes.rasters[0]),
          ...all.map((unit, index) =>
            isPooled(unit)
              ? allocate(
                `${unit.layer.name} output`,
                M * sizes.rasters[index + 1],
              )
              : joined[index]
          ),
        ],
        spikes,
        arrived,
        joined,
        drives,
        ghosts: layers.map(({ name }, index) =>
          floats(`${name} first half`, sizes.ghosts[index])
        ),
        ghostGradient: floats(
          "gradient of a first half",
          train ? Math.max(...sizes.ghosts) : 0,
        ),
        driven: layers.map(({ name }, index) =>
          floats(`${name} drive with spikes`, sizes.driven[index])
        ),
        states: layers.map(({ name }, index) =>
          floats(`${name} states`, sizes.states[index])
        ),
        ahead: layers.map(({ name }, index) =>
          floats(`${name} gradient ahead`, sizes.ahead[index])
        ),
        potentials: layers.map(({ name }, index) =>
          floats(`${name} potentials`, keep ? sizes.drives[index] : 0)
        ),
        gradient: floats("gradient", sizes.gradient),
        rasterGradients,
        secondGradients: sizes.secondGradients.map((each, index) =>
          floats(`second gradient of raster ${index}`, each)
        ),
      };
    };
    return {
      microBatches: Array.from(
        { length: shares.mostMicroBatches(M) },
        allocateMicroBatch,
      ),
      units: all.map((unit, index) => {
        const setting = { T, batch, software };
        const partials = allocate("partial sums", partialWords(unit, setting));
        return {
          partials,
          samples: layOutSums(unit, setting).S > 1
            ? allocate("sums of samples", 2 * channels[index] * batch)
            : partials,
          coefficients: allocate("coefficients", 4 * (channels[index] + 1)),
          back: allocate("coefficients back", 3 * channels[index]),
          rounded: [unit.layer, unit.recurrent].flatMap((layer) =>
            layer?.weights && layer.weightStep !== undefined
              ? [allocate("rounded weights", layer.weights.floats)]
              : []
          ),
        };
      }),
      uniforms: allocate(
        "micro-batches",
        UNIFORM_WORDS * (shares.mostMicroBatches(M) + 1),
        GPUBufferUsage.UNIFORM,
      ),
      sources: allocate("sources", 2 * SOURCE_WORDS * batch),
      classes: allocate("classes", 3 * batch),
      classWeights: allocate("class weights", outputs),
      packed: allocate("packed", M * sizes.packed),
      routes: allocate("routes", M * sizes.routes),
      spikeGradient: allocate("spike gradient", M * sizes.spikeGradient),
      partial: allocate("partial", M * sizes.partial),
      zeros: allocate("zeros", Math.max(...channels)),
      unused: [0, 1, 2].map(() => allocate("unused", Math.max(...channels))),
      ...allocateOutputs(device, layers, {
        batch,
        ranks: shares.ranks,
        counts,
        spiking: all.filter(({ neuron }) => neuron).map(({ layer }) => layer),
      }),
    };
  }, freeUnits);
}

/**
 * Frees the buffers of a plan.
 *
 * @param buffers The buffers.
 */
export function freeUnits(buffers: LayerwiseBuffers): void {
  const { microBatches, units, ...others } = buffers;
  // Some buffers have two names; destroying a buffer twice is harmless.
  const own = [...microBatches, ...units].flatMap((each) =>
    Object.values(each).flat()
  );
  for (const buffer of [...own, ...Object.values(others).flat()]) {
    buffer.destroy();
  }
}
