import { deepStrictEqual, ok } from "node:assert/strict";
import { launchAxon } from "../../../engine/layers/axon_launches.ts";
import {
  type AxonDescription,
  describeAxon,
} from "../../../engine/layers/describe_axon.ts";
import type { Launch } from "../../../engine/device/launch.ts";
import { sizeOf } from "../../../engine/network/network.ts";
import { toKernelOrder, toUserOrder } from "../../../engine/network/weights.ts";
import {
  close,
  counts,
  equalInner,
  noise,
  same,
} from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import {
  type Axon,
  delay,
  delayGradient,
  delayInputGradient,
} from "../../oracle/layers/axon.ts";
import { pool, poolInputGradient } from "../../oracle/layers/pool.ts";
import { type Tensor, tensorOf, zeros } from "../../oracle/tensor.ts";
import { loadVectors } from "../../fixtures/reference_vectors.ts";
import { fromKernel, pack, quads, toKernel, unpack } from "../kernel_orders.ts";
import {
  batchOf,
  room,
  runDispatches,
  sharedCompiler,
} from "../kernel_runner.ts";

/** How the kernels of axons are run. */
interface Options {
  readonly Ts?: number;
  readonly runSize?: number;
  /** Side of the pool above. */
  readonly window?: number;
  readonly drops?: boolean;
  readonly seed?: number;
}

/** Runs spikes and the gradient of what arrives through axons and back. */
async function run(
  x: Tensor,
  dy: Tensor,
  description: AxonDescription,
  delays: Tensor | undefined,
  { Ts = 1, runSize, window, drops = false, seed = 0 }: Options = {},
) {
  const [N, C, H, W, T] = x.shape;
  const output = { C, H, W };
  const axon = describeAxon(description, { name: "conv1", output })!;
  const layer = { output, runSize: runSize ?? sizeOf(output) };
  const { forward, adjoint, gradient } = launchAxon(axon, layer, {
    T,
    Ts,
    height: 1 / Ts,
    P: 1,
    layer: 3,
    drops,
    rule: 0,
    source: {
      aboveRows: T,
      ...(window && { pooled: 1, window, W, C, poolGain: 3 }),
    },
  });
  const F = sizeOf(output);
  const weights = axon.delays;
  const own = weights && delays
    ? toKernelOrder({ name: "conv1.delay", weights }, {
      shape: delays.shape,
      data: Float32Array.from(delays.data),
    })
    : new Float32Array(4);
  const arrays = {
    batch: batchOf([0, N, 0, 0, 0, 0, 0, 0, N, 1, seed]),
    delays: own,
    spikes: pack(x),
    dy: toKernel(dy, { run: window ? undefined : runSize }),
    arrived: new Uint32Array(N * Math.ceil(T / 32) * F).fill(~0),
    ds: room(N * T * quads(F, runSize)),
    stripSum: room(N * F),
    dw: room(own.length),
    weights: room(own.length),
    m: room(own.length),
    v: room(own.length),
    vMax: room(own.length),
  };
  const found = await runDispatches(arrays, N, (buffers) => {
    const bound = { ...buffers, stripSums: buffers.stripSum };
    const compile = (launch: Launch) => sharedCompiler().compile(launch, bound);
    return Promise.all([forward, adjoint, ...gradient].map(compile));
  });
  const ds = fromKernel(found.ds, x.shape, { run: runSize, over: NaN });
  const gdelay = weights && toUserOrder(weights, found.dw);
  return {
    y: unpack(found.arrived, x.shape),
    ds,
    gdelay: gdelay && tensorOf(gdelay.shape, gdelay.data),
  };
}

gpuTest("axons delay spikes and return gradients as delay", async () => {
  const { params, tensors } = loadVectors<{ Ts: number }>("delay");
  const { x, delay: delays, gout, ...expected } = tensors;
  const learned = { delay: { per: "neuron" as const } };
  const { y, ds, gdelay } = await run(x, gout, learned, delays, params);
  same(y.data, expected.y.data);
  close(ds, expected.gin);
  close(gdelay!, expected.gdelay);
});

