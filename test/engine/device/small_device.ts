/**
 * Devices that can do less than the file's own, so that batches are cut.
 *
 * @module
 */

import { Device } from "../../../engine/device/device.ts";
import { device } from "../../fixtures/gpu.ts";

/**
 * Wraps the file's device; it must not be destroyed.
 *
 * @param bytes The most that a buffer may have.
 * @returns A device that says so of itself.
 */
export function smallDevice(bytes: number): Device {
  return deviceWith({ limits: limitsOf(bytes) });
}

/**
 * Wraps the file's device; it must not be destroyed.
 *
 * @param bytes Memory for all buffers that are there at a time.
 * @param counts Whether buffers of a label take of it; unless given, all but
 * events do.
 * @returns A device that says it is out of memory when that is spent.
 */
export function scarceDevice(
  bytes: number,
  counts = (label: string) => label !== "events",
): Device {
  const { gpu } = device();
  const scopes: { filter: GPUErrorFilter; error: GPUError | null }[] = [];
  let left = bytes;
  return deviceWith({
    pushErrorScope(filter: GPUErrorFilter) {
      scopes.push({ filter, error: null });
    },
    popErrorScope: () => Promise.resolve(scopes.pop()!.error),
    createBuffer(descriptor: GPUBufferDescriptor) {
      const buffer = gpu.createBuffer(descriptor);
      if (!counts(descriptor.label!)) return buffer;
      let { size } = buffer;
      if (size > left) {
        const scope = scopes.findLast((s) => s.filter === "out-of-memory");
        scope!.error ??= new GPUOutOfMemoryError("Memory is spent");
        size = 0;
      }
      left -= size;
      buffer.destroy = () => {
        left += size;
        size = 0;
        GPUBuffer.prototype.destroy.call(buffer);
      };
      return buffer;
    },
  });
}

/**
 * Wraps the file's device; it must not be destroyed.
 *
 * @param uploaded Is told the label of each buffer written to, and the bytes.
 * @param bytes The most that a buffer may have.
 * @returns A device that tells.
 */
export function meteredDevice(
  uploaded: (label: string, bytes: number) => void,
  bytes?: number,
): Device {
  const { gpu: { queue, limits } } = device();
  const writeBuffer: GPUQueue["writeBuffer"] = (
    buffer,
    at,
    data,
    from,
    size,
  ) => {
    const bytes = size === undefined || !("BYTES_PER_ELEMENT" in data)
      ? data.byteLength
      : size * (data as Uint32Array).BYTES_PER_ELEMENT;
    uploaded(buffer.label, bytes);
    queue.writeBuffer(buffer, at, data, from, size);
  };
  const submit: GPUQueue["submit"] = (commands) => queue.submit(commands);
  return deviceWith({
    queue: { writeBuffer, submit },
    limits: bytes === undefined ? limits : limitsOf(bytes),
  });
}

function limitsOf(bytes: number) {
  const { maxComputeWorkgroupsPerDimension, maxComputeWorkgroupStorageSize } =
    device().gpu.limits;
  return {
    maxStorageBufferBindingSize: bytes,
    maxBufferSize: bytes,
    maxComputeWorkgroupsPerDimension,
    maxComputeWorkgroupStorageSize,
  };
}

/** Wraps the file's device, with some of its properties replaced. */
function deviceWith(replaced: Partial<Record<keyof GPUDevice, unknown>>) {
  const { gpu, adapter } = device();
  const wrapped = new Proxy(gpu, {
    get(target, name) {
      if (Object.hasOwn(replaced, name)) return Reflect.get(replaced, name);
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return new Device(wrapped, adapter);
}
