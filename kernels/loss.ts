/**
 * The numSpikes loss; the equations are in loss.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "./spec.ts";
import code from "./loss.wgsl" with { type: "text" };

/** loss.wgsl, `forward`. */
export const lossForward = {
  name: "loss forward",
  code,
  entryPoint: "forward",
  bindings: { batch: 0, epsilon: 1, labels: 2, spikes: 3, error: 5 },
  constants: ["T", "O", "K", "Ts", "start", "stop", "wanted", "unwanted"],
} as const satisfies KernelSpec;

/** loss.wgsl, `total`. */
export const lossTotal = {
  name: "loss total",
  code,
  entryPoint: "total",
  bindings: { spikes: 3, written: 4, loss: 6, counts: 7 },
  constants: ["T", "O", "Ts"],
} as const satisfies KernelSpec;