for (const T of [1, 31, 32, 33, 90]) {
  for (const Ts of [1, 0.5, 5]) {
    gpuTest(`delays agree with their twin, T = ${T}, Ts = ${Ts}`, async () => {
      const x = counts([2, 6, 3, 5, T], T, 0.3);
      const dy = noise(x.shape, 2);
      for (const shape of [[6, 3, 5], [6, 1, 1]]) {
        const delays = zeros(shape);
        noise(shape, 3).data.forEach((value, i) =>
          delays.data[i] = Math.fround(Math.abs(value) * 40)
        );
        const axon: Axon = { delays, Ts };
        const per = shape[1] > 1 ? "neuron" as const : "channel" as const;
        const { y, ds, gdelay } = await run(
          x,
          dy,
          { delay: { per } },
          delays,
          { Ts, runSize: 3 },
        );
        const expected = delay(x, axon);
        same(y.data, expected.data);
        close(ds, delayInputGradient(dy, axon));
        equalInner(y, dy, x, ds);
        const height = zeros(x.shape);
        expected.data.forEach((s, i) => height.data[i] = s / Ts);
        close(gdelay!, delayGradient(height, dy, axon), 2e-6);
      }
    });
  }
}

gpuTest(
  "a fixed delay is the same for all neurons, in whole bins",
  async () => {
    const x = counts([1, 2, 3, 1, 70], 4);
    const dy = noise(x.shape, 2);
    // 0.3 / 0.1 is just below 3.
    for (const [ms, Ts, bins] of [[0.3, 0.1, 3], [7, 2, 3], [99, 1, 99]]) {
      const { y, ds } = await run(x, dy, { delay: ms }, undefined, { Ts });
      const axon = { delays: tensorOf([2, 1, 1], [bins, bins]), Ts: 1 };
      same(y.data, delay(x, axon).data);
      close(ds, delayInputGradient(dy, axon));
    }
  },
);

gpuTest("axons below a pool add up no more than their window", async () => {
  const x = counts([2, 3, 5, 4, 40], 4);
  const axon = { delays: tensorOf([3, 1, 1], [2, 0, 5]), Ts: 1 };
  const dy = noise(pool(x, 2, 1).shape, 2);
  const learned = { delay: { per: "channel" as const } };
  const { ds } = await run(x, dy, learned, axon.delays, { window: 2 });
  close(
    ds,
    delayInputGradient(poolInputGradient(dy, 2, 3, x.shape), axon),
  );
});

gpuTest("dropout silences neurons for whole samples", async () => {
  const x = zeros([8, 10, 5, 4, 33]);
  x.data.fill(1);
  const dy = zeros(x.shape);
  dy.data.fill(1);
  const seeds = await Promise.all(
    [1, 2].map((seed) =>
      run(x, dy, { dropout: 0.3 }, undefined, {
        drops: true,
        seed,
        runSize: 10,
      })
    ),
  );
  for (const { y, ds } of seeds) {
    let silent = 0;
    for (let row = 0; row < 1600; row++) {
      const kept = y.data[row * 33];
      if (kept === 0) silent++;
      for (let i = row * 33; i < row * 33 + 33; i++) {
        ok(y.data[i] === kept);
        ok(ds.data[i] === Math.fround(kept / 0.7));
      }
    }
    ok(Math.abs(silent / 1600 - 0.3) < 0.05, `${silent}`);
  }
  ok(seeds[0].y.data.some((value, i) => value !== seeds[1].y.data[i]));
  const kept = await run(x, dy, { dropout: 0.3 }, undefined);
  deepStrictEqual(kept.y.data, x.data);
  deepStrictEqual(kept.ds.data, dy.data);
});
