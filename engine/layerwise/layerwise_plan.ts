/**
 * Plans of steps that run layer by layer: all buffers, pipelines and bind
 * groups are created once.
 *
 * @module
 */

import type { Compiler } from "../device/compiler.ts";
import type { Device } from "../device/device.ts";
import { DeviceError, ShapeError } from "../device/errors.ts";
import type { Place } from "../device/readback.ts";
import type { PartGradients } from "../distributed/part_gradients.ts";
import { Shares } from "../distributed/shares.ts";
import { delayStep } from "../layers/describe_axon.ts";
import { type Extent, sizeOf } from "../network/network.ts";
import { microBatch } from "../plan/micro_batch.ts";
import type { Optimizer } from "../plan/steps/optimizer.ts";
import { binsOf, type PlanOptions } from "../plan/sizes.ts";
import type { EventBinning } from "../plan/steps/step_runner.ts";
import { recordWords } from "../plan/steps/step_results.ts";
import { type LayerwiseDispatch, UnitCompiler } from "./compile_units.ts";
import type { Bound, UnitArrays } from "./unit_bindings.ts";
import { allocateUnits, type LayerwiseBuffers } from "./unit_buffers.ts";
import { sizeUnits } from "./unit_sizes.ts";
import { launchUnit } from "./launches/unit_launches.ts";
import type { Units } from "./units/units.ts";

/** Time resolution of events in parts of a bin, where event words have room. */
const FINE = 16;

/** Bits of an event word. */
const WORD_BITS = 32;

/** Place of the arrays of a unit in a gradient, in bytes. */
export type GradientPlace = Pick<Place, "offset" | "size">;

/** A plan, ready to run. */
export interface LayerwisePlan {
  readonly units: Units;
  /** Bins of a sample. */
  readonly T: number;
  /** Time resolution of events, in parts of a bin. */
  readonly fine: number;
  readonly eventBinning: EventBinning;
  readonly addressBits: number;
  /** Rows, columns and channels of the input. */
  readonly extent: Extent;
  /** Rows, columns and channels of the sensor. */
  readonly sensor: Extent;
  /** Number of addresses of the sensor: its pixels, counted per channel. */
  readonly inputs: number;
  /** Number of outputs, one per class. */
  readonly outputs: number;
  /** Most samples in a batch. */
  readonly batch: number;
  /** Samples of a micro-batch. */
  readonly M: number;
  /** Division of batches, and the samples that this process computes. */
  readonly shares: Shares;
  /** Place of each unit's arrays in a gradient, in bytes. */
  readonly gradientPlaces: readonly GradientPlace[];
  readonly buffers: LayerwiseBuffers;
  /** Compiles the binning of the events in a buffer. */
  readonly bin: (events: GPUBuffer) => Promise<readonly LayerwiseDispatch[]>;
  /** Returns a unit's buffers in evaluation, for the first micro-batch. */
  readonly evaluated: (index: number) => Bound;
  /** The forward pass in training. */
  readonly training: readonly LayerwiseDispatch[];
  /** The forward pass with running statistics. */
  readonly evaluation: readonly LayerwiseDispatch[];
  /** The backward pass. */
  readonly backward: readonly LayerwiseDispatch[];
}

/** Network and device of a plan. */
export interface LayerwiseContext {
  readonly device: Device;
  readonly compiler: Compiler;
  readonly units: Units;
  readonly arrays: UnitArrays;
  readonly optimizer: Optimizer;
  /** Gradients of the parts of a batch, where steps are computed by parts. */
  readonly gradients?: PartGradients;
  /** Time step in ms. */
  readonly Ts: number;
  /** Number of slices of each sample, whatever its duration. */
  readonly slices?: number;
  /** The sensor, where its size differs from the network's input. */
  readonly sensor?: Extent;
  /** Whether counts are divided by the sample's largest. */
  readonly normalised: boolean;
}

/**
 * Compiles a plan. Where memory does not suffice, smaller micro-batches are
 * tried, with the same bits.
 *
 * @param context Network and device.
 * @param options Sizes, loss, and whether to train.
 * @returns The plan.
 * @throws {ShapeError} If the sizes do not fit the device or one another, or
 * the loss is not one of a readout.
 * @throws {DeviceError} If the device has not enough memory.
 * @throws {KernelError} If the device rejects a kernel.
 */
