/**
 * Averages device buffers over ranks.
 *
 * @module
 */

import type { Device } from "../device/device.ts";
import { readBytes } from "../device/readback.ts";
import type { Ranks } from "./ranks.ts";

/**
 * Replaces the buffers of all ranks by their mean, summed in rank order.
 *
 * @param device The device.
 * @param ranks The ranks.
 * @param buffers Buffers of floats, of equal number and size on all ranks.
 * @returns Resolves when the means are uploaded.
 * @throws {DeviceError} If the device was lost.
 * @throws {Error} If another rank has gone.
 */
export async function averageBuffers(
  device: Device,
  ranks: Ranks,
  buffers: readonly GPUBuffer[],
): Promise<void> {
  const start = performance.now();
  const { times, count } = ranks;
  // Concurrently, as reads may wait for promises.
  const reads = buffers.map(async (buffer) =>
    new Uint8Array(await readBytes(device, buffer))
  );
  const all = reads.map((own) => ranks.gather(own));
  await Promise.all(reads);
  times.computing += performance.now() - start;
  for (const [index, gathered] of all.entries()) {
    const values = new Float32Array((await gathered).buffer);
    const begun = performance.now();
    const mean = new Float32Array(values.length / count);
    for (let i = 0; i < mean.length; i++) {
      let sum = 0;
      for (let at = i; at < values.length; at += mean.length) sum += values[at];
      mean[i] = sum / count;
    }
    device.gpu.queue.writeBuffer(buffers[index], 0, mean);
    times.upload += performance.now() - begun;
  }
}
