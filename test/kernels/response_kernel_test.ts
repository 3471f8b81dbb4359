import { ok, strictEqual, throws } from "node:assert/strict";
import { tabulateTaps } from "../../engine/plan/buffers.ts";
import { close, counts, equalInner, noise, same } from "../comparison.ts";
import { gpuTest } from "../gpu.ts";
import { TAP_ROWS, tapTable } from "./kernel_orders.ts";
import { NEURON } from "../engine/networks.ts";
import { fire, fireBack, NEVER, recurrent } from "./neuron_kernels.ts";
import { type Neuron, responseKernel } from "../oracle/neuron.ts";
import { psp, pspAdjoint } from "../oracle/srm.ts";
import type { Tensor } from "../oracle/tensor.ts";
import { fc } from "../properties.ts";
import { loadVectors } from "../reference_vectors.ts";

interface Simulated {
  readonly neuron: Neuron;
  readonly simulation: { readonly Ts: number };
}

async function forward(x: Tensor, epsilon: Float64Array, groups?: number) {
  return (await fire(x, { epsilon }, { groups })).u;
}

function adjoint(dy: Tensor, epsilon: Float64Array, groups?: number) {
  return fireBack(dy, { epsilon }, { groups });
}

for (const set of [0, 1, 2, 3]) {
  gpuTest(
    `response() and its adjoint agree with psp_spike_${set}`,
    async () => {
      const { params, tensors } = loadVectors<Simulated>(`psp_spike_${set}`);
      const { neuron, simulation: { Ts } } = params;
      const epsilon = responseKernel(neuron, Ts, tensors.x.shape[4]);
      const taps = epsilon.map((tap) => Ts * tap);
      close(await forward(tensors.x, taps), tensors.psp);
      close(await adjoint(tensors.psp_gout, taps), tensors.psp_gin);
    },
  );
}

for (const T of [1, 7, 8, 31, 32, 33, 300]) {
  for (const K of [1, 16, 45]) {
    gpuTest(`response() is the filter, T = ${T}, K = ${K}`, async () => {
      const { data: taps } = noise([K], T);
      const x = noise([2, 3, 3, 5, T], 1);
      const d = noise(x.shape, 2);
      const y = await forward(x, taps);
      const dx = await adjoint(d, taps);
      close(y, psp(x, taps, 1));
      close(dx, pspAdjoint(d, taps, 1));
      equalInner(y, d, x, dx);
    });
  }
}

Deno.test("tabulateTaps() lays taps out as the kernels read them", () => {
  for (const K of [1, 4, 20, 21]) {
    const { data: epsilon } = noise([K], 1);
    const { data: nu } = noise([30], 2);
    same(tabulateTaps(epsilon, nu), tapTable(epsilon, nu));
  }
});

Deno.test("tabulateTaps() takes as many taps as the table holds", () => {
  const most = 4 * TAP_ROWS;
  const nu = Float64Array.of(1, 2);
  same(
    tabulateTaps(new Float64Array(most - 4), nu).slice(-5),
    [0, 1, 2, 0, 0],
  );
  throws(() => tabulateTaps(new Float64Array(most - 3), nu), {
    name: "ShapeError",
    message: "Cannot tabulate the neuron's responses: 16381 and 2 taps are " +
      "more than 16384; a larger Ts gives fewer",
  });
});

gpuTest("response() takes many taps", async () => {
  const { data: taps } = noise([1024], 3);
  const x = counts([1, 1, 1, 9, 250], 1);
  close(await forward(x, taps), psp(x, taps, 1));
  const dx = await fireBack(x, { epsilon: taps });
  close(dx, pspAdjoint(x, taps, 1));
});

gpuTest("response() goes through a long sample", async () => {
  const taps = recurrent(NEURON, 1, 9000);
  const x = counts([1, 1, 1, 2, 9000], 1, 0.01);
  const quiet = { ...taps, recurrence: { ...taps.recurrence, theta: NEVER } };
  close((await fire(x, quiet)).u, psp(x, taps.epsilon, 1));
  close(await fireBack(x, taps), pspAdjoint(x, taps.epsilon, 1));
});

gpuTest(
  "response() strides over neurons where workgroups are few",
  async () => {
    const { data: taps } = noise([16], 1);
    const x = noise([1, 3, 9, 11, 20], 1);
    const y = await forward(x, taps);
    same((await forward(x, taps, 2)).data, y.data);
    const dx = await adjoint(x, taps);
    same((await adjoint(x, taps, 2)).data, dx.data);
  },
);

gpuTest("response() changes nothing before a change of its input", async () => {
  const { data: taps } = noise([16], 5);
  const x = noise([1, 1, 2, 2, 50], 1);
  const before = await forward(x, taps);
  await fc.assert(
    fc.asyncProperty(fc.nat(199), async (at) => {
      const changed = { shape: x.shape, data: x.data.slice() };
      changed.data[at] += 1;
      const after = await forward(changed, taps);
      const row = at - at % 50;
      after.data.forEach((value, i) => {
        const reached = i >= at && i < Math.min(at + 16, row + 50);
        strictEqual(value !== before.data[i], reached, `${at} to ${i}`);
      });
    }),
    { seed: 5, numRuns: 10 },
  );
});

gpuTest("response() to a later input comes as much later", async () => {
  const { data: taps } = noise([16], 5);
  const T = 60;
  const spike = (t: number): Tensor => ({
    shape: [1, 1, 1, 1, T],
    data: Float64Array.from({ length: T }, (_, i) => i === t ? 0.2 : 0),
  });
  const first = (await forward(spike(0), taps)).data;
  ok(first.some((value) => value !== 0));
  await fc.assert(
    fc.asyncProperty(fc.nat(T - 1), async (shift) => {
      const later = (await forward(spike(shift), taps)).data;
      same(later.slice(shift), first.slice(0, T - shift));
      ok(later.slice(0, shift).every((value) => value === 0));
    }),
    { seed: 6, numRuns: 10 },
  );
});
