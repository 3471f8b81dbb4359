import assert from "node:assert/strict";
import {
  learningRate,
  type Schedule,
} from "../../../engine/training/learning_rate.ts";

function rates(
  schedule: Schedule | undefined,
  epochs = 5,
): number[] {
  return Array.from(
    { length: epochs },
    (_, epoch) => learningRate(epoch, { lr: 0.8, epochs, schedule }),
  );
}

function assertClose(actual: number[], expected: number[]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((rate, epoch) => {
    assert(Math.abs(rate - expected[epoch]) < 1e-12, `${actual}`);
  });
}

Deno.test("learningRate() stays where there is no schedule", () => {
  assert.deepEqual(rates(undefined), [0.8, 0.8, 0.8, 0.8, 0.8]);
});

Deno.test("learningRate() falls by a factor every epoch", () => {
  const found = rates({ type: "exponential", gamma: 0.5 });
  assertClose(found, [0.8, 0.4, 0.2, 0.1, 0.05]);
});

Deno.test("learningRate() falls by a factor every few epochs", () => {
  const found = rates({ type: "step", epochs: 2, gamma: 0.1 });
  assertClose(found, [0.8, 0.8, 0.08, 0.08, 0.008]);
});

Deno.test("learningRate() follows half a cosine wave", () => {
  // The formula in the documentation of PyTorch's
  // CosineAnnealingLR(T_max=4, eta_min=0.2).
  const found = rates({ type: "cosine", lr_min: 0.2 }, 4);
  const half = Math.SQRT1_2 * 0.3;
  assertClose(found, [0.8, 0.5 + half, 0.5, 0.5 - half]);
});
