/**
 * Times each kernel of a step on the device.
 *
 * @module
 */

import type { Device } from "../device/device.ts";
import { DeviceError } from "../device/errors.ts";
import type { Layer } from "../layers/layer.ts";
import { record } from "../device/compiler.ts";
import type { EventBatch } from "../network/event_batch.ts";
import type { StepRunner, TimedStep } from "../plan/steps/step_runner.ts";
import { readBytes } from "../device/readback.ts";

/** Time, bytes moved and multiply-adds of one dispatch of a step. */
export interface KernelTime {
  /** Operator and direction. */
  readonly kernel: string;
  /**
   * The layer that the kernel belongs to; absent for binning, loss, prediction
   * and the optimizer.
   */
  readonly layer?: string;
  /** Median over the repetitions, in ms. */
  readonly ms: number;
  /**
   * Bytes that the kernel moves if it reads or writes each element of its
   * buffers once; for binning, the bytes of the events and of the words they set.
   */
  readonly bytes: number;
  /**
   * Multiply-adds that the spikes of this batch require; 0 for kernels bound by
   * memory.
   */
  readonly multiplyAdds: number;
}

/**
 * Times each dispatch of a step's first micro-batch in a compute pass of its
 * own.
 *
 * A training plan updates its weights meanwhile, with a learning rate of 0 or,
 * where gradients are clipped, that of the previous step: profile only a
 * network whose weights are no longer needed.
 *
 * @param device The device that the plan was compiled for.
 * @param stepper The plan.
 * @param layers The layers of its network.
 * @param batch The samples.
 * @param repetitions Number of times the step is timed.
 * @returns The times, in the order in which the dispatches run.
 * @throws {DeviceError} If the device has no timestamp queries.
 * @throws {RangeError} If `repetitions` is not a positive integer.
 */
export async function profile(
  device: Device,
  stepper: StepRunner,
  layers: readonly Layer[],
  batch: EventBatch,
  repetitions = 5,
): Promise<KernelTime[]> {
  if (!(Number.isSafeInteger(repetitions) && repetitions > 0)) {
    throw new RangeError(
      `Cannot profile ${repetitions} times: it is not a positive integer`,
    );
  }
  const { gpu, adapter } = device;
  if (!gpu.features.has("timestamp-query")) {
    throw new DeviceError(
      `Cannot profile on "${adapter.name}": it has no timestamp-query`,
    );
  }
  const step = await stepper.timed(batch);
  const { samples, incoming } = step;
  const runs: number[][] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    runs.push(await timeOnce(device, step));
  }
  return step.dispatches.map(({ name, layer, bytes, launch }, index) => {
    const sorted = runs.map((run) => run[index]).sort((a, b) => a - b);
    const at = layers.findIndex((candidate) => candidate.name === layer);
    const work = {
      spikes: incoming[Math.max(at, 0)],
      bins: samples * stepper.bins,
    };
    return {
      kernel: name,
      layer,
      ms: sorted[sorted.length >> 1],
      bytes: launch.bytes?.(work) ?? bytes,
      multiplyAdds: launch.multiplyAdds?.(work) ?? 0,
    };
  });
}

/** Durations of all dispatches in ms, each in a compute pass of its own. */
async function timeOnce(
  device: Device,
  { dispatches, samples, begin, end }: TimedStep,
): Promise<number[]> {
  const { gpu } = device;
  const count = 2 * dispatches.length;
  const querySet = gpu.createQuerySet({ type: "timestamp", count });
  const times = gpu.createBuffer({
    label: "times",
    size: 8 * count,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  const encoder = await begin();
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
  await end();
  const stamps = new BigUint64Array(await readBytes(device, times));
  querySet.destroy();
  times.destroy();
  return dispatches.map((_, index) =>
    Number(stamps[2 * index + 1] - stamps[2 * index]) / 1e6
  );
}
