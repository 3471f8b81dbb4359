import { deepStrictEqual, ok } from "node:assert/strict";
import { close, noise, same } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { inner, type Tensor, tensorOf, zeros } from "../../oracle/tensor.ts";
import {
  type FixedResonator,
  fixedResonatorAdjoint,
  fixedResonatorForward,
  realOf,
} from "../../oracle/units/fixed_resonator.ts";
import { resonatorForward } from "../../oracle/units/resonator.ts";
import { fireCells, fireCellsBack } from "./cell_kernels.ts";

const SURROGATE = { tauGrad: 1.5, scaleGrad: 0.7 };

const ADAPTS = { vThStep: 9, thDecay: 700, refDecay: 1500 };

const INTEGERS = {
  ...SURROGATE,
  vThMant: 38,
  sinDecay: 3080,
  cosDecay: 2141,
};

const NEURONS: readonly FixedResonator[] = [
  { ...INTEGERS, fires: "phase" },
  { ...INTEGERS, fires: "imaginary" },
  { ...INTEGERS, fires: "phase", adapts: ADAPTS },
  { ...INTEGERS, fires: "imaginary", adapts: ADAPTS },
];

Deno.test("products of a fixed-point resonator are rounded one by one, toward 0", () => {
  const { real, imaginary } = fixedResonatorForward(
    tensorOf([1, 1, 1, 1, 3], [-3.9 / 4096, 0, 0]),
    {
      ...SURROGATE,
      vThMant: 1,
      sinDecay: 2048,
      cosDecay: 2048,
      fires: "phase",
    },
  );
  const integers = ({ data }: Tensor) => [...data].map((v) => 4096 * v + 0);
  deepStrictEqual(integers(real), [-3, -1, 0]);
  // In the last bin it sums two products of -1/2, which are rounded first.
  deepStrictEqual(integers(imaginary), [0, -1, 0]);
});

Deno.test("a spike by the imaginary part leaves 1/4096 below the threshold", () => {
  const T = 5;
  const { imaginary, real, spikes } = fixedResonatorForward(
    tensorOf([1, 1, 1, 1, T], [2, 0, 0, 0, 0]),
    {
      ...SURROGATE,
      vThMant: 64,
      sinDecay: 4095,
      cosDecay: 0,
      fires: "imaginary",
    },
  );
  // i · 4095 is turned to -4095 · 4095 / 4096, and so on.
  deepStrictEqual([...spikes.data], [0, 1, 0, 0, 0]);
  const integers = [...real.data].map((v) => 4096 * v + 0);
  deepStrictEqual(integers, [8192, 0, -4094, 0, 4092]);
  deepStrictEqual(
    [...imaginary.data].map((v) => 4096 * v + 0),
    [0, 8190, 0, -4093, 0],
  );
});

/** Drives in units of 1/64. */
const DRIVES = [
  "80 -8 14 22 -30 -32 -30 48 48 46 -28 -40 -68 -2 -60 -58 10 46",
  "2 -38 62 -58 -10 14 -28 56 -66 -64 -14 -62 66 -80 -46 -50 -78 -50",
  "30 80 -46 24 -4 70 6 -66 -6 20 0 24",
].flatMap((drives) => drives.split(" ").map(Number));

/**
 * Results of lava-dl's equations in PyTorch for these drives: RF, RF-Iz, ADRF
 * and ADRF-Iz with tau_grad 1.5 and scale_grad 0.7: the spikes, z in the last
 * bin in units of 1/4096, and gradients of the drives of bins 0, 20 and 40 if
 * that of the spike in bin t is sin t.
 */
const OF_LAVA = [
  {
    spikes: "000000001000001000100000000000000000100000100001",
    real: 7578,
    imaginary: 4644,
    gradients: [2.43319, 5.53688, 0.559151],
  },
  {
    spikes: "010000001000000000100000000000010000010000100001",
    real: 2347,
    imaginary: 5025,
    gradients: [0.000623509, 0.00124115, -0.000186859],
  },
  {
    spikes: "000000001000001000100000000000000000100000100001",
    real: 7578,
    imaginary: 4644,
    gradients: [-4.85778e-06, 1.28653e-06, 6.06918e-06],
  },
  {
    spikes: "010000001000000100010000001000010000011000110000",
    real: 7578,
    imaginary: 4644,
    gradients: [0.000622285, 0.00123397, -0.000186275],
  },
];

