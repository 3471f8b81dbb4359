import { ok } from "node:assert/strict";
import {
  close,
  counts,
  equalInner,
  noise,
  same,
} from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { pool, poolInputGradient } from "../../oracle/layers/pool.ts";
import { neuronConstants } from "../../../engine/neurons/srm_alpha.ts";
import { NEURON } from "../../engine/networks.ts";
import { psp } from "../../oracle/neurons/srm.ts";
import { zeros } from "../../oracle/tensor.ts";
import { NEVER, recurrent, RELAY } from "./neuron_kernels.ts";
import { loadVectors } from "../../fixtures/reference_vectors.ts";
import { adjoint, fired, forward } from "./synapse_kernels.ts";
import { layerFor, THETA } from "./synapse_setting.ts";

const SCALE = 1.1 * THETA;

/** A pool's weights are fixed. */
const NONE = zeros([1, 1, 1, 1, 1]);

for (const name of ["pool_2_even", "pool_2_odd", "pool_3_odd", "pool_4"]) {
  gpuTest(`pool() and its adjoint agree with ${name}`, async () => {
    const { params, tensors } = loadVectors<{ kernel: number }>(name);
    const { x, gout, y, gin } = tensors;
    const layer = layerFor({ pool: params.kernel }, x.shape);
    close(await forward(layer, x, NONE), y);
    close(await adjoint(layer, gout, NONE), gin);
  });
}

/** Bins, one fewer than kernels are run with, and sides. */
const SIZES = [
  [1, 5, 3, 2],
  [30, 4, 7, 3],
  [31, 1, 9, 4],
  [32, 7, 7, 1],
  [299, 3, 2, 5],
];

for (const [T, H, W, window] of SIZES) {
  for (const P of [1, 8]) {
    gpuTest(`pool() sums windows, T = ${T}, P = ${P}`, async () => {
      const x = counts([2, 3, H, W, T], T, 0.3, P === 1 ? 1 : 255);
      const layer = layerFor({ pool: window }, x.shape);
      const y = await forward(layer, x, NONE, { P });
      close(y, pool(x, window, SCALE));
      const d = noise(y.shape, 1);
      const dx = await adjoint(layer, d, NONE);
      close(dx, poolInputGradient(d, window, SCALE, x.shape));
      equalInner(y, d, x, dx);
    });
  }
}

gpuTest("pool() turns the spikes of neurons that fire", async () => {
  for (const shape of [[2, 3, 9, 7, 70], [3, 4, 13, 15, 33]]) {
    const x = counts(shape, 5, 0.3);
    const layer = layerFor({ pool: 2 }, x.shape);
    const neuron = { ...RELAY, theta: 1.5 * SCALE };
    const u = await forward(layer, x, NONE, { neuron });
    close(u, pool(x, 2, SCALE));
    ok(u.data.some((potential) => potential >= neuron.theta));
    same((await forward(layer, x, NONE, { neuron, groups: 1 })).data, u.data);
  }
});

gpuTest("pool() scales with the height of a spike", async () => {
  const x = counts([1, 2, 5, 4, 8], 1);
  const layer = layerFor({ pool: 2 }, x.shape);
  const y = await forward(layer, x, NONE, { height: 0.2 });
  close(y, pool(x, 2, 0.2 * SCALE));
});

for (const K of [2, 5, 16, 31, 32, 33, 63, 64, 65, 77]) {
  for (const [P, window] of [[1, 2], [3, 3]]) {
    gpuTest(
      `pool() drives neurons of ${K} taps, window ${window}`,
      async () => {
        const T = 150;
        const { epsilon, nu } = recurrent(NEURON, 1, T);
        const taps = { K, R: nu.length };
        const constants = neuronConstants(NEURON, 1, taps);
        const x = counts([2, 2, 5, 4, T], 1, 0.3, P === 1 ? 1 : 7);
        const u = await fired(layerFor({ pool: window }, x.shape), x, NONE, {
          P,
          neuron: { ...constants, theta: NEVER },
        });
        const drive = pool(x, window, SCALE);
        close(u, psp(drive, epsilon.slice(0, K), 1), 3e-6);
      },
    );
  }
}

gpuTest("pool() of silence is 0", async () => {
  const x = counts([1, 2, 4, 4, 33], 1, 0);
  const y = await forward(layerFor({ pool: 2 }, x.shape), x, NONE);
  same(y.data, pool(x, 2, SCALE).data);
});

gpuTest("pool() hands gradients to neurons in runs of quads", async () => {
  for (const window of [1, 2, 3]) {
    const x = counts([2, 6, 5, 7, 9], 1);
    const layer = layerFor({ pool: window }, x.shape);
    const y = await forward(layer, x, NONE);
    const expected = poolInputGradient(y, window, SCALE, x.shape);
    for (const below of [6, 3, 2, 1]) {
      close(await adjoint(layer, y, NONE, { below }), expected);
    }
  }
});

gpuTest("pool() adds up the largest counts of a wide window", async () => {
  const x = counts([1, 1, 16, 16, 33], 1, 0.3, 255);
  x.data.fill(255, 0, 16 * 33);
  const layer = layerFor({ pool: 16 }, x.shape);
  close(await forward(layer, x, NONE, { P: 8 }), pool(x, 16, SCALE));
  x.data.fill(255);
  const y = await forward(layer, x, NONE, { P: 8 });
  close(y, pool(x, 16, SCALE));
});

gpuTest("pool() strides over neurons where workgroups are few", async () => {
  const x = counts([1, 5, 11, 13, 9], 1);
  const layer = layerFor({ pool: 2 }, x.shape);
  const groups = 2;
  const y = await forward(layer, x, NONE);
  same((await forward(layer, x, NONE, { groups })).data, y.data);
  const dx = await adjoint(layer, y, NONE);
  same((await adjoint(layer, y, NONE, { groups })).data, dx.data);
});
