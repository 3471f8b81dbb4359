import { ok, rejects, strictEqual } from "node:assert/strict";
import { Device } from "../../../engine/device/device.ts";
import { Model } from "../../../engine/model.ts";
import { describeLayers } from "../../../engine/network/network.ts";
import { roundsOf, roundsPerSample } from "../../../engine/plan/loop_budget.ts";
import { device, gpuTest } from "../../gpu.ts";

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

const TARGET = {
  region: { start: 0, stop: 10 },
  count: { true: 2, false: 1 },
};

/** A device of which nothing is known but that its loops end early. */
function namedLlvmpipe(): Device {
  return new Device(device().gpu, { name: "llvmpipe", software: true });
}

Deno.test("roundsOf() lets the networks of SL-Animals run everywhere", () => {
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
      const sizes = { T, B: Math.ceil(T / 32), P, K: 16 };
      for (const { layer, rounds } of roundsOf(layers, sizes)) {
        ok(rounds <= 65535, `${layer}, T ${T}, P ${P}`);
      }
    }
  }
});

gpuTest("a plan whose loops would be ended is refused", async () => {
  using model = await Model.create(namedLlvmpipe(), SMALLEST);
  await rejects(
    model.compile({ tSample: 60_000, batch: 1, target: TARGET, train: true }),
    {
      name: "ShapeError",
      message: /loops of layer "fc1" may go round \d+ times.+after 65535; /,
    },
  );
});

gpuTest("a batch that loops would not reach the end of is cut", async () => {
  using model = await Model.create(namedLlvmpipe(), SMALLEST);
  using stepper = await model.compile({
    ...{ tSample: 300, batch: 1000, target: TARGET, train: true },
  });
  // Of 10 words, ranked once and in two lists, and 300 bins, eight a round.
  const sizes = { T: 300, B: 10, P: 1, K: 78 };
  const ranked = 10 + 2 * 264;
  strictEqual(roundsPerSample(model.layers, sizes), ranked + 2 * 17 + 38);
  strictEqual(stepper.plan.sizes.M, Math.floor(65535 / 610));
});
