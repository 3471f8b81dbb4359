import { ok, strictEqual } from "node:assert/strict";
import { close, noise, same } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { fire, fireBack, recurrent } from "./neuron_kernels.ts";
import {
  psp,
  pspAdjoint,
  surrogate,
  withRefractory,
} from "../../oracle/neurons/srm.ts";
import { NEURON } from "../../engine/networks.ts";
import type { Neuron } from "../../oracle/neurons/neuron.ts";
import { poolInputGradient } from "../../oracle/layers/pool.ts";
import type { Tensor } from "../../oracle/tensor.ts";

const { theta } = NEURON;

function surrogateOf({ theta, tauRho, scaleRho }: Neuron) {
  const slope = 1 / (tauRho * theta);
  return { theta, scale: scaleRho * slope, slope };
}

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
  const { epsilon, nu, constants } = recurrent(neuron, Ts, T);

  gpuTest(`neurons respond and fire, T = ${T}, R = ${nu.length}`, async () => {
    const x = drive([2, 3, 5, 3, T], T);
    const { spikes, u } = await fire(x, constants);
    const rate = spikes.data.reduce((a, b) => a + b) / x.data.length;
    ok(T === 1 || (rate > 0.01 && rate < 0.9), `${rate}`);
    const free = psp(x, epsilon, 1);
    const expected = withRefractory(free, spikes, nu);
    // The difference of two large sums keeps their rounding; with one bin
    // there may be nothing.
    close(u, expected, 4e-6 * largest(free) / (largest(expected) || 1));
    spikes.data.forEach((spike, i) => {
      strictEqual(spike === 1, u.data[i] >= theta);
    });
  });

  gpuTest(`neurons hand gradients back, T = ${T}, Ts = ${Ts}`, async () => {
    const u = drive([2, 3, 5, 3, T], T);
    const ds = noise(u.shape, 2);
    const rho = surrogate(u, neuron);
    const du = { ...rho, data: rho.data.map((r, i) => r * ds.data[i]) };
    const options = { u, surrogate: surrogateOf(neuron) };
    const dx = await fireBack(ds, constants, options);
    close(dx, pspAdjoint(du, epsilon, 1));
  });
}

gpuTest("neurons fire through a long sample", async () => {
  const T = 3000;
  const x = noise([1, 1, 1, 3, T], 1);
  const neuron = { ...NEURON, theta: 2, scaleRef: 5 };
  const { epsilon, nu, constants } = recurrent(neuron, 1, T);
  const { spikes, u } = await fire(x, constants);
  const rate = spikes.data.reduce((sum, spike) => sum + spike, 0) / (3 * T);
  ok(rate > 0.005 && rate < 0.05, `${rate}`);
  const free = psp(x, epsilon, 1);
  const expected = withRefractory(free, spikes, nu);
  close(u, expected, 1e-6 * largest(free) / largest(expected));
});

gpuTest("neurons stride where workgroups are few", async () => {
  const x = drive([2, 3, 9, 7, 70], 1);
  const { constants } = recurrent(NEURON, 5, 70);
  const many = await fire(x, constants);
  const few = await fire(x, constants, { groups: 1 });
  same(few.words, many.words);
  same(few.u.data, many.u.data);
  const options = { u: many.u, surrogate: surrogateOf(NEURON) };
  const dx = await fireBack(x, constants, options);
  const again = await fireBack(x, constants, { ...options, groups: 1 });
  same(again.data, dx.data);
});

gpuTest("neurons do not care how many bins are on their way", async () => {
  const cases = [[1, 5], [4, 1], [15, 5], [16, 1], [17, 5], [33, 1], [300, 5]];
  for (const [T, Ts] of cases) {
    const x = drive([2, 3, 3, 5, T], 1);
    const { constants } = recurrent(NEURON, Ts, T);
    const four = await fire(x, constants);
    const sixteen = await fire(x, constants, { ahead: 16 });
    same(sixteen.words, four.words);
    // Compilers contract products as they see fit.
    close(sixteen.u, four.u, 3e-7);
    const options = { u: four.u, surrogate: surrogateOf(NEURON) };
    const dx = await fireBack(x, constants, options);
    const again = await fireBack(x, constants, { ...options, ahead: 16 });
    close(again, dx, 3e-7);
  }
});

gpuTest("neurons do not care in which runs they lie", async () => {
  const x = drive([2, 6, 3, 5, 37], 1);
  const { constants } = recurrent(NEURON, 5, 37);
  const all = await fire(x, constants);
  const options = { u: all.u, surrogate: surrogateOf(NEURON) };
  const dx = await fireBack(x, constants, options);
  for (const runSize of [6, 3, 2, 1]) {
    const found = await fire(x, constants, { runSize });
    same(found.words, all.words);
    same(found.u.data, all.u.data);
    const back = await fireBack(x, constants, { ...options, runSize });
    same(back.data, dx.data);
  }
});

gpuTest("neurons fire alike where their potential is not kept", async () => {
  const x = drive([2, 3, 3, 5, 70], 1);
  const { constants } = recurrent(NEURON, 1, 70);
  const kept = await fire(x, constants);
  ok(kept.words.some((word) => word !== 0));
  const found = await fire(x, constants, { keep: false });
  same(found.words, kept.words);
  same(found.u.data, Float32Array.from(x.data));
});

gpuTest("neurons divide counts by the largest of their sample", async () => {
  const largest = [0, 1, 2, 7];
  const x = drive([4, 3, 2, 5, 33], 1);
  const scaled = (tensor: Tensor, height: number): Tensor => ({
    shape: tensor.shape,
    data: tensor.data.map((value, i) => {
      const n = Math.floor(i / (tensor.data.length / 4));
      return value * height / Math.max(largest[n], 1);
    }),
  });
  const { epsilon, nu, constants } = recurrent(NEURON, 5, 33);
  const { spikes, u } = await fire(x, constants, { largest, height: 2.5 });
  ok(spikes.data.some((spike) => spike === 1));
  const free = psp(scaled(x, 2.5), epsilon, 1);
  close(u, withRefractory(free, spikes, nu), 2e-6);
  // The height is in the gradient of the weights.
  const dx = await fireBack(x, constants, { largest });
  close(dx, scaled(pspAdjoint(x, epsilon, 1), 1));
});

gpuTest("neurons read gradients through the pool above them", async () => {
  const u = drive([2, 6, 7, 5, 33], 1);
  const { epsilon, constants } = recurrent(NEURON, 5, 33);
  for (const window of [1, 2, 3, 8]) {
    const sides = [7, 5].map((side) => Math.ceil(side / window));
    const above = noise([2, 6, ...sides, 33], window);
    const pool = { window, poolGain: 11 };
    const options = { u, surrogate: surrogateOf(NEURON) };
    const ds = poolInputGradient(above, window, 11, u.shape);
    const rho = surrogate(u, NEURON);
    const du = { ...rho, data: rho.data.map((r, i) => r * ds.data[i]) };
    const expected = pspAdjoint(du, epsilon, 1);
    for (const runSize of [undefined, 6, 3]) {
      const how = { ...options, pool, runSize };
      close(await fireBack(above, constants, how), expected);
    }
  }
});
