import { ok, strictEqual } from "node:assert/strict";
import {
  clipLimit,
  clipSquares,
} from "../../../kernels/update/gradient_norm.ts";
import { noise } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { clip } from "../../oracle/optimizer.ts";
import { room, run } from "../kernel_runner.ts";

/** Runs both kernels; gives how much of the gradient is used. */
async function clipped(
  dw: Float32Array,
  maxNorm: number,
  S: number,
): Promise<number> {
  const { stripSum } = await run(
    clipSquares,
    { dw, stripSum: room(S) },
    { size: dw.length, maxNorm },
    [S, 1, 1],
  );
  const { clip } = await run(
    clipLimit,
    { stripSums: stripSum, clip: room(1) },
    { S },
    [1, 1, 1],
  );
  return clip[0];
}

gpuTest("clip() uses as much of a gradient as the oracle", async () => {
  for (const size of [1, 63, 64, 65, 1000, 70_001]) {
    const { data } = noise([size], size);
    const norm = Math.sqrt(data.reduce((sum, g) => sum + g * g, 0));
    for (const S of [1, 2, 65, 1024]) {
      for (const most of [norm / 1e6, norm / 3, norm * 0.999, norm * 1.001]) {
        const dw = Float32Array.from(data);
        const found = await clipped(dw, most, S);
        const expected = clip(Float64Array.from(dw), most);
        ok(Math.abs(found / expected - 1) < 2e-6, `${found}, ${expected}`);
        strictEqual(await clipped(dw, most, S), found);
      }
    }
  }
});

gpuTest("clip() uses all of a gradient that is small, or zero", async () => {
  strictEqual(await clipped(new Float32Array(100), 1e-6, 2), 1);
  strictEqual(await clipped(Float32Array.of(3, 0, 4), 5.001, 1), 1);
});

gpuTest("clip() measures gradients whose square no float holds", async () => {
  const large = Float32Array.of(3e25, -4e25);
  const found = await clipped(large, 1e25, 1);
  ok(Math.abs(found / 0.2 - 1) < 1e-6, `${found}`);
});

gpuTest("clip() hides no gradient that is not a number", async () => {
  ok(Number.isNaN(await clipped(Float32Array.of(1, NaN, 2), 5, 1)));
});
