import { ok, strictEqual } from "node:assert/strict";
import { neuronConstants } from "../../../engine/neurons/srm_alpha.ts";
import { noise } from "../../fixtures/comparison.ts";
import { NEURON } from "../../engine/networks.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { psp, pspAdjoint, withRefractory } from "../../oracle/neurons/srm.ts";
import { type Tensor, tensorOf, zeros } from "../../oracle/tensor.ts";
import { fire, fireBack, NEVER, recurrent } from "./neuron_kernels.ts";

const T = 2000;

const random = noise([T], 3).data;

/** Drives with the largest rounding errors, and a dense random drive. */
const DRIVES: Readonly<Record<string, (t: number) => number>> = {
  "a random drive": (t) => 8 * random[t] + 3,
  "a constant drive": () => 7.3,
  "an alternating drive": (t) => t % 2 === 0 ? 1e6 : -1e6,
  "a slowly alternating drive": (t) => t % 64 < 32 ? 1e6 : -1e6,
  "silence after a burst": (t) => t < 300 ? 1e6 * random[t] : 0,
  "a whisper after a burst": (t) => t < 300 ? 1e6 * random[t] : random[t],
  "one spike": (t) => t === 7 ? 3.3 : 0,
};

const NAMES = Object.keys(DRIVES);

/** A neuron each. */
const X = tensorOf(
  [1, 1, 1, NAMES.length, T],
  Object.values(DRIVES).flatMap((drive) =>
    Array.from({ length: T }, (_, t) => Math.fround(drive(t)))
  ),
);

/**
 * Time step and time constant in ms, and how far potentials may be off, of
 * the largest of their neuron: four times what was seen.
 */
const CASES = [
  { Ts: 5, tau: 10, bound: 1e-6 },
  { Ts: 1, tau: 1, bound: 7e-7 },
  { Ts: 1, tau: 10, bound: 3e-6 },
  { Ts: 1, tau: 30, bound: 8e-6 },
];

/** Requires every neuron to be off by less than a part of its largest. */
function closeByNeuron(
  found: Tensor,
  expected: Tensor,
  bound: number,
  sizes: readonly Tensor[] = [expected],
): void {
  NAMES.forEach((name, row) => {
    let worst = 0;
    let largest = 0;
    for (let i = row * T; i < (row + 1) * T; i++) {
      worst = Math.max(worst, Math.abs(found.data[i] - expected.data[i]));
      for (const { data } of sizes) {
        largest = Math.max(largest, Math.abs(data[i]));
      }
    }
    ok(worst <= bound * largest, `${name}: off by ${worst} of ${largest}`);
  });
}

for (const { Ts, tau, bound } of CASES) {
  const neuron = { ...NEURON, tauSr: tau, tauRef: tau };
  const { epsilon, nu, constants } = recurrent(neuron, Ts, T);
  const free = psp(X, epsilon, 1);
  const R = nu.length;
  const title = `Ts = ${Ts}, tau = ${tau}, R = ${R}`;

  gpuTest(`a recurrence responds as the filter does, ${title}`, async () => {
    const { u } = await fire(X, { ...constants, theta: NEVER });
    closeByNeuron(u, free, bound);
  });

  gpuTest(`a recurrence has the filter's adjoint, ${title}`, async () => {
    const dx = await fireBack(X, constants);
    closeByNeuron(dx, pspAdjoint(X, epsilon, 1), bound);
  });

  gpuTest(`a recurrence is refractory as the filter is, ${title}`, async () => {
    // From a spike as soon as one may be, to a spike in every bin.
    for (const theta of [-0.01, -5, -150, -1e6]) {
      const alone = { ...constants, theta, gain: 0 };
      const { spikes, u } = await fire(X, alone);
      const rate = spikes.data.reduce((a, b) => a + b) / spikes.data.length;
      ok(theta === -1e6 ? rate === 1 : rate > 0 && rate < 0.5, `${rate}`);
      closeByNeuron(u, withRefractory(zeros(X.shape), spikes, nu), bound);
    }
  });

  gpuTest(`a recurrence fires as the filter does, ${title}`, async () => {
    const { spikes, u } = await fire(X, constants);
    ok(spikes.data.some((spike) => spike === 1));
    const refractory = withRefractory(zeros(X.shape), spikes, nu);
    const expected = withRefractory(free, spikes, nu);
    // The difference of two large sums keeps their rounding.
    closeByNeuron(u, expected, bound, [free, refractory]);
    u.data.forEach((value, i) => {
      strictEqual(spikes.data[i] === 1, value >= NEURON.theta, `${value}`);
    });
  });
}

// The first tap is 0, so that one alone is no response.
for (const K of [2, 3, 4, 5, 6, 7, 8, 33]) {
  gpuTest(`a recurrence cuts its response off after ${K} taps`, async () => {
    const epsilon = recurrent(NEURON, 1, T).epsilon.slice(0, K);
    const cut = neuronConstants(NEURON, 1, { K, R: 1 });
    const { u } = await fire(X, { ...cut, theta: NEVER });
    closeByNeuron(u, psp(X, epsilon, 1), 3e-6);
    closeByNeuron(await fireBack(X, cut), pspAdjoint(X, epsilon, 1), 3e-6);
  });
}

for (const R of [2, 31, 32, 33, 34, 63, 64, 65, 97]) {
  gpuTest(`a recurrence is refractory for ${R} taps`, async () => {
    const nu = recurrent(NEURON, 1, T).nu.slice(0, R);
    const constants = neuronConstants(NEURON, 1, { K: 77, R });
    const free = psp(X, recurrent(NEURON, 1, T).epsilon, 1);
    for (const theta of [NEURON.theta, -150]) {
      const { spikes, u } = await fire(X, { ...constants, theta });
      const refractory = withRefractory(zeros(X.shape), spikes, nu);
      const expected = withRefractory(free, spikes, nu);
      closeByNeuron(u, expected, 3e-6, [free, refractory]);
    }
  });
}

gpuTest("a recurrence forgets what its last tap has passed", async () => {
  // The rounding of the burst is left at first, and fades.
  for (const Ts of [1, 5]) {
    const { epsilon, constants } = recurrent(NEURON, Ts, T);
    const { u } = await fire(X, { ...constants, theta: NEVER });
    const row = NAMES.indexOf("silence after a burst") * T;
    const largest = u.data.slice(row, row + 300)
      .reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const left = (t: number) => Math.abs(u.data[row + t]) / largest;
    const end = 300 + epsilon.length;
    for (let t = end; t < T; t++) ok(left(t) < 1e-6, `${left(t)} at ${t}`);
    ok(left(T - 1) < 1e-30, `${left(T - 1)}`);
  }
});
