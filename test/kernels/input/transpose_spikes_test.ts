import { ok, strictEqual } from "node:assert/strict";
import { close, noise, same } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { neuronConstants } from "../../../engine/neurons/srm_alpha.ts";
import {
  type Constants,
  extended,
  fire,
  fireBack,
  recurrent,
  RELAY,
} from "../layers/neuron_kernels.ts";
import type { Neuron } from "../../oracle/neurons/neuron.ts";
import { surrogate, withRefractory } from "../../oracle/neurons/srm.ts";
import { type Tensor, tensorOf } from "../../oracle/tensor.ts";
import { fc } from "../../fixtures/properties.ts";
import { loadVectors } from "../../fixtures/reference_vectors.ts";

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

/** A relay that fires and is refractory as a neuron is, for some taps of ν. */
function firing(neuron: Neuron, Ts: number, R: number): Constants {
  const { theta, refDecay, refGain, refLastA, refLastB } = neuronConstants(
    neuron,
    Ts,
    { K: 1, R },
  );
  return { ...RELAY, R, theta, refDecay, refGain, refLastA, refLastB };
}

/** Gives neurons a potential, which they relay from the bin before. */
async function spike(u: Tensor, constants: Constants, groups?: number) {
  const found = await fire(extended(u, 0, 1), constants, { groups });
  return {
    spikes: extended(found.spikes, -1, 0),
    u: extended(found.u, -1, 0),
    words: found.words,
  };
}

/** The gradient of a potential, which reaches the drive of the bin before. */
async function adjoint(u: Tensor, ds: Tensor, neuron: Neuron, groups?: number) {
  const { theta, tauRho, scaleRho } = neuron;
  const slope = 1 / (tauRho * theta);
  const dx = await fireBack(extended(ds, 1, 0), RELAY, {
    u: extended(u, 1, 0),
    surrogate: { theta, scale: scaleRho * slope, slope },
    groups,
  });
  return extended(dx, 0, -1);
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
    const { nu } = recurrent(neuron, Ts, tensors.u.shape[4]);
    const found = await spike(tensors.u, firing(neuron, Ts, nu.length));
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
    const { nu } = recurrent(NEURON, 5, 300);
    for (const taps of [nu, nu.slice(0, 1)]) {
      const found = await spike(u, firing(NEURON, 5, taps.length));
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
    // Of taps 0, −4 and −6, which leave no rounding.
    const refractory = {
      ...RELAY,
      R: 3,
      theta: 10,
      refDecay: 0.75,
      refGain: -16 / 3,
      refLastA: 0.75 ** 3,
      refLastB: 3 * 0.75 ** 3,
    };
    const u = tensorOf([1, 1, 1, 1, 5], [9.99, 10, 12, 15, 10]);
    const found = await spike(u, refractory);
    same(found.spikes.data, [0, 1, 0, 0, 1]);
    close(found.u, tensorOf(u.shape, [9.99, 10, 8, 9, 10]));
    const always = tensorOf([1, 1, 1, 1, 40], Array(40).fill(10));
    const { words } = await spike(always, { ...RELAY, theta: 10 });
    same(words, [2 ** 32 - 2, 511]);
  },
);

gpuTest("spike() strides over neurons where workgroups are few", async () => {
  const u = noise([1, 3, 9, 11, 33], 1);
  u.data.forEach((value, i) => u.data[i] = 40 * value);
  const constants = firing(NEURON, 5, 28);
  const many = await spike(u, constants);
  const few = await spike(u, constants, 2);
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
    const constants = firing(NEURON, 5, 28);
    const before = await spike(u, constants);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(u.data.length - 1),
        fc.constantFrom(-50, 50),
        async (at, change) => {
          const changed = { shape: u.shape, data: u.data.slice() };
          changed.data[at] += change;
          const after = await spike(changed, constants);
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
