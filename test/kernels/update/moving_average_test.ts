import { movingAverage } from "../../../kernels/update/moving_average.ts";
import { close, noise, same } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { movingAverage as oracle } from "../../oracle/optimizer.ts";
import { tensorOf } from "../../oracle/tensor.ts";
import { run } from "../kernel_runner.ts";

gpuTest("moving averages are their twins, update by update", async () => {
  for (const [size, groups] of [[4, 1], [260, 1], [1024, 3]]) {
    for (const decay of [0.5, 0.99]) {
      const past: Float32Array[] = [];
      // What was there before the first update leaves no trace.
      let averages = new Float32Array(size).fill(1e6);
      for (let step = 1; step <= 20; step++) {
        const values = Float32Array.from(noise([size], step).data);
        past.push(values);
        const share = (1 - decay) / (1 - decay ** step);
        ({ averages } = await run(
          movingAverage,
          {
            averaging: Float32Array.of(1 - share, share),
            values,
            averages,
          },
          { size },
          [groups, 1, 1],
        ));
        if (step === 1) same(averages, values);
        close(
          tensorOf([size], averages),
          tensorOf([size], oracle(past, decay)),
          2e-6,
        );
      }
    }
  }
});
