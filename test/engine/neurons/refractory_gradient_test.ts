import { ok } from "node:assert/strict";
import { Model, numSpikes, trace } from "../../../mod.ts";
import { close, error, noise } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { fireBack, recurrent } from "../../kernels/layers/neuron_kernels.ts";
import { numSpikesLoss } from "../../oracle/loss.ts";
import { inner, type Tensor, tensorOf } from "../../oracle/tensor.ts";
import {
  psp,
  pspAdjoint,
  refractoryAdjoint,
  smoothSpike,
  surrogate,
} from "../../oracle/neurons/srm.ts";
import { busyInput, eventsOf, excite, NEURON, oracleOf } from "../networks.ts";
import { agrees } from "../trace/trace_agreement.ts";

/** A surrogate under which gradients do not grow through ν. */
const MILD = { ...NEURON, scaleRef: 2, tauRho: 0.5, scaleRho: 0.15 };

/** A drive around the threshold. */
function drive(shape: readonly number[], seed: number): Tensor {
  const x = noise(shape, seed);
  return tensorOf(shape, x.data.map((value) => 8 * value + 3));
}

Deno.test("the refractory adjoint is the gradient of smooth spikes", () => {
  for (const Ts of [1, 5]) {
    const { epsilon, nu } = recurrent({ ...MILD, tauSr: 7 }, Ts, 30);
    const x = drive([2, 2, 1, 2, 30], Ts);
    const weights = noise(x.shape, 3);
    const smooth = (x: Tensor) => smoothSpike(psp(x, epsilon, 1), nu, MILD, Ts);
    const rho = surrogate(smooth(x).u, MILD);
    const du = refractoryAdjoint(weights, rho, nu, Ts);
    const dx = pspAdjoint(du, epsilon, 1);
    for (const seed of [4, 5, 6]) {
      const d = noise(x.shape, seed);
      const moved = (step: number) =>
        inner(
          smooth(tensorOf(x.shape, x.data.map((v, i) => v + step * d.data[i])))
            .spikes,
          weights,
        );
      const slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
      const found = inner(dx, d);
      ok(
        Math.abs(found - slope) < 1e-6 * Math.abs(slope),
        `${found}, ${slope}`,
      );
    }
  }
});

/** Bins, time step, and time constants of both responses, in ms. */
const CASES = [
  [1, 5, 10, 10],
  [33, 5, 10, 0.5],
  [31, 5, 10, 3],
  [70, 1, 2, 10],
  [70, 1, 10, 2],
  [131, 1, 10, 5],
];

for (const [T, Ts, tauSr, tauRef] of CASES) {
  const neuron = { ...MILD, tauSr, tauRef };
  const { epsilon, nu, constants } = recurrent(
    { ...neuron, refractoryGradient: 1 },
    Ts,
    T,
  );
  const taps = `K = ${epsilon.length}, R = ${nu.length}`;
  gpuTest(`gradients pass refractory responses, ${taps}`, async () => {
    const { theta } = neuron;
    const slope = 1 / (neuron.tauRho * theta);
    const u = drive([2, 3, 5, 3, T], T);
    const ds = noise(u.shape, 2);
    const rho = surrogate(u, neuron);
    const du = refractoryAdjoint(ds, rho, nu, Ts);
    const expected = pspAdjoint(du, epsilon, 1);
    for (const ahead of [4, 16]) {
      const dx = await fireBack(ds, constants, {
        u,
        surrogate: { theta, scale: neuron.scaleRho * slope, slope },
        ahead,
        runSize: ahead === 4 ? undefined : 3,
      });
      close(dx, expected, 3e-6);
    }
  });
}

gpuTest("a network's gradients pass refractory responses", async () => {
  const [N, T, Ts] = [3, 60, 2];
  const description = {
    input: { C: 2, H: 7, W: 5 },
    layers: [
      { pool: 2 },
      { conv: { out: 3, kernel: 3, padding: 1, weightScale: 10 } },
      { pool: 2 },
      { dense: 9 },
      { dense: 3, neuron: { refractoryGradient: 0 } },
    ],
    neuron: { ...MILD, refractoryGradient: 1 },
    Ts,
    random: 3,
  };
  using model = await Model.create({ device: device(), ...description });
  const weights = await excite(model);
  const input = busyInput([N, 2, 7, 5, T], 5);
  const labels = [0, 1, 2];
  const target = {
    tgtSpikeRegion: { start: 0, stop: T * Ts },
    tgtSpikeCount: { true: 20, false: 2 },
  };
  const found = await trace(model, eventsOf(input, labels), {
    tSample: T * Ts,
    loss: numSpikes({ true: 20, false: 2 }),
  });
  const twin = oracleOf(description, model.layers, weights, T);
  const exact = {
    ...twin,
    neurons: twin.neurons.map((neurons, l) => ({
      ...neurons,
      refractoryGradient: l < 4,
    })),
  };
  const x = { ...input, data: input.data.map((spike) => spike / Ts) };
  const lossOf = (out: Tensor) =>
    numSpikesLoss(out, labels, target, twin.response, Ts);
  agrees(found, exact, x, lossOf, 1e-5);
  // SLAYER's gradient is another one.
  model.setWeights(weights);
  using plain = await Model.create({
    device: device(),
    ...description,
    neuron: MILD,
  });
  plain.setWeights(weights);
  const other = await trace(plain, eventsOf(input, labels), {
    tSample: T * Ts,
    loss: numSpikes({ true: 20, false: 2 }),
  });
  for (const [name, { shape, data }] of Object.entries(other.gradients)) {
    const differs = error(
      tensorOf(shape, data),
      tensorOf(shape, found.gradients[name].data),
    );
    ok(name === "fc2.weight" ? differs === 0 : differs > 0.01, `${differs}`);
  }
});
