/**
 * Reads buffers back to the host.
 *
 * @module
 */

import type { Device } from "./device.ts";

/**
 * Reads a buffer.
 *
 * @param device The device that holds the buffer.
 * @param buffer A buffer that can be copied from.
 * @param size Bytes to read from the buffer's start.
 * @returns The bytes, once all work submitted before is done.
 * @throws {DeviceError} If the device was lost.
 */
export async function readBytes(
  device: Device,
  buffer: GPUBuffer,
  size = buffer.size,
): Promise<ArrayBuffer> {
  const copy = await device.allocate(() =>
    device.gpu.createBuffer({
      label: `copy of ${buffer.label}`,
      size,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    })
  );
  const encoder = device.gpu.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, copy, 0, size);
  device.gpu.queue.submit([encoder.finish()]);
  try {
    await copy.mapAsync(GPUMapMode.READ);
  } catch (cause) {
    device.check();
    throw cause;
  }
  const bytes = copy.getMappedRange().slice(0);
  copy.destroy();
  return bytes;
}

/**
 * Reads a buffer of floats.
 *
 * @param device The device that holds the buffer.
 * @param buffer A buffer that can be copied from.
 * @returns The floats, once all work submitted before is done.
 * @throws {DeviceError} If the device was lost.
 */
export async function readFloats(
  device: Device,
  buffer: GPUBuffer,
): Promise<Float32Array> {
  return new Float32Array(await readBytes(device, buffer));
}
