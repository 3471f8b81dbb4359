/**
 * A device that binds less than it can, so that batches are cut.
 *
 * @module
 */

import { Device } from "../../engine/device.ts";
import { device } from "../gpu.ts";

/**
 * Wraps the file's device; it must not be destroyed.
 *
 * @param bytes The most that a buffer may have.
 * @returns A device that says so of itself.
 */
export function smallDevice(bytes: number): Device {
  const { gpu, adapter } = device();
  const { maxComputeWorkgroupsPerDimension } = gpu.limits;
  const limits = {
    maxStorageBufferBindingSize: bytes,
    maxBufferSize: bytes,
    maxComputeWorkgroupsPerDimension,
  };
  const small = new Proxy(gpu, {
    get(target, name) {
      if (name === "limits") return limits;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return new Device(small, adapter);
}
