import {
  deepStrictEqual,
  ok,
  rejects,
  strictEqual,
  throws,
} from "node:assert/strict";
import { openDevice } from "../../../engine/device/device.ts";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import { Compiler, record } from "../../../engine/device/compiler.ts";
import { groupsFor } from "../../../engine/device/launch.ts";
import { readBytes } from "../../../engine/device/readback.ts";
import { Model } from "../../../engine/model.ts";
import { clipLimit } from "../../../kernels/update/gradient_norm.ts";
import { updateStep } from "../../../kernels/update/optimizer_step.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { NEURON } from "../networks.ts";

gpuTest(
  "openDevice() names its adapter and asks for what it binds",
  async () => {
    using opened = await openDevice();
    ok(opened.adapter.name.length > 0);
    const adapter = await navigator.gpu.requestAdapter({
      powerPreference: "high-performance",
    });
    const { limits } = opened.gpu;
    strictEqual(
      limits.maxStorageBufferBindingSize,
      adapter!.limits.maxStorageBufferBindingSize,
    );
    strictEqual(limits.maxBufferSize, adapter!.limits.maxBufferSize);
  },
);

Deno.test("openDevice() says if there is no adapter", async () => {
  const { gpu } = navigator;
  const requestAdapter = () => Promise.resolve(null);
  Object.defineProperty(gpu, "requestAdapter", {
    configurable: true,
    value: requestAdapter,
  });
  try {
    await rejects(openDevice(), {
      name: "DeviceError",
      message: "Cannot open a device: no WebGPU adapter was found",
    });
  } finally {
    Reflect.deleteProperty(gpu, "requestAdapter");
  }
});

Deno.test("groupsFor() stays within what a dispatch may have", () => {
  const groups = [0, 1, 64, 65, 65535 * 64, 65535 * 64 + 1].map((lanes) =>
    groupsFor(lanes, 64)
  );
  deepStrictEqual(groups, [1, 1, 1, 2, 65535, 65535]);
});

gpuTest("a compiler says which line of which kernel is wrong", async () => {
  const compiler = new Compiler(device());
  const code = clipLimit.code.replace("fn limit(", "fn limit((");
  const line = code.slice(0, code.indexOf("limit((")).split("\n").length;
  const broken = { ...clipLimit, name: "broken step", code };
  const buffers = { stripSums: {}, clip: {} } as Record<
    "stripSums" | "clip",
    GPUBufferBinding
  >;
  const dispatch = compiler.compile(
    { kernel: broken, constants: { S: 1 }, grid: [1, 1, 1] },
    buffers,
  );
  await rejects(
    dispatch,
    {
      name: "KernelError",
      message: new RegExp(
        `^Cannot compile kernel "broken step": line ${line}: `,
      ),
    },
  );
  const error = await dispatch.catch((error) => error);
  strictEqual(error.kernel, "broken step");
  ok(error.cause !== undefined);
});

gpuTest("a compiler refuses a kernel whose constant is missing", async () => {
  const compiler = new Compiler(device());
  const buffers = {
    ...{ batch: {}, clip: {}, dw: {}, weights: {} },
    ...{ m: {}, v: {}, vMax: {} },
  } as Record<keyof typeof updateStep.bindings, GPUBufferBinding>;
  await rejects(
    compiler.compile(
      { kernel: updateStep, constants: {}, grid: [1, 1, 1] },
      buffers,
    ),
    {
      name: "KernelError",
      message: /^Cannot compile kernel "optimizer_step update": ./,
    },
  );
});

gpuTest("a compiler names a binding that has no buffer", async () => {
  const compiler = new Compiler(device());
  const buffers = { stripSums: {} } as Record<
    "stripSums" | "clip",
    GPUBufferBinding
  >;
  await rejects(
    compiler.compile(
      { kernel: clipLimit, constants: { S: 1 }, grid: [1, 1, 1] },
      buffers,
    ),
    {
      name: "TypeError",
      message:
        'Cannot bind "clip" of kernel "gradient_norm limit": there are ' +
        "stripSums",
    },
  );
});

gpuTest(
  "a compiler tells kernels of one name apart by their text",
  async () => {
    const compiler = new Compiler(device());
    const written = async (value: number) => {
      const code =
        `@group(0) @binding(0) var<storage, read_write> to: array<u32>;
      @compute @workgroup_size(1) fn put() { to[0] = ${value}; }`;
      const kernel = {
        name: "one name",
        code,
        entryPoint: "put",
        bindings: { to: 0 },
        constants: [],
      };
      const to = device().createBuffer("to", 4);
      const dispatch = await compiler.compile(
        { kernel, constants: {}, grid: [1, 1, 1] },
        { to: { buffer: to } },
      );
      const encoder = device().gpu.createCommandEncoder();
      const pass = encoder.beginComputePass();
      record(pass, [dispatch], 1);
      pass.end();
      device().gpu.queue.submit([encoder.finish()]);
      const [word] = new Uint32Array(await readBytes(device(), to));
      to.destroy();
      return word;
    };
    deepStrictEqual([await written(3), await written(4)], [3, 4]);
  },
);

gpuTest("a device tells of a command that it refused", async () => {
  using other = await openDevice();
  other.check();
  const { STORAGE, MAP_READ } = GPUBufferUsage;
  other.gpu.createBuffer({ size: 4, usage: STORAGE | MAP_READ });
  await other.gpu.queue.onSubmittedWorkDone();
  await new Promise((resolve) => setTimeout(resolve));
  throws(
    () => other.check(),
    { name: "DeviceError", message: /^Cannot go on with ".+": / },
  );
});

gpuTest("a device tells when it was lost", async () => {
  using other = await openDevice();
  using model = await Model.create({
    device: other,
    input: { C: 2, H: 2, W: 2 },
    layers: [{ dense: 3 }],
    neuron: NEURON,
    Ts: 5,
    random: 1,
  });
  using stepper = await model.compile({
    tSample: 50,
    loss: numSpikes({ region: { start: 0, stop: 50 }, true: 3, false: 1 }),
    batch: 1,
    train: true,
  });
  const batch = {
    samples: [new Uint32Array(1)],
    labels: new Uint32Array(1),
  };
  other.destroy();
  await other.gpu.lost;
  const lost = /^Cannot go on with ".+": the device was lost, ./;
  throws(() => other.check(), { name: "DeviceError", message: lost });
  await rejects(stepper.evaluate(batch), {
    name: "DeviceError",
    message: lost,
  });
});

gpuTest("a device says when memory does not suffice", async () => {
  const { gpu } = device();
  const size = gpu.limits.maxBufferSize + 4;
  const { STORAGE } = GPUBufferUsage;
  await rejects(
    device().allocate(() => gpu.createBuffer({ size, usage: STORAGE })),
    { name: "DeviceError", message: /^Cannot allocate on ".+": ./ },
  );
  device().check();
});
