/**
 * Factors of updates.
 *
 * @module
 */

import type { OptimizerName } from "../../../engine/plan/steps/optimizer.ts";

/**
 * Computes the factors of an update.
 *
 * @param rule Name of the rule.
 * @param options Updates before, learning rate, and decay of weights.
 * @returns Rate, root and decay, as optimizer_rules.wgsl wants them.
 */
export function updateOf(
  rule: OptimizerName,
  { step, lr, decay }: {
    readonly step: number;
    readonly lr: number;
    readonly decay: number;
  },
): Float32Array {
  const first = 1 - 0.9 ** (step + 1);
  const second = 1 - 0.999 ** (step + 1);
  const rate = {
    ADAM: lr / first,
    NADAM: lr * Math.sqrt(second) / first,
    SGD: lr,
    ADAMW: lr / first,
  }[rule];
  const share = rule === "SGD" ? decay : lr * decay;
  return Float32Array.of(rate, 1 / Math.sqrt(second), share);
}
