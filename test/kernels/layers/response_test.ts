import { ok, throws } from "node:assert/strict";
import { neuronConstants } from "../../../engine/neurons/srm_alpha.ts";
import { tabulateTaps } from "../../../engine/losses/response.ts";
import {
  close,
  counts,
  equalInner,
  noise,
  same,
} from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { TAP_ROWS, tapTable } from "../kernel_orders.ts";
import { NEURON } from "../../engine/networks.ts";
import {
  type Constants,
  extended,
  fire,
  fireBack,
  NEVER,
  recurrent,
} from "./neuron_kernels.ts";
import type { Neuron } from "../../oracle/neurons/neuron.ts";
import { psp, pspAdjoint } from "../../oracle/neurons/srm.ts";
import type { Tensor } from "../../oracle/tensor.ts";
import { fc } from "../../fixtures/properties.ts";
import { loadVectors } from "../../fixtures/reference_vectors.ts";

interface Simulated {
  readonly neuron: Neuron;
  readonly simulation: { readonly Ts: number };
}

/** The response to a drive, of neurons that never fire. */
async function forward(x: Tensor, constants: Constants, groups?: number) {
  return (await fire(x, { ...constants, theta: NEVER }, { groups })).u;
}

/** The first K taps of a response, for the oracle and for the kernels. */
function cutOff(K: number) {
  return {
    epsilon: recurrent(NEURON, 1, K).epsilon,
    constants: neuronConstants(NEURON, 1, { K, R: 1 }),
  };
}

for (const set of [0, 1, 2, 3]) {
  gpuTest(
    `response() and its adjoint agree with psp_spike_${set}`,
    async () => {
      const { params, tensors } = loadVectors<Simulated>(`psp_spike_${set}`);
      const { neuron, simulation: { Ts } } = params;
      const { constants } = recurrent(neuron, Ts, tensors.x.shape[4]);
      close(await forward(tensors.x, constants), tensors.psp, 2e-6);
      const { psp_gout, psp_gin } = tensors;
      close(await fireBack(psp_gout, constants), psp_gin, 2e-6);
    },
  );
}

for (const T of [1, 7, 8, 31, 32, 33, 300]) {
  for (const K of [4, 16, 45]) {
    gpuTest(`response() is the filter, T = ${T}, K = ${K}`, async () => {
      const { epsilon, constants } = cutOff(K);
      const x = noise([2, 3, 3, 5, T], 1);
      const d = noise(x.shape, 2);
      const y = await forward(x, constants);
      const dx = await fireBack(d, constants);
      close(y, psp(x, epsilon, 1), 4e-6);
      close(dx, pspAdjoint(d, epsilon, 1), 4e-6);
      equalInner(y, d, x, dx);
    });
  }
}

Deno.test("tabulateTaps() lays taps out as the kernels read them", () => {
  for (const K of [1, 4, 20, 21]) {
    const { data: epsilon } = noise([K], 1);
    same(tabulateTaps(epsilon), tapTable(epsilon));
  }
});

Deno.test("tabulateTaps() takes as many taps as the table holds", () => {
  const most = 4 * TAP_ROWS;
  const { data: taps } = noise([most], 1);
  same(tabulateTaps(taps), taps);
  throws(() => tabulateTaps(new Float64Array(most + 1)), {
    name: "ShapeError",
    message: "Cannot tabulate the neuron's response: 16385 taps are more " +
      "than 16384; a larger Ts gives fewer",
  });
});

gpuTest("response() goes through a long sample", async () => {
  const { epsilon, constants } = recurrent(NEURON, 1, 9000);
  const x = counts([1, 1, 1, 2, 9000], 1, 0.01);
  close(await forward(x, constants), psp(x, epsilon, 1));
  close(await fireBack(x, constants), pspAdjoint(x, epsilon, 1));
});

gpuTest(
  "response() strides over neurons where workgroups are few",
  async () => {
    const { constants } = cutOff(16);
    const x = noise([1, 3, 9, 11, 20], 1);
    const y = await forward(x, constants);
    same((await forward(x, constants, 2)).data, y.data);
    const dx = await fireBack(x, constants);
    same((await fireBack(x, constants, { groups: 2 })).data, dx.data);
  },
);

gpuTest("response() changes nothing before a change of its input", async () => {
  const { constants } = cutOff(16);
  const x = noise([1, 1, 2, 2, 50], 1);
  const before = await forward(x, constants);
  await fc.assert(
    fc.asyncProperty(fc.nat(199), async (at) => {
      const changed = { shape: x.shape, data: x.data.slice() };
      changed.data[at] += 1;
      const after = await forward(changed, constants);
      const row = at - at % 50;
      after.data.forEach((value, i) => {
        const change = Math.abs(value - before.data[i]);
        // The response begins a bin later; after it, rounding is left.
        const inRow = i > at && i < row + 50;
        const reached = inRow && i < at + 16;
        if (reached) ok(change > 0.1, `${at} to ${i}: ${change}`);
        else ok(change <= (inRow ? 1e-5 : 0), `${at} to ${i}: ${change}`);
      });
    }),
    { seed: 5, numRuns: 10 },
  );
});

gpuTest("response() to a later input comes as much later", async () => {
  const { constants } = cutOff(16);
  const T = 60;
  const spike = (t: number): Tensor => ({
    shape: [1, 1, 1, 1, T],
    data: Float64Array.from({ length: T }, (_, i) => i === t ? 0.2 : 0),
  });
  const first = await forward(spike(0), constants);
  ok(first.data.some((value) => value !== 0));
  await fc.assert(
    fc.asyncProperty(fc.nat(T - 1), async (shift) => {
      const later = await forward(spike(shift), constants);
      // Compilers contract products of each bin of four as they see fit.
      close(later, extended(first, shift, -shift), 3e-7);
      ok(later.data.slice(0, shift).every((value) => value === 0));
    }),
    { seed: 6, numRuns: 10 },
  );
});
