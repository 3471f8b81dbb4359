import { adamStep } from "../../kernels/adam.ts";
import { nadamStep } from "../../kernels/nadam.ts";
import { sgdStep } from "../../kernels/sgd.ts";
import { close, noise, same } from "../comparison.ts";
import { gpuTest } from "../gpu.ts";
import { run } from "./kernel_runner.ts";
import { adam, nadam, sgd, type Update } from "../oracle/optimizer.ts";
import { tensorOf } from "../oracle/tensor.ts";

const SIZE = 300;
const STEPS = 12;
const LR = 0.01;

/** Gradients of ever another size, some of them 0. */
function gradient(step: number): Float32Array {
  const { data } = noise([SIZE], step);
  const scale = 10 ** (step % 5 - 2);
  return Float32Array.from(data, (g, i) => i % 7 === 0 ? 0 : scale * g);
}

/** Weights of the size of a step, so that none drowns in their rounding. */
function initial(): Float32Array {
  return Float32Array.from(noise([SIZE], 99).data, (w) => LR * w);
}

/** How much of the gradient is used, and how weights decay. */
const SETTINGS = [
  { used: 1, weightDecay: 0 },
  { used: 0.3, weightDecay: 0.5 },
];

/** Requires weights to be the oracle's, step by step. */
function follows(
  path: readonly Float32Array[],
  update: Update,
  used: number,
): void {
  const weights = Float64Array.from(initial());
  path.forEach((found, step) => {
    update(weights, Float64Array.from(gradient(step), (g) => used * g));
    close(tensorOf([SIZE], found), tensorOf([SIZE], weights), 2e-6);
  });
}

const WITH_MOMENTS = [
  ["Adam", adamStep, adam],
  ["NADAM", nadamStep, nadam],
] as const;

for (const [name, spec, make] of WITH_MOMENTS) {
  gpuTest(`${name} goes the oracle's way`, async () => {
    for (const { used, weightDecay } of SETTINGS) {
      let w = initial();
      let moments = {
        m: new Float32Array(SIZE),
        v: new Float32Array(SIZE),
        vMax: new Float32Array(SIZE),
      };
      const path: Float32Array[] = [];
      for (let step = 0; step < STEPS; step++) {
        const first = 1 - 0.9 ** (step + 1);
        const second = 1 - 0.999 ** (step + 1);
        const correction = name === "Adam" ? 1 : Math.sqrt(second);
        const arrays = {
          update: Float32Array.of(
            LR * correction / first,
            1 / Math.sqrt(second),
            LR * weightDecay,
          ),
          clip: Float32Array.of(used),
          ...{ w, ...moments, dw: gradient(step) },
        };
        const few = await run(spec, arrays, { size: SIZE }, [1, 1, 1]);
        const many = await run(spec, arrays, { size: SIZE }, [3, 1, 1]);
        same(few.w, many.w);
        const { m, v, vMax } = many;
        moments = { m, v, vMax };
        w = many.w;
        path.push(w);
      }
      follows(path, make(LR, weightDecay), used);
    }
  });
}

gpuTest("SGD goes the oracle's way", async () => {
  for (const { used, weightDecay } of SETTINGS) {
    let w = initial();
    const path: Float32Array[] = [];
    for (let step = 0; step < STEPS; step++) {
      const arrays = {
        update: Float32Array.of(LR, 0, weightDecay),
        clip: Float32Array.of(used),
        ...{ dw: gradient(step), w },
      };
      const few = await run(sgdStep, arrays, { size: SIZE }, [1, 1, 1]);
      const many = await run(sgdStep, arrays, { size: SIZE }, [3, 1, 1]);
      same(few.w, many.w);
      w = many.w;
      path.push(w);
    }
    follows(path, sgd(LR, weightDecay), used);
  }
});

gpuTest("the optimisers leave weights without a gradient alone", async () => {
  const none = () => new Float32Array(SIZE);
  const update = Float32Array.of(0.1, 31, 0);
  const clip = Float32Array.of(1);
  const w = initial();
  for (const spec of [adamStep, nadamStep]) {
    const { w: after } = await run(
      spec,
      { update, clip, dw: none(), w, m: none(), v: none(), vMax: none() },
      { size: SIZE },
      [3, 1, 1],
    );
    same(after, w);
  }
});
