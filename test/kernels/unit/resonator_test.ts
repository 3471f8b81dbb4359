import { ok, strictEqual } from "node:assert/strict";
import { close, noise, same } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { inner, tensorOf } from "../../oracle/tensor.ts";
import {
  type Resonator,
  resonatorAdjoint,
  resonatorForward,
  resonatorFrom,
  resonatorParameters,
} from "../../oracle/units/resonator.ts";
import { fireCells, fireCellsBack } from "./cell_kernels.ts";

const NEURON: Resonator = {
  threshold: 0.6,
  period: 6.5,
  tau: 12,
  fires: "phase",
  tauGrad: 1.5,
  scaleGrad: 0.7,
};

const ADAPTS = { thresholdStep: 0.2, tauThreshold: 7, tauRef: 3 };

const FIXED: readonly Resonator[] = [
  NEURON,
  { ...NEURON, fires: "imaginary" },
  { ...NEURON, adapts: ADAPTS },
  { ...NEURON, fires: "imaginary", adapts: ADAPTS },
];

/** With decays that are fixed, then learned. */
const NEURONS = [
  ...FIXED,
  ...FIXED.map((neuron) => ({ ...neuron, learns: true })),
];

Deno.test("a resonator answers to a push in its own rhythm", () => {
  const T = 60;
  // A push every sixth bin builds up, one every fourth does not.
  const spikesOf = (every: number, neuron: Partial<Resonator>) => {
    const x = Array.from({ length: T }, (_, t) => Number(t % every === 0));
    const { spikes } = resonatorForward(
      tensorOf([1, 1, 1, 1, T], x.map((push) => 0.35 * push)),
      { ...NEURON, period: 5.8, ...neuron },
    );
    return spikes.data.reduce((sum, spike) => sum + spike, 0);
  };
  ok(spikesOf(6, {}) > 5 && spikesOf(4, {}) === 0, `${spikesOf(6, {})}`);
  ok(spikesOf(6, { adapts: ADAPTS }) < spikesOf(6, {}));
});

Deno.test("the resonators' adjoints are gradients of smooth spikes", () => {
  const x = noise([2, 2, 1, 2, 20], 4);
  const weights = noise(x.shape, 5);
  for (const neuron of NEURONS) {
    const { spikes } = resonatorForward(x, neuron);
    ok(spikes.data.includes(1));
    const smooth = (x: typeof weights) => resonatorForward(x, neuron, spikes);
    const activity = smooth(x);
    const { dx, dw } = resonatorAdjoint(weights, activity, neuron, spikes);
    for (const seed of [6, 7, 8]) {
      const d = noise(x.shape, seed);
      const moved = (by: number) =>
        inner(
          smooth(tensorOf(x.shape, x.data.map((v, i) => v + by * d.data[i])))
            .spikes,
          weights,
        );
      const slope = (moved(1e-6) - moved(-1e-6)) / 2e-6;
      const found = inner(dx, d);
      ok(
        Math.abs(found - slope) < 1e-6 * (1 + Math.abs(slope)),
        `${found} instead of ${slope}`,
      );
    }
    const w = resonatorParameters(neuron);
    strictEqual(dw.length, neuron.adapts ? 4 : 2);
    w.forEach((_, k) => {
      const moved = (by: number) => {
        const other = resonatorFrom(neuron, w.with(k, w[k] + by));
        return inner(resonatorForward(x, other, spikes).spikes, weights);
      };
      const slope = (moved(1e-6) - moved(-1e-6)) / 2e-6;
      ok(
        Math.abs(dw[k] - slope) < 1e-6 * (1 + Math.abs(slope)),
        `${dw[k]} instead of ${slope}`,
      );
    });
  }
});

gpuTest("resonators fire and hand gradients back as their twins", async () => {
  for (const [index, neuron] of NEURONS.entries()) {
    const [T, C, runSize] = [[35, 6, 2], [70, 3, 3]][index % 2];
    const shape = [2, C, 2, 3, T];
    const x = noise(shape, T);
    const options = {
      runSize,
      coefficients: Array.from({ length: C }, () => [1, 0, 0, 1]),
    };
    const twin = resonatorForward(x, neuron);
    const { spikes, u } = await fireCells(x, neuron, options);
    same(spikes.data, twin.spikes.data);
    ok(twin.spikes.data.includes(1));
    close(u, twin.u, 2e-6);
    const ds = noise(shape, 3);
    const { dy, dw } = await fireCellsBack(ds, x, neuron, options);
    const expected = resonatorAdjoint(ds, twin, neuron);
    close(dy, expected.dx, 2e-5);
    if (!neuron.learns) continue;
    const w = [...expected.dw, 0, 0].slice(0, 4);
    close(tensorOf([4], dw), tensorOf([4], w), 2e-5);
  }
});
