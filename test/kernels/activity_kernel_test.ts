import { deepStrictEqual } from "node:assert/strict";
import { activityCount } from "../../kernels/activity.ts";
import { counts } from "../comparison.ts";
import { gpuTest } from "../gpu.ts";
import { pack } from "./kernel_orders.ts";
import { run } from "./kernel_runner.ts";

for (
  const [words, shape] of [
    ["one bin", [1, 1, 1, 1, 1]],
    ["no whole word", [3, 2, 5, 7, 33]],
    ["more neurons than a workgroup", [2, 3, 30, 11, 64]],
    ["many samples", [40, 4, 1, 1, 300]],
  ] as const
) {
  gpuTest(`count() adds up how often neurons fire, ${words}`, async () => {
    const [N, C, H, W, T] = shape;
    const s = counts(shape, 1, 0.3);
    s.data.fill(0, 0, T);
    const F = C * H * W;
    const before = Uint32Array.from({ length: F }, (_, f) => 3 * f);
    const expected = before.slice();
    s.data.forEach((spike, i) => {
      const place = Math.floor(i / T) % F;
      const [channel, pixel] = [Math.floor(place / H / W), place % (H * W)];
      expected[pixel * C + channel] += spike;
    });
    for (const groups of [1, 65_535]) {
      const { fired } = await run(
        activityCount,
        { spikes: pack(s), fired: before },
        { T, F },
        [groups, 1, N],
      );
      deepStrictEqual(fired, expected);
    }
  });
}
