/**
 * Where a step spends its time, kernel by kernel.
 *
 * @module
 */

import type { Device } from "./device.ts";
import { record } from "./plan/dispatch.ts";
import { DeviceError } from "./errors.ts";
import { readBytes } from "./readback.ts";
import type { EventBatch, Stepper } from "./plan/stepper.ts";

/** Time that one dispatch of a step took. */
export interface KernelTime {
  /** Operator and direction. */
  readonly kernel: string;
  /** The layer that it is for; absent for loss and statistics. */
  readonly layer?: string;
  /** Median over the repetitions, in ms. */
  readonly ms: number;
}

/**
 * Times each dispatch of a step's first micro-batch on its own.
 *
 * @param device Where the plan was compiled.
 * @param stepper The plan.
 * @param batch The samples.
 * @param repetitions How often the step is timed.
 * @returns The times, in the order in which the dispatches run.
 * @throws {DeviceError} If the device has no clock.
 */
export async function profile(
  device: Device,
  stepper: Stepper,
  batch: EventBatch,
  repetitions = 5,
): Promise<KernelTime[]> {
  const { gpu, adapter } = device;
  if (!gpu.features.has("timestamp-query")) {
    throw new DeviceError(
      `Cannot profile on "${adapter.name}": it has no timestamp-query`,
    );
  }
  const { forward, backward, sizes } = stepper.plan;
  const dispatches = [...forward, ...backward];
  const samples = Math.min(sizes.M, batch.labels.length);
  const count = 2 * dispatches.length;
  const querySet = gpu.createQuerySet({ type: "timestamp", count });
  const times = gpu.createBuffer({
    label: "times",
    size: 8 * count,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  const runs: number[][] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const encoder = await stepper.upload(batch);
    stepper.encode(encoder, batch, []);
    dispatches.forEach((dispatch, index) => {
      const pass = encoder.beginComputePass({
        timestampWrites: {
          querySet,
          beginningOfPassWriteIndex: 2 * index,
          endOfPassWriteIndex: 2 * index + 1,
        },
      });
      record(pass, [dispatch], samples);
      pass.end();
    });
    encoder.resolveQuerySet(querySet, 0, count, times, 0);
    gpu.queue.submit([encoder.finish()]);
    const stamps = new BigUint64Array(await readBytes(device, times));
    runs.push(
      dispatches.map((_, index) =>
        Number(stamps[2 * index + 1] - stamps[2 * index]) / 1e6
      ),
    );
  }
  querySet.destroy();
  times.destroy();
  return dispatches.map(({ name, layer }, index) => {
    const sorted = runs.map((run) => run[index]).sort((a, b) => a - b);
    return { kernel: name, layer, ms: sorted[sorted.length >> 1] };
  });
}
