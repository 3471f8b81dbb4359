import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  refractoryKernel,
  responseKernel,
  type SrmAlphaParameters,
} from "../../../engine/neurons/srm_alpha.ts";
import { close } from "../../comparison.ts";
import { NEURON } from "../networks.ts";
import * as oracle from "../../oracle/neuron.ts";
import { tensorOf } from "../../oracle/tensor.ts";
import { fc } from "../../properties.ts";
import { loadVectors } from "../../reference_vectors.ts";

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
