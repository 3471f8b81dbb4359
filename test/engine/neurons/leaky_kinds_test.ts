import { deepStrictEqual, ok, throws } from "node:assert/strict";
import { crossEntropy, numSpikes, packSpikes } from "../../../mod.ts";
import { Model } from "../../../engine/model.ts";
import { adaptiveLeaky } from "../../../engine/neurons/adaptive_leaky.ts";
import { adaptiveResonator } from "../../../engine/neurons/adaptive_resonator.ts";
import { cubaLeaky } from "../../../engine/neurons/cuba_leaky.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { parametricLeaky } from "../../../engine/neurons/parametric_leaky.ts";
import { resonator } from "../../../engine/neurons/resonator.ts";
import { trace } from "../../../engine/trace.ts";
import { close, counts, same } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { dense } from "../../oracle/layers/dense.ts";
import { type Leaky, leakyForward } from "../../oracle/units/leaky.ts";
import { tensorOf } from "../../oracle/tensor.ts";

const NEURON: Leaky = {
  threshold: 0.3,
  tau: 3,
  rest: 0,
  reset: "soft",
  decayInput: true,
  detachReset: true,
  surrogate: "triangle",
  steepness: 1,
};

gpuTest("leaky neurons fire in SLAYER's networks too", async () => {
  const [N, T] = [2, 37];
  const x = counts([N, 1, 1, 4, T], 1, 0.3);
  for (const tauSyn of [undefined, 2.5]) {
    using model = await Model.create({
      device: device(),
      input: { C: 1, H: 1, W: 4 },
      layers: [{ dense: { out: 3, weightScale: 3 } }],
      neuron: tauSyn ? cubaLeaky({ ...NEURON, tauSyn }) : leaky(NEURON),
      Ts: 1,
      random: 2,
    });
    const spikes = { shape: x.shape, data: Float32Array.from(x.data) };
    const found = await trace(model, packSpikes(spikes, [0, 1]), {
      tSample: T,
      loss: numSpikes({ true: 9, false: 2, tauSr: 1 }),
    });
    const { "fc1.weight": { shape, data } } = await model.weights();
    const drive = dense(x, tensorOf(shape, data));
    const twin = leakyForward(drive, { ...NEURON, tauSyn });
    ok(twin.spikes.data.includes(1));
    const [own] = found.layers;
    same(own.spikes.data, Float32Array.from(twin.spikes.data));
    close(tensorOf(twin.u.shape, own.potentials.data), twin.u, 2e-6);
  }
});

gpuTest(
  "a delayed reset takes the threshold whole, as in snnTorch",
  async () => {
    const [beta, threshold, T] = [0.9, 1, 64];
    using model = await Model.create({
      device: device(),
      input: { C: 1, H: 1, W: 4 },
      layers: [{ dense: { out: 6, weightScale: 2 } }],
      neuron: leaky({
        tau: 10,
        threshold,
        decayInput: false,
        reset: "delayed",
      }),
      Ts: 1,
      random: 2,
    });
    const x = counts([1, 1, 1, 4, T], 3, 0.4);
    const spikes = { shape: x.shape, data: Float32Array.from(x.data) };
    const { layers: [found] } = await trace(model, packSpikes(spikes, [0]), {
      tSample: T,
      loss: numSpikes({ true: 9, false: 2, tauSr: 1 }),
    });
    const { "fc1.weight": { shape, data } } = await model.weights();
    const drive = dense(x, tensorOf(shape, data));
    let [U, S] = [0, 0];
    const expected = drive.data.map((X, i) => {
      if (i % T === 0) [U, S] = [0, 0];
      U = beta * U + X - S * threshold;
      S = Number(U > threshold);
      return S;
    });
    ok(expected.filter((spike) => spike > 0).length > 40);
    same(found.spikes.data, Float32Array.from(expected));
  },
);

Deno.test("a delayed reset needs a fixed decay that outlasts a bin", () => {
  const cases = [
    [() => leaky({ tau: 1, reset: "delayed" }), "its potential does not"],
    [() => parametricLeaky({ reset: "delayed" }), "it learns the decay"],
    [
      () => cubaLeaky({ decays: "learned", reset: "delayed" }),
      "it learns the decay",
    ],
    [
      () => adaptiveLeaky({ decays: "learned", reset: "delayed" }),
      "it learns the decay",
    ],
  ] as const;
  for (const [describe, why] of cases) {
    throws(describe, (error) => {
      ok(error instanceof RangeError);
      ok(
        error.message.startsWith(
          `Cannot build a neuron with the reset "delayed": ${why}`,
        ),
      );
      return true;
    });
  }
});

/** Neurons that learn, and the time constants that they start from. */
const LEARNED = [
  ["a leak", [4], parametricLeaky({ threshold: 0.3, tau: 4 })],
  [
    "leaks of potential and current",
    [4, 3],
    cubaLeaky({ threshold: 0.3, tau: 4, tauSyn: 3, decays: "learned" }),
  ],
  [
    "leaks of potential and threshold",
    [4, 3],
    adaptiveLeaky({
      threshold: 0.3,
      tau: 4,
      tauAdaptation: 3,
      decays: "learned",
    }),
  ],
  // The second is a period, in units of four bins.
  [
    "an oscillation",
    [20, 1.25],
    resonator({ threshold: 0.3, period: 5, decays: "learned" }),
  ],
  [
    "an oscillation and leaks of a threshold",
    [20, 1.25, 3, 4],
    adaptiveResonator({
      threshold: 0.1,
      period: 5,
      tauThreshold: 3,
      tauRef: 4,
      decays: "learned",
    }),
  ],
] as const;

for (const [what, taus, neuron] of LEARNED) {
  gpuTest(
    `a layer learns ${what} as it does weights`,
    async () => {
      const T = 12;
      using model = await Model.create({
        device: device(),
        input: { C: 1, H: 1, W: 4 },
        layers: [
          { dense: 5, neuron },
          { dense: 2, neuron: "none" },
        ],
        Ts: 1,
        random: 3,
        ema: 0.9,
      });
      using stepper = await model.prepare({
        tSample: T,
        batch: 2,
        loss: crossEntropy(),
        train: true,
      });
      const { shape, data } = counts([2, 1, 1, 4, T], 1, 0.5);
      const spikes = { shape, data: Float32Array.from(data) };
      const batch = packSpikes(spikes, [0, 1], stepper.eventBinning);
      const name = "fc1.neuron.w";
      const before = (await model.weights())[name];
      deepStrictEqual(before.shape, [taus.length]);
      taus.forEach((tau, i) =>
        ok(Math.abs(before.data[i] + Math.log(tau - 1)) < 1e-6)
      );
      await stepper.evaluate(batch);
      const rate = 0.5;
      await stepper.train(batch, rate);
      const gradients = (await model.gradients())[name].data;
      const state = await model.state();
      gradients.forEach((gradient, i) => {
        ok(gradient !== 0);
        // Adam's first step has the size of its rate, whatever the gradient.
        const moved = before.data[i] - rate * Math.sign(gradient);
        ok(Math.abs(state.weights[name].data[i] - moved) < 1e-4);
      });
      // The average of one update, with which the network is evaluated, is it.
      await stepper.evaluate(batch);
      const [first, , then] = await stepper.drain();
      ok(first.spikes[0] > 0 && first.spikes[0] !== then.spikes[0]);
      model.setState(state);
      await stepper.evaluate(batch);
      deepStrictEqual((await stepper.drain())[0].spikes, then.spikes);
    },
  );
}