export async function compileLayerwise(
  context: LayerwiseContext,
  options: PlanOptions,
): Promise<LayerwisePlan> {
  const { device, units, optimizer } = context;
  const { batch, train, keep = false, counts = false, loss } = options;
  if (!(Number.isInteger(batch) && batch > 0)) {
    throw new ShapeError(
      `Cannot plan batches of ${batch}: it is not a positive integer`,
    );
  }
  const { readout } = loss;
  if (!readout) {
    throw new ShapeError(
      `Cannot train with the loss "${loss.name}": a network with norms, ` +
        "biases or a readout takes crossEntropy or squaredRate",
    );
  }
  const last = units.units[units.units.length - 1];
  if (readout.kind === "shares" && !last.neuron) {
    throw new ShapeError(
      `Cannot train with the loss "${loss.name}": layer "${last.layer.name}" ` +
        "has no neurons, whose spikes it compares",
    );
  }
  const graded = units.units.find(({ neuron }) => neuron?.kind.graded);
  if (readout.sparsity && graded) {
    throw new ShapeError(
      `Cannot bound the firing rate of layer "${graded.layer.name}": its ` +
        "neurons send numbers",
    );
  }
  const { extent } = units.input;
  const { sensor = extent } = context;
  const { T, fine, inputs, addressBits, eventBinning } = timeUnits(
    context,
    options.tSample,
  );
  const outputs = units.units[units.units.length - 1].output.extent.C;
  const { classWeights = new Array<number>(outputs).fill(1) } = readout;
  if (classWeights.length !== outputs) {
    throw new ShapeError(
      `Cannot weight ${classWeights.length} classes: the network has ` +
        `${outputs} outputs`,
    );
  }
  const stride = recordWords(units.units.length, batch);
  const launches = units.units.map((_, index) =>
    launchUnit(units, index, {
      T,
      Ts: delayStep(context),
      batch,
      stride,
      rule: optimizer.rule,
      keep,
      normalised: context.normalised,
      sparsity: readout.sparsity,
      software: device.adapter.software,
      workgroupBytes: device.gpu.limits.maxComputeWorkgroupStorageSize,
    })
  );
  const sizes = sizeUnits(units, T, { train, keep });
  const shares = new Shares(batch, options.division);
  if (readout.sparsity && shares.ranks.count > 1) {
    throw new ShapeError(
      "Cannot bound firing rates with sparsity: each of " +
        `${shares.ranks.count} ranks knows those of its own samples alone`,
    );
  }
  const most = microBatch(device, {
    batch: shares.size,
    buffers: Object.values(sizes).flat(),
    tables: {},
    launches: units.units.map(({ layer: { name } }, index) => ({
      of: `layer "${name}"`,
      launches: Object.values(launches[index]).flat(),
    })),
  });
  const { M, buffers } = await allocateWhatFits(
    (M) =>
      allocateUnits(device, units, sizes, {
        T,
        batch,
        M,
        shares,
        train,
        keep,
        counts,
      }),
    most,
  );
  device.gpu.queue.writeBuffer(
    buffers.classWeights,
    0,
    Float32Array.from(classWeights),
  );
  const { gradients, arrays } = context;
  const eachPart = Math.ceil(shares.size / M);
  const compiler = new UnitCompiler({
    ...context,
    gradientOf: (microBatch) => {
      const part = shares.partsOf().first + Math.floor(microBatch / eachPart);
      return gradients?.parts[part] ?? arrays.dw;
    },
    launches,
    buffers,
    loss: readout,
    T,
    fine,
    addressBits,
    sensor,
    stride,
  });
  const [evaluation, training, backward] = await Promise.all([
    compiler.forward({ trains: false }),
    train ? compiler.forward({ trains: true }) : [],
    train ? compiler.backward() : [],
  ]);
  return {
    units,
    T,
    fine,
    eventBinning,
    addressBits,
    extent,
    sensor,
    inputs,
    outputs,
    batch,
    M,
    shares,
    gradientPlaces: placeGradients(units, arrays),
    buffers,
    bin: (events) => compiler.bin(events),
    evaluated: (index) => compiler.evaluated(index),
    training,
    evaluation,
    backward,
  };
}

/** Finds the arrays of each unit, which lie side by side, in a gradient. */
function placeGradients(
  { units }: Units,
  { slots, dw }: UnitArrays,
): GradientPlace[] {
  const starts = units.map(({ layer: { name } }) =>
    slots.find(({ layer }) => layer === name)
  );
  return starts.map((slot, index) => {
    if (slot === undefined) return { offset: 0, size: 0 };
    const next = starts.slice(index + 1).find((slot) => slot !== undefined);
    const offset = 4 * slot.offset;
    return { offset, size: (next ? 4 * next.offset : dw.size) - offset };
  });
}

/** Allocates with the largest micro-batch, halved until memory suffices. */
async function allocateWhatFits(
  allocate: (M: number) => Promise<LayerwiseBuffers>,
  M: number,
): Promise<{ M: number; buffers: LayerwiseBuffers }> {
  try {
    return { M, buffers: await allocate(M) };
  } catch (error) {
    if (!(error instanceof DeviceError && M > 1)) throw error;
    return await allocateWhatFits(allocate, M >> 1);
  }
}

/** Binning of events for units. */
export interface UnitTiming extends
  Pick<
    LayerwisePlan,
    "T" | "fine" | "eventBinning" | "addressBits" | "inputs"
  > {}

/**
 * Determines the binning of events. It is finer than the network's bins, so
 * that augmentation can shift events in time.
 *
 * @param context Units, sensor, and time step or number of slices.
 * @param tSample Length of a sample in ms.
 * @returns Bins of the network and of events.
 * @throws {ShapeError} If event words have no room for the bins.
 */
export function timeUnits(
  { units, Ts, slices, sensor = units.input.extent }: Pick<
    LayerwiseContext,
    "units" | "Ts" | "slices" | "sensor"
  >,
  tSample: number,
): UnitTiming {
  const T = slices ?? binsOf(tSample, Ts);
  const inputs = sizeOf(sensor);
  const addressBits = Math.ceil(Math.log2(inputs));
  const fine = fineOf(T, addressBits, inputs);
  const eventBinning = { bins: T * fine, Ts: slices ? undefined : Ts / fine };
  return { T, fine, inputs, addressBits, eventBinning };
}

/** Parts of a bin, as fine as event words allow. */
function fineOf(T: number, addressBits: number, inputs: number): number {
  const room = 2 ** (WORD_BITS - addressBits);
  if (T > room) {
    throw new ShapeError(
      `Cannot bin events: ${inputs} pixels leave room for ${room} bins, not ` +
        `${T}`,
    );
  }
  return Math.min(FINE, 2 ** Math.floor(Math.log2(room / T)));
}
