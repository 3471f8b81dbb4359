/**
 * Reads and writes named arrays in the buffers of a network.
 *
 * @module
 */

import type { Device } from "../device/device.ts";
import { ShapeError } from "../device/errors.ts";
import { readFloats } from "../device/readback.ts";
import {
  type NamedArray,
  toKernelOrder,
  toUserOrder,
  type WeightSlot,
} from "../network/weights.ts";

/** Arrays by name, with the public axis order. */
export type NamedArrays = Readonly<Record<string, NamedArray>>;

/** Values in the kernels' memory layout, and their offset. */
export type Ordered = readonly {
  readonly offset: number;
  readonly data: Float32Array;
}[];

/**
 * Converts arrays to the kernels' memory layout.
 *
 * @param slots The arrays' places in a buffer.
 * @param arrays The arrays by name; others are ignored.
 * @returns The values of each place.
 * @throws {ShapeError} If an array is missing or has another shape.
 * @throws {RangeError} If a value is not finite.
 */
export function orderArrays(
  slots: readonly WeightSlot[],
  arrays: NamedArrays,
): Ordered {
  return slots.map((slot) => {
    const array = arrays[slot.name];
    if (!array) {
      throw new ShapeError(`Cannot set the weights: "${slot.name}" is missing`);
    }
    return { offset: slot.offset, data: toKernelOrder(slot, array) };
  });
}

/**
 * Writes arrays into a buffer.
 *
 * @param device The device.
 * @param buffer The buffer.
 * @param ordered The values of each place.
 */
export function writeArrays(
  device: Device,
  buffer: GPUBuffer,
  ordered: Ordered,
): void {
  for (const { offset, data } of ordered) {
    device.gpu.queue.writeBuffer(
      buffer,
      offset * 4,
      data as Float32Array<ArrayBuffer>,
    );
  }
}

/**
 * Reads arrays from a buffer.
 *
 * @param device The device.
 * @param buffer The buffer.
 * @param slots Their places in it.
 * @returns The arrays.
 * @throws {DeviceError} If the device was lost.
 */
export async function readArrays(
  device: Device,
  buffer: GPUBuffer,
  slots: readonly WeightSlot[],
): Promise<Record<string, NamedArray>> {
  if (slots.length === 0) return {};
  const all = await readFloats(device, buffer);
  return Object.fromEntries(
    slots.map(({ name, weights, offset, length }) => [
      name,
      toUserOrder(weights, all.subarray(offset, offset + length)),
    ]),
  );
}
