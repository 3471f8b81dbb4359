import { deepStrictEqual } from "node:assert/strict";
import { predictionRecord } from "../../../kernels/output/prediction.ts";
import { counts, noise, same } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { batchOf, run } from "../kernel_runner.ts";
import { predict } from "../../oracle/loss.ts";

gpuTest("record() stores prediction and loss of each sample", async () => {
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
    predictionRecord,
    {
      batch: batchOf([3, N, 1]),
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

gpuTest("record() leaves samples of other micro-batches alone", async () => {
  const records = new Uint32Array(7).fill(9);
  const found = await run(
    predictionRecord,
    {
      batch: batchOf([0, 2]),
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
