import { ok, strictEqual } from "node:assert/strict";
import { close, noise, same } from "../comparison.ts";
import { gpuTest } from "../gpu.ts";
import { fire, fireBack, type Surrogate } from "./neuron_kernels.ts";
import { type Neuron, refractoryKernel } from "../oracle/neuron.ts";
import { surrogate, withRefractory } from "../oracle/srm.ts";
import { type Tensor, tensorOf } from "../oracle/tensor.ts";
import { fc } from "../properties.ts";
import { loadVectors } from "../reference_vectors.ts";

interface Simulated {
  readonly neuron: Neuron;
  readonly simulation: { readonly Ts: number };
}

const NEURON = {
  ...{ theta: 10, tauSr: 10, tauRef: 10, scaleRef: 20 },
  ...{ tauRho: 0.7, scaleRho: 1.3 },
};

/** How far the rounding of float32 moves a potential near the threshold. */
const UNDECIDED = 1e-4;

function surrogateOf({ theta, tauRho, scaleRho }: Neuron): Surrogate {
  const slope = 1 / (tauRho * theta);
  return { theta, scale: scaleRho * slope, slope };
}

function adjoint(u: Tensor, ds: Tensor, neuron: Neuron, groups?: number) {
  return fireBack(ds, {}, { u, surrogate: surrogateOf(neuron), groups });
}

/** Requires spikes where the potential says so, as far as it is decided. */
function decided({ spikes, u }: { spikes: Tensor; u: Tensor }, theta: number) {
  spikes.data.forEach((spike, i) => {
    strictEqual(spike === 1, u.data[i] >= theta, `${u.data[i]} at ${i}`);
  });
}

function times(rho: Tensor, ds: Tensor): Tensor {
  return { shape: rho.shape, data: rho.data.map((r, i) => r * ds.data[i]) };
}

for (const set of [0, 1, 2, 3]) {
  gpuTest(`spike() and its adjoint agree with psp_spike_${set}`, async () => {
    const { params, tensors } = loadVectors<Simulated>(`psp_spike_${set}`);
    const { neuron, simulation: { Ts } } = params;
    const nu = refractoryKernel(neuron, Ts, tensors.u.shape[4]);
    const found = await fire(tensors.u, { nu, theta: neuron.theta });
    decided(found, neuron.theta);
    tensors.u_after.data.forEach((u, i) => {
      if (Math.abs(u - neuron.theta) <= UNDECIDED) return;
      const expected = tensors.spike.data[i] !== 0;
      strictEqual(found.spikes.data[i] === 1, expected, `${u} at ${i}`);
    });
    close(found.u, tensors.u_after);
    const { u_after, spike_gout, spike_gin } = tensors;
    close(await adjoint(u_after, spike_gout, neuron), spike_gin);
  });
}

for (const T of [1, 31, 32, 33, 300]) {
  gpuTest(`spike() fires and is refractory, T = ${T}`, async () => {
    const u = noise([2, 3, 3, 5, T], T);
    u.data.forEach((value, i) => u.data[i] = 40 * value);
    const nu = refractoryKernel(NEURON, 5, 300);
    for (const taps of [nu, nu.slice(0, 1)]) {
      const found = await fire(u, { nu: taps, theta: 10 });
      decided(found, 10);
      const rate = found.spikes.data.reduce((a, b) => a + b) / u.data.length;
      ok(rate > 0.02 && rate < 0.5);
      close(found.u, withRefractory(u, found.spikes, taps));
    }
  });

  gpuTest(`spike()'s adjoint is the surrogate gradient, T = ${T}`, async () => {
    const u = noise([2, 3, 3, 5, T], T);
    u.data.forEach((value, i) => u.data[i] = 40 * value);
    const ds = noise(u.shape, 2);
    const expected = times(surrogate(u, NEURON), ds);
    close(await adjoint(u, ds, NEURON), expected);
  });
}

gpuTest(
  "spike() fires at the threshold, and for every bin of a word",
  async () => {
    const nu = Float64Array.of(0, -4, -6);
    const u = tensorOf([1, 1, 1, 1, 5], [9.99, 10, 12, 15, 10]);
    const found = await fire(u, { nu, theta: 10 });
    same(found.spikes.data, [0, 1, 0, 0, 1]);
    close(found.u, tensorOf(u.shape, [9.99, 10, 8, 9, 10]));
    const always = tensorOf([1, 1, 1, 1, 40], Array(40).fill(10));
    const { words } = await fire(always, { theta: 10 });
    same(words, [2 ** 32 - 1, 255]);
  },
);

gpuTest("spike() strides over neurons where workgroups are few", async () => {
  const u = noise([1, 3, 9, 11, 33], 1);
  u.data.forEach((value, i) => u.data[i] = 40 * value);
  const nu = refractoryKernel(NEURON, 5, 300);
  const many = await fire(u, { nu, theta: 10 });
  const few = await fire(u, { nu, theta: 10 }, { groups: 2 });
  same(few.words, many.words);
  same(few.u.data, many.u.data);
  const ds = noise(u.shape, 2);
  const du = await adjoint(u, ds, NEURON);
  same((await adjoint(u, ds, NEURON, 2)).data, du.data);
});

gpuTest(
  "spike() changes nothing before a change of its potential",
  async () => {
    const T = 70;
    const u = noise([1, 1, 2, 2, T], 3);
    u.data.forEach((value, i) => u.data[i] = 40 * value);
    const nu = refractoryKernel(NEURON, 5, 300);
    const before = await fire(u, { nu, theta: 10 });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(u.data.length - 1),
        fc.constantFrom(-50, 50),
        async (at, change) => {
          const changed = { shape: u.shape, data: u.data.slice() };
          changed.data[at] += change;
          const after = await fire(changed, { nu, theta: 10 });
          const end = at - at % T + T;
          for (const part of ["spikes", "u"] as const) {
            const now = after[part].data;
            const then = before[part].data;
            same(now.slice(0, at), then.slice(0, at));
            same(now.slice(end), then.slice(end));
          }
          ok(after.u.data[at] !== before.u.data[at]);
        },
      ),
      { seed: 8, numRuns: 10 },
    );
  },
);
