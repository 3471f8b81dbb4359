import { deepStrictEqual, ok } from "node:assert/strict";
import { fixedAlif, fixedCuba } from "../../../engine/neurons/fixed_point.ts";
import { close, noise, same } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { tensorOf, zeros } from "../../oracle/tensor.ts";
import {
  fixedForward,
  type Leaky,
  leakyAdjoint,
  leakyForward,
} from "../../oracle/units/leaky.ts";
import { fireCells, fireCellsBack } from "./cell_kernels.ts";

const INTEGERS = { vThMant: 45, iDecay: 1024, vDecay: 123 };

/** The same neuron with real numbers. */
const NEURON: Leaky = {
  threshold: 45 / 64,
  tau: 4096 / 123,
  tauSyn: 4,
  rest: 0,
  reset: "hard",
  decayInput: false,
  detachReset: true,
  surrogate: "fast sigmoid",
  steepness: 3,
};

Deno.test("a fixed-point neuron is close to that with real numbers", () => {
  const drives = noise([1, 3, 1, 1, 200], 1);
  const x = tensorOf(drives.shape, drives.data.map((v) => 0.1 * v));
  const fixed = fixedForward(x, INTEGERS);
  // Until a spike comes a bin earlier or later.
  const first = fixed.spikes.data.indexOf(1);
  ok(first > 2);
  const real = leakyForward(x, NEURON);
  for (let t = 0; t < first; t++) {
    ok(Math.abs(fixed.u.data[t] - real.u.data[t]) < 0.01, `${t}`);
  }
});

const ADAPTS = { vThStep: 9, thDecay: 700, refDecay: 1500 };

/** Coefficients of three channels that change nothing. */
const coefficients = Array.from({ length: 3 }, () => [1, 0, 0, 1]);

const SURROGATE = { surrogate: "fast sigmoid", steepness: 3 } as const;

gpuTest(
  "fixed-point neurons fire to the bit, and are straight-through",
  async () => {
    const described = [
      fixedCuba({ ...INTEGERS, ...SURROGATE }),
      fixedAlif({ ...INTEGERS, ...ADAPTS, ...SURROGATE }),
    ];
    for (const [scale, adapts] of [[0.5], [40], [2, ADAPTS]] as const) {
      const options = { coefficients, described: described[Number(!!adapts)] };
      const shape = [2, 3, 2, 1, 70];
      const drives = noise(shape, 5);
      const x = tensorOf(shape, drives.data.map((v) => Math.fround(scale * v)));
      const twin = fixedForward(x, { ...INTEGERS, adapts });
      ok(twin.spikes.data.includes(1) && twin.spikes.data.includes(0));
      const { spikes, u } = await fireCells(x, NEURON, options);
      same(spikes.data, twin.spikes.data);
      deepStrictEqual([...u.data], [...twin.u.data].map(Math.fround));
      const ds = noise(shape, 3);
      const { dy } = await fireCellsBack(ds, x, NEURON, options);
      // A neuron that adapts is not reset.
      const resets = adapts ? zeros(shape) : twin.spikes;
      const { dx } = leakyAdjoint(ds, { ...twin, spikes: resets }, NEURON);
      close(dy, dx, 5e-6);
    }
  },
);
