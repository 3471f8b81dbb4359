import { ok } from "node:assert/strict";
import { normScaleRows } from "../../../kernels/norm/norm.ts";
import { close, noise } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { tensorOf } from "../../oracle/tensor.ts";
import { fromKernel, toKernel } from "../kernel_orders.ts";
import { run } from "../kernel_runner.ts";

gpuTest("rows are divided by their samples' largest counts", async () => {
  const x = noise([3, 5, 1, 2, 4], 1);
  const largest = Uint32Array.of(4, 0, 1);
  const { values } = await run(
    normScaleRows,
    { largest, values: toKernel(x, { run: 5 }) },
    { T: 4, pixels: 2, C: 5, runSize: 5 },
    [1, 1, 3],
  );
  const expected = x.data.map((value, i) => i < 40 ? value / 4 : value);
  close(fromKernel(values, x.shape, { run: 5 }), tensorOf(x.shape, expected));
  ok(expected[0] !== x.data[0]);
});
