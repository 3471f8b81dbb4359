import { deepStrictEqual, ok } from "node:assert/strict";
import { scaleForward } from "../../kernels/scale.ts";
import {
  statisticsActivity,
  statisticsOutcome,
} from "../../kernels/statistics.ts";
import { counts, noise, same } from "../comparison.ts";
import { gpuTest } from "../gpu.ts";
import { pack, toKernel } from "./kernel_orders.ts";
import { run } from "./kernel_runner.ts";
import { predict } from "../oracle/loss.ts";

for (const T of [1, 31, 32, 33, 300]) {
  gpuTest(`activity() adds up a layer's spikes, T = ${T}`, async () => {
    const x = counts([3, 3, 5, 7, T], T, 0.4);
    const spikes = x.data.reduce((sum, spike) => sum + spike, 0);
    ok(spikes > 0);
    const size = Math.ceil(T / 32) * 105;
    const tally = Uint32Array.from({ length: 4 * 6 }, (_, i) => i);
    for (const groups of [1, 2, 64]) {
      const found = await run(
        statisticsActivity,
        { batch: Uint32Array.of(0, 3, 2, 0), spikes: pack(x), tally },
        { size, layer: 1, stride: 6 },
        [groups, 1, 3],
      );
      const expected = tally.slice();
      expected[2 * 6 + 1] += spikes;
      deepStrictEqual(found.tally, expected);
    }
  });
}

gpuTest("outcome() notes prediction and loss of each sample", async () => {
  const [N, O, L] = [130, 5, 3];
  const out = counts([N, O, 1, 1, 4], 1, 0.4);
  out.data.fill(0, 0, O * 4);
  const spikes = Uint32Array.from(
    { length: N * O },
    (_, row) =>
      out.data.subarray(row * 4, row * 4 + 4).reduce((a, b) => a + b, 0),
  );
  const { data } = noise([N, O], 2);
  const stride = L + 2 * (N + 3);
  const records = Uint32Array.from({ length: 2 * stride }, (_, i) => i);
  const found = await run(
    statisticsOutcome,
    {
      batch: Uint32Array.of(3, N, 1, 0),
      counts: spikes,
      loss: Float32Array.from(data),
      records,
    },
    { layers: L, stride, O },
    [3, 1, 1],
  );
  const first = stride + L + 2 * 3;
  deepStrictEqual(found.records.slice(0, first), records.slice(0, first));
  const words = found.records.slice(first);
  const predictions = words.filter((_, i) => i % 2 === 0);
  deepStrictEqual([...predictions], predict(out));
  const losses = new Float32Array(words.filter((_, i) => i % 2 === 1).buffer);
  const expected = Float32Array.from({ length: N }, (_, n) => {
    let total = 0;
    for (let o = 0; o < O; o++) total = Math.fround(total + data[n * O + o]);
    return total;
  });
  same(losses, expected);
});

gpuTest("outcome() leaves samples that are not in hand alone", async () => {
  const records = new Uint32Array(7).fill(9);
  const found = await run(
    statisticsOutcome,
    {
      batch: Uint32Array.of(0, 2, 0, 0),
      counts: Uint32Array.of(0, 3, 5, 5, 0, 1),
      loss: Float32Array.of(1, 2, 3, 4, 5, 6),
      records,
    },
    { layers: 1, stride: 7, O: 2 },
    [1, 1, 1],
  );
  const [one, two] = new Uint32Array(Float32Array.of(3, 7).buffer);
  deepStrictEqual([...found.records], [9, 1, one, 0, two, 9, 9]);
});

gpuTest("scale() divides each sample by its largest count", async () => {
  const x = noise([3, 2, 3, 5, 7], 1);
  const values = toKernel(x);
  const largest = Uint32Array.of(0, 2, 3);
  const expected = values.map((value, i) =>
    value * Math.fround(1 / Math.max(largest[Math.floor(i / 210)], 1))
  );
  for (const groups of [1, 4]) {
    const found = await run(
      scaleForward,
      { largest, x: values },
      { T: 7, F: 30 },
      [groups, 1, 3],
    );
    same(found.x, expected);
  }
});
