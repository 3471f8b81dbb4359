/**
 * Reads buffers back to the host.
 *
 * @module
 */

import type { Device } from "./device.ts";
import { StagingBuffer } from "./staging_buffer.ts";

/** A range of a buffer, in bytes. */
export interface Place {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/**
 * Reads ranges of buffers.
 *
 * @param device The device that holds the buffers.
 * @param places The ranges, of buffers that can be copied from.
 * @returns Their concatenated bytes, once all previously submitted work is
 * done.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 */
export async function readPlaces(
  device: Device,
  places: readonly Place[],
): Promise<ArrayBuffer> {
  const total = places.reduce((sum, { size }) => sum + size, 0);
  if (total === 0) return new ArrayBuffer();
  // A pooled buffer is taken without an await, in which other tasks could
  // submit more work.
  const staging = StagingBuffer.find(device, total) ??
    await device.allocate(() => StagingBuffer.take(device, total));
  const encoder = device.gpu.createCommandEncoder();
  let at = 0;
  for (const { buffer, offset, size } of places) {
    encoder.copyBufferToBuffer(buffer, offset, staging.buffer, at, size);
    at += size;
  }
  device.gpu.queue.submit([encoder.finish()]);
  return staging.read(total);
}

/**
 * Reads a buffer.
 *
 * @param device The device that holds the buffer.
 * @param buffer A buffer that can be copied from.
 * @param size Bytes to read from the buffer's start.
 * @returns The bytes, once all previously submitted work is done.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 */
export function readBytes(
  device: Device,
  buffer: GPUBuffer,
  size: number = buffer.size,
): Promise<ArrayBuffer> {
  return readPlaces(device, [{ buffer, offset: 0, size }]);
}

/**
 * Reads a buffer of floats.
 *
 * @param device The device that holds the buffer.
 * @param buffer A buffer that can be copied from.
 * @returns The floats, once all previously submitted work is done.
 * @throws {DeviceError} If the device was lost.
 */
export async function readFloats(
  device: Device,
  buffer: GPUBuffer,
): Promise<Float32Array> {
  return new Float32Array(await readBytes(device, buffer));
}
