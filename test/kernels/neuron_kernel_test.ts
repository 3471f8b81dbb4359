import { ok, strictEqual } from "node:assert/strict";
import { close, noise, same } from "../comparison.ts";
import { gpuTest } from "../gpu.ts";
import { fire, fireBack } from "./neuron_kernels.ts";
import { psp, pspAdjoint, surrogate, withRefractory } from "../oracle/srm.ts";
import { NEURON } from "../engine/networks.ts";
import { refractoryKernel, responseKernel } from "../oracle/neuron.ts";
import type { Tensor } from "../oracle/tensor.ts";

const { theta } = NEURON;

/** A drive at which neurons fire now and then. */
function drive(shape: readonly number[], seed: number): Tensor {
  const x = noise(shape, seed);
  x.data.forEach((value, i) => x.data[i] = 8 * value + 3);
  return x;
}

function largest({ data }: Tensor): number {
  return data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Bins, time step in ms, and time constant of the refractory response. */
const CASES = [
  [1, 5, 10],
  [31, 5, 10],
  [32, 5, 12],
  [33, 2, 4],
  [70, 1, 3],
  [100, 1, 5],
  [300, 1, 20],
];

for (const [T, Ts, tauRef] of CASES) {
  const neuron = { ...NEURON, tauRef, scaleRef: 2, tauRho: 0.6, scaleRho: 1.5 };
  const response = responseKernel(neuron, Ts, T);
  const nu = refractoryKernel(neuron, Ts, T);
  // The very first tap of a response is 0, which would hide a wrong one.
  response[0] = 0.25;
  const epsilon = response.map((tap) => Ts * tap);

  gpuTest(`neurons respond and fire, T = ${T}, R = ${nu.length}`, async () => {
    const x = drive([2, 3, 5, 3, T], T);
    const { spikes, u } = await fire(x, { epsilon, nu, theta });
    const rate = spikes.data.reduce((a, b) => a + b) / x.data.length;
    ok(T === 1 || (rate > 0.01 && rate < 0.9), `${rate}`);
    const free = psp(x, response, Ts);
    const expected = withRefractory(free, spikes, nu);
    // What is left of two large sums keeps their rounding.
    close(u, expected, 1e-6 * largest(free) / largest(expected));
    spikes.data.forEach((spike, i) => {
      strictEqual(spike === 1, u.data[i] >= theta);
    });
  });

  gpuTest(`neurons hand gradients back, T = ${T}, Ts = ${Ts}`, async () => {
    const u = drive([2, 3, 5, 3, T], T);
    const ds = noise(u.shape, 2);
    const slope = 1 / (neuron.tauRho * theta);
    const scale = neuron.scaleRho * slope;
    const rho = surrogate(u, neuron);
    const du = { ...rho, data: rho.data.map((r, i) => r * ds.data[i]) };
    close(
      await fireBack(ds, { epsilon, u, surrogate: { theta, scale, slope } }),
      pspAdjoint(du, response, Ts),
    );
  });
}

gpuTest("neurons fire through a long sample", async () => {
  const T = 3000;
  const x = noise([1, 1, 1, 3, T], 1);
  const response = responseKernel(NEURON, 1, T);
  const nu = refractoryKernel({ ...NEURON, scaleRef: 1 }, 1, T);
  const { spikes, u } = await fire(x, { epsilon: response, nu, theta: 2 });
  const rate = spikes.data.reduce((sum, spike) => sum + spike, 0) / (3 * T);
  ok(rate > 0.005 && rate < 0.05, `${rate}`);
  const free = psp(x, response, 1);
  const expected = withRefractory(free, spikes, nu);
  close(u, expected, 1e-6 * largest(free) / largest(expected));
});

gpuTest("neurons stride where workgroups are few", async () => {
  const x = drive([2, 3, 9, 7, 70], 1);
  const epsilon = responseKernel(NEURON, 5, 70);
  const nu = refractoryKernel(NEURON, 5, 70);
  const many = await fire(x, { epsilon, nu, theta });
  const few = await fire(x, { epsilon, nu, theta }, 1);
  same(few.words, many.words);
  same(few.u.data, many.u.data);
  const surrogate = { theta, scale: 0.1, slope: 0.1 };
  const dx = await fireBack(x, { epsilon, u: many.u, surrogate });
  const again = await fireBack(x, { epsilon, u: many.u, surrogate }, 1);
  same(again.data, dx.data);
});
