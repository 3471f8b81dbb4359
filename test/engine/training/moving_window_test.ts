import { deepStrictEqual, ok, throws } from "node:assert/strict";
import { classifyMoving } from "../../../engine/mod.ts";
import { leaky, Model, packSpikes, predict } from "../../../mod.ts";
import { counts } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { fc } from "../../fixtures/properties.ts";

Deno.test("classifyMoving() takes the largest sum of each window", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer(),
      (N, C, T, window, seed) => {
        const { shape, data } = counts([N, C, 1, 1, T], seed % 1000, 0.4, 3);
        const spikes = { shape: [...shape], data: Float32Array.from(data) };
        const found = classifyMoving(spikes, { window });
        for (let i = 0; i < N * T; i++) {
          const [n, t] = [Math.floor(i / T), i % T];
          const sums = Array.from({ length: C }, (_, c) => {
            const row = (n * C + c) * T;
            return data.slice(row + Math.max(0, t - window + 1), row + t + 1)
              .reduce((sum, value) => sum + value, 0);
          });
          deepStrictEqual(found[i], sums.indexOf(Math.max(...sums)));
        }
      },
    ),
    { seed: 3, numRuns: 100 },
  );
});

gpuTest("a window of a whole sample predicts as the network does", async () => {
  const T = 50;
  const [C, H, W] = [2, 3, 3];
  const { shape, data } = counts([4, C, H, W, T], 3, 0.3);
  const spikes = { shape: [...shape], data: Float32Array.from(data) };
  for (const readout of [false, true]) {
    using model = await Model.create({
      device: device(),
      input: { C, H, W },
      layers: readout
        ? [{ dense: 9 }, { dense: 4, neuron: "none" }]
        : [{ dense: { out: 4, weightScale: 60 } }],
      neuron: readout ? leaky({ threshold: 0.3 }) : { scaleRef: 2 },
      Ts: 1,
      random: 1,
    });
    const binning = model.eventBinning({ tSample: T });
    const batch = packSpikes(spikes, [0, 1, 2, 3], binning);
    const samples = await predict(model, batch, { tSample: T });
    const found = samples.map(({ layers, outputs }) =>
      classifyMoving(outputs ?? layers[layers.length - 1].spikes, {
        window: T,
      })[T - 1]
    );
    deepStrictEqual(found, samples.map(({ label }) => label));
    ok(found.some((label) => label > 0), found.join());
  }
});

Deno.test("classifyMoving() refuses other shapes and windows", () => {
  const spikes = (...shape: number[]) => ({
    shape,
    data: new Float32Array(12),
  });
  throws(() => classifyMoving(spikes(1, 2, 2, 1, 3), { window: 1 }), {
    name: "ShapeError",
    message: "Cannot classify outputs of shape [1,2,2,1,3] with 12 values: " +
      "expected [N, C, 1, 1, T]",
  });
  for (const window of [0, 1.5, NaN]) {
    throws(() => classifyMoving(spikes(2, 2, 1, 1, 3), { window }), {
      name: "RangeError",
      message: `Cannot classify by a window of ${window} bins: it is not a ` +
        "positive integer",
    });
  }
});