Deno.test("fixed-point resonators and their gradients are those of lava-dl", () => {
  const shape = [1, 1, 1, 1, DRIVES.length];
  const x = tensorOf(shape, DRIVES.map((drive) => drive / 64));
  const ds = tensorOf(shape, DRIVES.map((_, t) => Math.sin(t)));
  for (const [index, theirs] of OF_LAVA.entries()) {
    // All but RF have other units of width and height there.
    const neuron = {
      ...NEURONS[index],
      sinDecay: 3391,
      cosDecay: 1548,
      ...index > 0 && { tauGrad: 200 * 1.5, scaleGrad: 0.7 / 100 },
    };
    const activity = fixedResonatorForward(x, neuron);
    deepStrictEqual([...activity.spikes.data].join(""), theirs.spikes);
    const last = DRIVES.length - 1;
    deepStrictEqual(
      [activity.real, activity.imaginary].map(({ data }) => 4096 * data[last]),
      [theirs.real, theirs.imaginary],
    );
    const dx = fixedResonatorAdjoint(ds, activity, neuron);
    const gradients = [0, 20, 40].map((t) => dx.data[t]);
    deepStrictEqual(
      gradients.map((value) => Number(value.toPrecision(6))),
      theirs.gradients,
    );
  }
});

Deno.test("a fixed-point resonator is close to that with real numbers", () => {
  const drives = noise([1, 3, 1, 1, 200], 1);
  const x = tensorOf(drives.shape, drives.data.map((v) => 0.3 * v));
  for (const neuron of NEURONS) {
    const fixed = fixedResonatorForward(x, neuron);
    const real = resonatorForward(x, realOf(neuron));
    // From there on a spike may come a bin earlier or later.
    const first = Math.min(
      fixed.spikes.data.indexOf(1),
      real.spikes.data.indexOf(1),
    );
    ok(first > 20);
    for (let t = 0; t < first; t++) {
      ok(Math.abs(fixed.real.data[t] - real.real.data[t]) < 0.005, `${t}`);
      ok(Math.abs(fixed.imaginary.data[t] - real.imaginary.data[t]) < 0.005);
    }
  }
});

Deno.test("its adjoint is the gradient of smooth spikes that do not reset", () => {
  const x = noise([2, 2, 1, 2, 20], 4);
  const weights = noise(x.shape, 5);
  for (const neuron of NEURONS.slice(0, 2)) {
    const smooth = (x: Tensor) =>
      resonatorForward(x, realOf(neuron), zeros(x.shape));
    const dx = fixedResonatorAdjoint(weights, smooth(x), neuron);
    const d = noise(x.shape, 6);
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
});

gpuTest(
  "fixed-point resonators fire to the bit, and are straight-through",
  async () => {
    for (const [index, neuron] of NEURONS.entries()) {
      const [T, C, runSize] = [[35, 6, 2], [70, 3, 3]][index % 2];
      const shape = [2, C, 2, 3, T];
      for (const scale of [1, 40]) {
        const drives = noise(shape, T);
        const x = tensorOf(
          shape,
          drives.data.map((v) => Math.fround(scale * v)),
        );
        const options = {
          runSize,
          coefficients: Array.from({ length: C }, () => [1, 0, 0, 1]),
        };
        const twin = fixedResonatorForward(x, neuron);
        ok(twin.spikes.data.includes(1) && twin.spikes.data.includes(0));
        const { spikes, u } = await fireCells(x, neuron, options);
        same(spikes.data, twin.spikes.data);
        deepStrictEqual([...u.data], [...twin.u.data].map(Math.fround));
        const ds = noise(shape, 3);
        const { dy } = await fireCellsBack(ds, x, neuron, options);
        close(dy, fixedResonatorAdjoint(ds, twin, neuron), 2e-5);
      }
    }
  },
);
