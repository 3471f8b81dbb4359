/**
 * Where commands look for a WebGPU adapter.
 *
 * @module
 */

import {
  describeAdapter,
  type Device,
  openDevice,
} from "../../engine/device/device.ts";

/**
 * Settles, before an adapter is looked for, which drivers are asked.
 *
 * On Linux only Vulkan is, unless `DENO_WEBGPU_BACKEND` says otherwise: OpenGL
 * would offer an adapter even where Vulkan's drivers are missing, but one with
 * half as many buffers and no 16-bit floats.
 */
export function preferVulkan(): void {
  if (Deno.build.os !== "linux") return;
  if (!Deno.env.get("DENO_WEBGPU_BACKEND")) {
    Deno.env.set("DENO_WEBGPU_BACKEND", "vulkan");
  }
  // Mesa looks for a Wayland display, and complains if this is not set.
  if (!Deno.env.get("XDG_RUNTIME_DIR")) {
    Deno.env.set("XDG_RUNTIME_DIR", "/nonexistent");
  }
}

/**
 * Looks for the adapter that a device would be opened on.
 *
 * @returns What it is, such as `NVIDIA H200, hardware`; `undefined` if there
 * is none.
 */
export async function findAdapter(): Promise<string | undefined> {
  preferVulkan();
  const adapter = await navigator.gpu.requestAdapter({
    powerPreference: "high-performance",
  });
  if (!adapter) return undefined;
  const { name, software } = describeAdapter(adapter);
  return `${name}, ${software ? "software" : "hardware"}`;
}

/**
 * Opens the device that commands compute on.
 *
 * @returns The device; its owner destroys it.
 * @throws {Error} If there is no adapter, with the way to look for one.
 */
export async function openPreferredDevice(): Promise<Device> {
  preferVulkan();
  return await openDevice().catch((cause) => {
    throw new Error(`${cause.message}; "deno task setup" looks for one`, {
      cause,
    });
  });
}
