import { ok, rejects, strictEqual } from "node:assert/strict";
import { Device } from "../../../engine/device/device.ts";
import { Model } from "../../../engine/model.ts";
import { describeLayers } from "../../../engine/layers/describe_layers.ts";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import { loopsOf } from "../../kernels/layers/loops.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";

const NEURON = {
  ...{ theta: 10, tauSr: 10, tauRef: 10, scaleRef: 20 },
  ...{ tauRho: 1, scaleRho: 1 },
};

const SMALLEST = {
  input: { C: 1, H: 1, W: 1 },
  layers: [{ dense: 2 }],
  neuron: NEURON,
  Ts: 1,
  random: 0,
};

const LOSS = numSpikes({ region: { start: 0, stop: 10 }, true: 2, false: 1 });

/** A device of which nothing is known but that its loops end early. */
function namedLlvmpipe(): Device {
  return new Device(device().gpu, { name: "llvmpipe", software: true });
}

Deno.test("loop budgets let the networks of SL-Animals run everywhere", () => {
  const networks = [
    describeLayers({ C: 2, H: 128, W: 128 }, [
      { pool: 2 },
      { conv: { out: 8, kernel: 5, padding: 2 } },
      { pool: 2 },
      { conv: { out: 16, kernel: 5, padding: 2 } },
      { pool: 2 },
      { dense: 100 },
      { dense: 19 },
    ]),
    describeLayers({ C: 2, H: 128, W: 128 }, [{ dense: 512 }, { dense: 19 }]),
  ];
  for (const layers of networks) {
    for (const [T, P] of [[300, 1], [300, 8], [872, 1], [872, 8]]) {
      const { most } = loopsOf(layers, { T, P, Ts: 5 });
      most.forEach((loops, index) => {
        ok(loops <= 65535, `${layers[index].name}, T ${T}, P ${P}`);
      });
    }
  }
});

gpuTest("a plan whose loops would be ended is refused", async () => {
  using model = await Model.create({ device: namedLlvmpipe(), ...SMALLEST });
  await rejects(
    model.compile({ tSample: 60_000, batch: 1, loss: LOSS, train: true }),
    {
      name: "ShapeError",
      message: /loss "numSpikes" needs \d+ loop rounds .+ 65535; /,
    },
  );
  using pool = await Model.create({
    device: namedLlvmpipe(),
    ...SMALLEST,
    input: { C: 1, H: 16, W: 16 },
    layers: [{ pool: 16 }, { dense: 2 }],
  });
  await rejects(
    pool.compile({ tSample: 5000, batch: 1, loss: LOSS, train: false }),
    {
      name: "ShapeError",
      message: /layer "pool1" needs \d+ loop rounds .+allows 65535; /,
    },
  );
});

gpuTest("a batch that loops would not reach the end of is cut", async () => {
  using model = await Model.create({ device: namedLlvmpipe(), ...SMALLEST });
  using stepper = await model.compile({
    tSample: 300,
    batch: 1000,
    loss: LOSS,
    train: true,
  });
  // The bits of 10 words, 300 in all.
  const { perSample } = loopsOf(model.layers, { T: 300, P: 1, Ts: 1 });
  strictEqual(perSample, 300 + 2 * 10);
  strictEqual(stepper.plan.sizes.M, Math.floor(65535 / 320));
});
