import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { DVS128 } from "../../../dataset/events.ts";
import { ZarrStore } from "../../../dataset/store/store.ts";
import { Device } from "../../../engine/device/device.ts";
import { Model } from "../../../engine/model.ts";
import type { EventBatch } from "../../../engine/network/event_batch.ts";
import { Random } from "../../../engine/network/random.ts";
import { parseConfiguration } from "../../../scripts/configuration/configuration.ts";
import { describeModel, planOf } from "../../../scripts/configuration/model.ts";
import { excite } from "../../engine/networks.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";

/** The limits that every WebGPU device has at least. */
const SMALLEST = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxStorageBuffersPerShaderStage: 8,
  maxUniformBufferBindingSize: 2 ** 16,
  maxComputeWorkgroupStorageSize: 2 ** 14,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupsPerDimension: 65535,
};

/**
 * Events of a moving bar, seen by a sensor of 128×128 pixels and two
 * polarities.
 */
function movingBar(): EventBatch {
  const events: number[] = [];
  for (let bin = 0; bin < 300; bin++) {
    for (let row = 32; row < 96; row++) {
      for (const [channel, edge] of [8, 0].entries()) {
        const column = bin % 120 + edge;
        events.push(bin << 15 | (row * 128 + column) * 2 + channel);
      }
    }
  }
  return {
    samples: [Uint32Array.from(events)],
    labels: Uint32Array.of(3),
  };
}

/** A training step of the SL-Animals network. */
async function step(on: Device) {
  const configuration = parseConfiguration(
    "simulation: {nSample: 1}",
    "network.yaml",
  );
  const classes = Array.from({ length: 19 }, (_, n) => `sign ${n}`);
  const source = new ZarrStore({ sensor: DVS128, classes }, []);
  using model = await Model.create({
    device: on,
    ...describeModel(configuration, source, new Random(2)),
  });
  await excite(model);
  using stepper = await model.compile(planOf(configuration, "train"));
  await stepper.train(movingBar(), 0.01);
  const [record] = await stepper.drain();
  const gradients = await model.gradients();
  const weights = await model.weights();
  on.check();
  return { record, gradients, weights };
}

gpuTest(
  "the network of SL-Animals trains within WebGPU's smallest limits",
  async () => {
    const adapter = await navigator.gpu.requestAdapter({
      powerPreference: "high-performance",
    });
    const gpu = await adapter!.requestDevice();
    using smallest = new Device(gpu, device().adapter);
    for (const [name, limit] of Object.entries(SMALLEST)) {
      strictEqual(gpu.limits[name as keyof typeof SMALLEST], limit, name);
    }
    const within = await step(smallest);
    ok(within.record.spikes.every((count) => count > 0));
    const gradients = Object.values(within.gradients);
    ok(gradients.every(({ data }) => data.some((gradient) => gradient !== 0)));
    deepStrictEqual(await step(device()), within);
  },
);
