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
  bindings: {
    batch: 0,
    taps: 1,
    labels: 2,
    spikes: 3,
    error: 4,
    loss: 5,
    counts: 6,
  },
  constants: ["T", "O", "K", "Ts", "start", "stop", "wanted", "unwanted"],
} as const satisfies KernelSpec;
