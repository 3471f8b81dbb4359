/**
 * Measures the roofline of a device: peak memory bandwidth and arithmetic
 * throughput.
 *
 * @module
 */

import {
  ceilingMultiply,
  ceilingTransfer,
} from "../../kernels/roofline/roofline.ts";
import type { Device } from "./device.ts";
import { Compiler, type Dispatch, record } from "./compiler.ts";
import { groupsFor } from "./launch.ts";

/** Peak memory bandwidth and arithmetic throughput of a device. */
export interface Ceilings {
  /** Bytes read and written per second. */
  readonly bytesPerSecond: number;
  /** Multiply-adds of 32-bit floats per second. */
  readonly multiplyAddsPerSecond: number;
}

/**
 * Limit on the size of each of the two buffers of the bandwidth measurement.
 */
const BYTES = 2 ** 28;

/** Multiply-adds of an invocation: 32 vectors of four, 128 times. */
const MULTIPLY_ADDS = 32 * 4 * 128;

/**
 * Target duration of a measurement in ms. It is long because promises resolve
 * at ticks of 11 ms, and an idle GPU takes half a second to raise its clock.
 */
const DURATION = 300;

/**
 * Measures memory bandwidth and arithmetic throughput of a device.
 *
 * @param device The device, which should be idle.
 * @returns The best of three measurements each.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 *
 * @example
 * ```ts
 * import { measureCeilings } from "./roofline.ts";
 * import { openDevice } from "./device.ts";
 * using device = await openDevice();
 * const { bytesPerSecond } = await measureCeilings(device);
 * if (!(bytesPerSecond > 1e8)) throw new Error("expected some bandwidth");
 * ```
 */
export async function measureCeilings(device: Device): Promise<Ceilings> {
  const { limits } = device.gpu;
  const bytes = 2 ** Math.floor(Math.log2(Math.min(
    device.adapter.software ? BYTES / 8 : BYTES,
    limits.maxStorageBufferBindingSize,
  )));
  const buffers = await device.allocate(() => ({
    source: device.createBuffer("source", bytes / 4),
    to: device.createBuffer("to", bytes / 4),
  }));
  const bound = {
    source: { buffer: buffers.source },
    to: { buffer: buffers.to },
  };
  const compiler = new Compiler(device);
  const size = bytes / 16;
  const groups = Math.min(size / 4 / ceilingTransfer.workgroup, 2 ** 14);
  const lanes = device.adapter.software ? 2 ** 12 : 2 ** 18;
  const [transfer, multiply] = await Promise.all([
    compiler.compile({
      kernel: ceilingTransfer,
      constants: { size },
      grid: [groups, 1, 1],
    }, bound),
    compiler.compile({
      kernel: ceilingMultiply,
      constants: {},
      grid: [groupsFor(lanes, ceilingMultiply.workgroup), 1, 1],
    }, bound),
  ]);
  const ceilings = {
    bytesPerSecond: 2 * bytes / await fastest(device, transfer),
    multiplyAddsPerSecond: lanes * MULTIPLY_ADDS /
      await fastest(device, multiply),
  };
  for (const buffer of Object.values(buffers)) buffer.destroy();
  return ceilings;
}

/** The shortest of three measured times of a dispatch, in seconds. */
async function fastest(device: Device, dispatch: Dispatch): Promise<number> {
  const once = await time(device, dispatch, 1);
  const times = Math.ceil(DURATION / Math.max(once - 11, 0.05));
  const count = Math.min(times, 2000);
  const runs: number[] = [];
  for (let run = 0; run < 3; run++) {
    runs.push(await time(device, dispatch, count) / count);
  }
  return Math.min(...runs) / 1000;
}

async function time(
  { gpu }: Device,
  dispatch: Dispatch,
  count: number,
): Promise<number> {
  const start = performance.now();
  const encoder = gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (let i = 0; i < count; i++) record(pass, [dispatch], 1);
  pass.end();
  gpu.queue.submit([encoder.finish()]);
  await gpu.queue.onSubmittedWorkDone();
  return performance.now() - start;
}
