import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  refractoryKernel,
  responseKernel,
  SRM_ALPHA_FULL,
  type SrmAlphaParameters,
} from "../../../engine/neurons/srm_alpha.ts";
import { Model, numSpikes, trace } from "../../../mod.ts";
import { close, error } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { busyInput, eventsOf, excite, NEURON, oracleOf } from "../networks.ts";
import { forwardGiven, type Network } from "../../oracle/network.ts";
import * as oracle from "../../oracle/neurons/neuron.ts";
import { tensorOf } from "../../oracle/tensor.ts";
import { fc } from "../../fixtures/properties.ts";
import { loadVectors } from "../../fixtures/reference_vectors.ts";
import { tensor } from "../trace/trace_agreement.ts";

interface Simulated {
  readonly neuron: SrmAlphaParameters;
  readonly simulation: { readonly Ts: number; readonly tSample: number };
}

for (const set of [0, 1, 2, 3]) {
  Deno.test(`a neuron has the taps of kernels_${set}`, () => {
    const { params, tensors } = loadVectors<Simulated>(`kernels_${set}`);
    const { neuron, simulation: { Ts, tSample } } = params;
    const response = responseKernel(neuron, Ts, tSample);
    const refractory = refractoryKernel(neuron, Ts, tSample);
    close(tensorOf([response.length], response), tensors.srm, 1e-7);
    close(tensorOf([refractory.length], refractory), tensors.ref, 1e-7);
  });
}

Deno.test("a neuron's response is 1 at its peak, its refractoriness deepest", () => {
  const response = responseKernel(NEURON, 5, 1500);
  const refractory = refractoryKernel(NEURON, 5, 1500);
  deepStrictEqual([response.length, refractory.length], [16, 28]);
  deepStrictEqual([response[0], response[2]], [0, 1]);
  ok(refractory[0] === 0 && refractory[2] === -200);
});

Deno.test("a full refractory response is cut off later", () => {
  const full = refractoryKernel(NEURON, 5, 1500, { full: true });
  strictEqual(full.length, 37);
  const expected = oracle.refractoryKernel(NEURON, 5, 300, 0.0001);
  close(tensorOf([37], full), tensorOf([37], expected), 1e-12);
});

gpuTest(
  "neurons have a full refractory response where it is asked for",
  async () => {
    const [N, T, Ts] = [2, 120, 5];
    const description = {
      input: { C: 2, H: 6, W: 5 },
      layers: [{ pool: 2 }, { dense: 9 }, { dense: 3 }],
      neuron: { kind: SRM_ALPHA_FULL, ...NEURON },
      Ts,
      random: 3,
    };
    using model = await Model.create({ device: device(), ...description });
    const weights = await excite(model);
    const input = busyInput([N, 2, 6, 5, T], 5);
    const tSample = T * Ts;
    const found = await trace(model, eventsOf(input, [0, 1]), {
      tSample,
      loss: numSpikes({ true: 9, false: 2 }),
    });
    const twin = oracleOf(description, model.layers, weights, T);
    const refractory = oracle.refractoryKernel(NEURON, Ts, T, 0.0001);
    const x = { ...input, data: input.data.map((spike) => spike / Ts) };
    const given = found.layers.map(({ spikes }) => tensor(spikes));
    const potentials = (neurons: Network["neurons"]) =>
      forwardGiven({ ...twin, neurons }, x, given).map(({ u }) => u);
    const full = twin.neurons.map((neuron) => ({ ...neuron, refractory }));
    potentials(full).forEach((u, l) => {
      close(tensor(found.layers[l].potentials), u, 1e-6);
    });
    // Another response would show.
    const [u] = potentials(twin.neurons);
    ok(error(tensor(found.layers[0].potentials), u) > 1e-5);
  },
);

Deno.test("a neuron's kernels end with the sample", () => {
  strictEqual(responseKernel(NEURON, 5, 20).length, 4);
  strictEqual(refractoryKernel(NEURON, 5, 5).length, 1);
});

Deno.test("a neuron has the oracle's taps, whatever its parameters", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.5, max: 30, noNaN: true }),
      fc.double({ min: 0.5, max: 30, noNaN: true }),
      fc.double({ min: 0.1, max: 50, noNaN: true }),
      fc.constantFrom(0.5, 1, 2, 5),
      fc.integer({ min: 1, max: 200 }),
      (tauSr, tauRef, scaleRef, Ts, T) => {
        const neuron = { ...NEURON, tauSr, tauRef, scaleRef };
        const pairs = [
          [responseKernel(neuron, Ts, T * Ts), oracle.responseKernel],
          [refractoryKernel(neuron, Ts, T * Ts), oracle.refractoryKernel],
        ] as const;
        for (const [found, taps] of pairs) {
          const expected = taps(neuron, Ts, T);
          strictEqual(found.length, expected.length);
          const shape = [found.length];
          close(tensorOf(shape, found), tensorOf(shape, expected), 1e-12);
        }
      },
    ),
    { seed: 2, numRuns: 100 },
  );
});
