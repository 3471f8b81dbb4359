/**
 * The device that a test file computes on, opened once and closed at its end.
 *
 * Where there is no adapter the tests that need one are ignored, with a line
 * that says so; where `SLAYER_REQUIRE_GPU` is 1 that fails the run.
 *
 * @module
 */

import { basename } from "node:path";
import { type Device, openDevice } from "../engine/device/device.ts";
import { DeviceError } from "../engine/device/errors.ts";
import { preferVulkan } from "../scripts/device/adapter.ts";

const opened = await open();

async function open(): Promise<Device | undefined> {
  preferVulkan();
  try {
    return await openDevice();
  } catch (error) {
    const required = Deno.env.get("SLAYER_REQUIRE_GPU") === "1";
    if (required || !(error instanceof DeviceError)) throw error;
    console.warn(
      `Not tested, ${basename(Deno.mainModule)} on a device: ${error.message}`,
    );
    return undefined;
  }
}

Deno.test.afterAll(() => opened?.destroy());

/**
 * The file's device.
 *
 * @returns The device.
 * @throws {DeviceError} If there is none.
 */
export function device(): Device {
  if (!opened) throw new DeviceError("Cannot test: no WebGPU adapter");
  return opened;
}

/**
 * Registers a test that needs a device.
 *
 * @param name The claim that the test proves, a sentence.
 * @param test The test; it fails too if the device refused a command.
 */
export function gpuTest(name: string, test: () => Promise<void>): void {
  Deno.test({
    name,
    ignore: opened === undefined,
    async fn() {
      await test();
      await device().gpu.queue.onSubmittedWorkDone();
      device().check();
    },
  });
}
