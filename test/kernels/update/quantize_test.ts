import { quantized } from "../../../engine/network/quantized.ts";
import { quantizeWeights } from "../../../kernels/update/quantize.ts";
import { noise, same } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { room, run } from "../kernel_runner.ts";

for (const step of [2, 0.5, 3]) {
  gpuTest(`quantize() rounds halves to even, step ${step}`, async () => {
    const halves = Array.from({ length: 64 }, (_, i) => (i - 32) * step / 2);
    const others = noise([200], 3).data.map((w) => 100 * w);
    const weights = Float32Array.of(...halves, ...others);
    const size = weights.length;
    const { rounded } = await run(
      quantizeWeights,
      { weights, rounded: room(size) },
      { size, step },
      [2, 1, 1],
    );
    same(rounded, weights.map((w) => quantized(w, step)));
  });
}
