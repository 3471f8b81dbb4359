import { deepStrictEqual, notDeepStrictEqual } from "node:assert/strict";
import { RULES } from "../../../kernels/shared/optimizer_rules.ts";
import { updateStep } from "../../../kernels/update/optimizer_step.ts";
import { close, counts, noise, same } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { batchOf, run } from "../kernel_runner.ts";
import {
  adam,
  adamW,
  nadam,
  sgd,
  type Update,
} from "../../oracle/optimizer.ts";
import { tensorOf } from "../../oracle/tensor.ts";
import { weightsToKernel } from "../kernel_orders.ts";
import { layerFor } from "../layers/synapse_setting.ts";
import { updateOf } from "./update_of.ts";
import { learnFrom, type Learnt } from "../layers/weight_kernels.ts";

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

const WAYS = { ADAM: adam, NADAM: nadam, SGD: sgd, ADAMW: adamW };

for (const [rule, name] of RULES.entries()) {
  gpuTest(`${name} goes the oracle's way`, async () => {
    for (const { used, weightDecay } of SETTINGS) {
      let learnt: Learnt = {
        weights: initial(),
        m: new Float32Array(SIZE),
        v: new Float32Array(SIZE),
        vMax: new Float32Array(SIZE),
      };
      const path: Float32Array[] = [];
      for (let step = 0; step < STEPS; step++) {
        const arrays = {
          ...learnt,
          batch: batchOf(
            [],
            updateOf(name, { step, lr: LR, decay: weightDecay }),
          ),
          clip: Float32Array.of(used),
          dw: gradient(step),
        };
        const constants = { size: SIZE, rule };
        const few = await run(updateStep, arrays, constants, [1, 1, 1]);
        const many = await run(updateStep, arrays, constants, [3, 1, 1]);
        same(few.weights, many.weights);
        learnt = many;
        path.push(many.weights);
      }
      follows(path, WAYS[name](LR, weightDecay), used);
    }
  });
}

gpuTest("the optimisers leave weights without a gradient alone", async () => {
  const none = () => new Float32Array(SIZE);
  const batch = batchOf([], [0.1, 31, 0]);
  const clip = Float32Array.of(1);
  const weights = initial();
  for (const rule of RULES.keys()) {
    const after = await run(
      updateStep,
      { batch, clip, dw: none(), weights, m: none(), v: none(), vMax: none() },
      { size: SIZE, rule },
      [3, 1, 1],
    );
    same(after.weights, weights);
  }
});

/**
 * Layers of each way in which a gradient is completed, and their rules: all
 * take the same text, so that one way is tried with each.
 */
const LAYERS = [
  ["a dense layer", { dense: 7 }, [3, 2, 3, 4, 400], [7, 2, 3, 4, 1], RULES],
  ["a large dense layer", { dense: 300 }, [3, 2, 30, 30, 9], [
    ...[300, 2, 30, 30, 1],
  ], ["ADAM"]],
  [
    "a convolution",
    { conv: { out: 6, kernel: 3, padding: 1 } },
    [
      ...[3, 2, 5, 4, 40],
    ],
    [6, 2, 3, 3, 1],
    ["NADAM"],
  ],
] as const;

for (const [what, description, xShape, wShape, names] of LAYERS) {
  gpuTest(
    `${what} is updated at once as from a stored gradient`,
    async () => {
      const layer = layerFor(description, xShape);
      const { C, H, W } = layer.output;
      const x = counts([...xShape], 1, 0.3);
      const dy = noise([xShape[0], C, H, W, xShape[4]], 2);
      const state = (seed: number) => weightsToKernel(noise([...wShape], seed));
      for (const name of names) {
        const rule = RULES.indexOf(name);
        const before: Learnt = {
          ...{ weights: state(3), m: state(4) },
          ...{ v: state(5).map(Math.abs), vMax: state(6).map(Math.abs) },
        };
        const update = updateOf(name, { step: 4, lr: LR, decay: 0.3 });
        for (
          const options of [{}, { cuts: [1] }, { cuts: [1], software: true }]
        ) {
          const { dw, weights, m, v, vMax } = await learnFrom(
            ...[layer, x, dy, before, options] as const,
            { rule, update: [...update] },
          );
          const stored = await run(
            updateStep,
            {
              batch: batchOf([], update),
              ...{ clip: Float32Array.of(1), dw, ...before },
            },
            { size: dw.length, rule },
            [3, 1, 1],
          );
          notDeepStrictEqual(weights, before.weights);
          deepStrictEqual(
            { weights, m, v, vMax },
            {
              weights: stored.weights,
              m: stored.m,
              v: stored.v,
              vMax: stored.vMax,
            },
          );
        }
      }
    },
  );
}
