import { ok } from "node:assert/strict";
import { numSpikes, packSpikes } from "../../../mod.ts";
import { Model } from "../../../engine/model.ts";
import { cubaLeaky } from "../../../engine/neurons/cuba_leaky.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { trace } from "../../../engine/trace.ts";
import { close, counts, same } from "../../comparison.ts";
import { device, gpuTest } from "../../gpu.ts";
import { dense } from "../../oracle/dense.ts";
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
