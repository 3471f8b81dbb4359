/**
 * Size of a micro-batch: the samples that go through the network at once.
 *
 * @module
 */

import type { Device } from "../device/device.ts";
import { ShapeError } from "../device/errors.ts";
import type { Launch } from "../device/launch.ts";
import type { Tables } from "../losses/loss.ts";
import { loopsPerSample, mostLoops } from "./loop_budget.ts";

/** Memory and launches of a plan. */
export interface PlanNeeds {
  /** Most samples in a step. */
  readonly batch: number;
  /** Words that a sample takes in each buffer. */
  readonly buffers: readonly number[];
  /** Arrays that the loss reads, shared by all samples. */
  readonly tables: Tables;
  /** The launches of each layer, and of the loss. */
  readonly launches: readonly {
    readonly of: string;
    readonly launches: readonly Launch[];
  }[];
}

/**
 * Determines how many samples can go through the network at once.
 *
 * @param device The device that the plan runs on.
 * @param need The memory and launches of the plan.
 * @returns As many as the device's limits allow, at most the whole batch.
 * @throws {ShapeError} If they do not allow a single sample.
 */
export function microBatch(
  { gpu: { limits }, adapter, loopBudget }: Device,
  need: PlanNeeds,
): number {
  const most = Math.min(
    limits.maxStorageBufferBindingSize,
    limits.maxBufferSize,
  );
  for (const [name, { byteLength }] of Object.entries(need.tables)) {
    if (byteLength <= most) continue;
    throw new ShapeError(
      `Cannot fit the loss on "${adapter.name}": table "${name}" needs ` +
        `a buffer of ${byteLength} bytes, and the device binds at most ` +
        `${most}; fewer bins help`,
    );
  }
  const largest = 4 * Math.max(...need.buffers);
  if (largest > most) {
    throw new ShapeError(
      `Cannot fit a sample on "${adapter.name}": it needs a buffer of ` +
        `${largest} bytes, and the device binds at most ${most}; fewer ` +
        "bins or more pooling help",
    );
  }
  for (const { of, launches } of need.launches) {
    const loops = mostLoops(launches);
    if (loops > loopBudget) {
      throw new ShapeError(
        `Cannot fit a sample on "${adapter.name}": ${of} needs ` +
          `${loops} loop rounds in an invocation, and the device allows ` +
          `${loopBudget}; fewer bins or smaller windows help`,
      );
    }
  }
  const perSample = loopsPerSample(
    need.launches.flatMap(({ launches }) => launches),
  );
  return Math.min(
    need.batch,
    Math.floor(most / largest),
    Math.floor(loopBudget / perSample),
    limits.maxComputeWorkgroupsPerDimension,
  );
}
