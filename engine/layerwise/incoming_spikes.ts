/**
 * Spike counts of units' inputs, for profiles.
 *
 * @module
 */

import type { Device } from "../device/device.ts";
import { readBytes } from "../device/readback.ts";
import type { EventBatch } from "../network/event_batch.ts";
import type { LayerwisePlan } from "./layerwise_plan.ts";

/**
 * Counts the incoming spikes of each unit in the first micro-batch of the
 * latest step.
 *
 * @param device The device.
 * @param plan The plan that the step ran on.
 * @param batch The samples of the step.
 * @param samples Samples of the micro-batch.
 * @returns Events for the first unit; for the others the set bits of their
 * input rasters, since kernels visit each bit plane of a count.
 * @throws {DeviceError} If the device was lost.
 */
export async function countIncoming(
  device: Device,
  { units: { units }, buffers }: LayerwisePlan,
  batch: EventBatch,
  samples: number,
): Promise<number[]> {
  const events = batch.samples.slice(0, samples)
    .reduce((sum, { length }) => sum + length, 0);
  const [{ rasters }] = buffers.microBatches;
  return await Promise.all(
    units.map(async ({ source }) =>
      source === 0
        ? events
        : onesOf(new Uint32Array(await readBytes(device, rasters[source])))
    ),
  );
}

/** Counts the set bits of words. */
function onesOf(words: Uint32Array): number {
  let ones = 0;
  for (let word of words) {
    for (; word !== 0; word &= word - 1) ones++;
  }
  return ones;
}
