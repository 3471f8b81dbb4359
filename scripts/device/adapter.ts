/**
 * Finds the WebGPU adapter for a command.
 *
 * @module
 */

import {
  describeAdapter,
  type Device,
  openDevice,
} from "../../engine/device/device.ts";

/**
 * Restricts WebGPU to Vulkan on Linux; must run before an adapter is requested.
 *
 * `DENO_WEBGPU_BACKEND` takes precedence if it is set. OpenGL is excluded
 * because its adapters have half as many buffers and no 16-bit floats.
 */
export function preferVulkan(): void {
  if (Deno.build.os !== "linux") return;
  if (!Deno.env.get("DENO_WEBGPU_BACKEND")) {
    Deno.env.set("DENO_WEBGPU_BACKEND", "vulkan");
  }
  // Mesa looks for a Wayland display and prints a warning if this is not set.
  if (!Deno.env.get("XDG_RUNTIME_DIR")) {
    Deno.env.set("XDG_RUNTIME_DIR", "/nonexistent");
  }
}

/**
 * Describes the adapter that a device would be opened on.
 *
 * @returns Name and kind, such as `NVIDIA H200, hardware`; `undefined` if there
 * is no adapter.
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
 * Opens the preferred device.
 *
 * @returns The device; its owner destroys it.
 * @throws {Error} If there is no adapter; the message names the command that
 * looks for one.
 */
export async function openPreferredDevice(): Promise<Device> {
  preferVulkan();
  return await openDevice().catch((cause) => {
    throw new Error(`${cause.message}; "deno task setup" looks for one`, {
      cause,
    });
  });
}
