/**
 * Spike counts of a layer's inputs; the equation is in count_spikes.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../spec.ts";
import code from "./count_spikes.wgsl" with { type: "text" };

/** count_spikes.wgsl, `count`. */
export const countSpikes = {
  name: "count_spikes count",
  code,
  entryPoint: "count",
  workgroup: 64,
  bindings: { spikes: 0, counts: 1 },
  constants: ["B", "F", "P"],
} as const satisfies KernelSpec;
