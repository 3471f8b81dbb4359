/**
 * Compiles the plans of a network, whether it is computed as a whole or layer
 * by layer.
 *
 * @module
 */

import type { Compiler } from "../device/compiler.ts";
import type { Device } from "../device/device.ts";
import { ShapeError } from "../device/errors.ts";
import { PartGradients } from "../distributed/part_gradients.ts";
import { Shares } from "../distributed/shares.ts";
import { compileLayerwise } from "../layerwise/layerwise_plan.ts";
import { LayerwiseStepper } from "../layerwise/layerwise_stepper.ts";
import { compilePlan } from "../plan/plan.ts";
import type { PlanOptions } from "../plan/sizes.ts";
import type { PlanContext } from "../plan/step_bindings.ts";
import { Stepper } from "../plan/stepper.ts";
import type { ModelArrays } from "./model_arrays.ts";
import type { ModelDescription, Structure } from "./model_description.ts";

/** A network with its device. */
export interface ModelParts {
  readonly device: Device;
  readonly compiler: Compiler;
  readonly description: ModelDescription;
  readonly structure: Structure;
  readonly arrays: ModelArrays;
}

/**
 * Collects the data that all plans of a network share.
 *
 * @param parts The network.
 * @returns Its layers, weights and device.
 * @throws {ShapeError} If it is computed layer by layer.
 */
export function planContextOf(
  { device, compiler, description, structure, arrays }: ModelParts,
): PlanContext {
  const { Ts, coding = { mode: "OR", height: 1 / Ts } } = description;
  const { layers, slots, units } = structure;
  if (units) {
    throw new ShapeError(
      "Cannot compile the network for SLAYER: it is computed layer by layer",
    );
  }
  return {
    device,
    compiler,
    layers,
    slots,
    weights: arrays.buffers,
    evaluated: arrays.evaluated.w,
    optimizer: arrays.optimizer,
    Ts,
    coding,
  };
}

/**
 * Compiles a plan of a network that is not computed layer by layer.
 *
 * @param parts The network.
 * @param options Sizes, loss, and whether to train.
 * @returns The plan, ready to run.
 * @throws {ShapeError} If the sizes do not fit, or the network is another.
 * @throws {DeviceError} If the device has not enough memory for one sample.
 * @throws {KernelError} If the device does not accept a kernel.
 */
export async function compileModel(
  parts: ModelParts,
  options: PlanOptions,
): Promise<Stepper> {
  const context = planContextOf(parts);
  const gradients = await partGradients(parts, options);
  const dw = gradients?.current ?? context.weights.dw;
  const plan = await compilePlan(
    { ...context, weights: { ...context.weights, dw } },
    options,
  );
  return new Stepper(parts.device, plan, {
    optimizer: options.train ? context.optimizer : undefined,
    gradients,
    seed: options.changes?.seed,
  });
}

/**
 * Compiles a plan of a network that is computed layer by layer.
 *
 * @param parts The network.
 * @param options Sizes, loss, and whether to train.
 * @param cut Number of slices of a sample; without it, bins of Ts ms.
 * @returns The plan, ready to run.
 * @throws {ShapeError} If the sizes do not fit, or the network is another.
 * @throws {DeviceError} If the device has not enough memory for one sample.
 * @throws {KernelError} If the device does not accept a kernel.
 */
export async function compileUnits(
  parts: ModelParts,
  options: PlanOptions,
  { slices }: Pick<ModelDescription, "slices">,
): Promise<LayerwiseStepper> {
  const { device, compiler, description, structure, arrays } = parts;
  const { units, slots, running } = structure;
  if (!units) {
    throw new ShapeError("Cannot compile the network: it has no units");
  }
  const { Ts, coding, sensor } = description;
  const { buffers, evaluated, optimizer } = arrays;
  const gradients = await partGradients(parts, options);
  const plan = await compileLayerwise({
    device,
    compiler,
    units,
    arrays: {
      slots,
      running,
      dw: buffers.dw,
      // A plan that keeps potentials traces what an evaluation computes.
      trained: options.train && !options.keep ? buffers : evaluated,
      evaluated,
    },
    optimizer,
    gradients,
    Ts,
    slices,
    sensor,
    normalised: coding?.mode === "SUM_NORM",
  }, options);
  return new LayerwiseStepper(device, plan, {
    optimizer: options.train ? optimizer : undefined,
    gradients,
    ...options.changes,
  });
}

/** Gradients of the parts of a batch, where steps are computed by parts. */
async function partGradients(
  { device, compiler, arrays }: ModelParts,
  { batch, division, train }: PlanOptions,
): Promise<PartGradients | undefined> {
  if (!train || !division) return undefined;
  return await PartGradients.create(
    device,
    compiler,
    new Shares(batch, division),
    arrays.buffers.dw,
  );
}
