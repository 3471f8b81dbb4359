/**
 * Binning of events into counts in bit planes, with augmentation; the equations
 * are in bin_counts.wgsl.
 *
 * @module
 */

import { HASH } from "../shared/hash.ts";
import { MICRO_BATCH } from "../shared/micro_batch.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./bin_counts.wgsl" with { type: "text" };

const code = MICRO_BATCH + HASH + text;

/** bin_counts.wgsl, `scatter`. */
export const countsScatter = {
  name: "bin_counts scatter",
  code,
  entryPoint: "scatter",
  workgroup: 64,
  bindings: { batch: 0, events: 1, sources: 2, counts: 4 },
  constants: ["T", "C", "H", "W", "sensorW", "addressBits", "fine"],
} as const satisfies KernelSpec;

/** bin_counts.wgsl, `pack`. */
export const countsPack = {
  name: "bin_counts pack",
  code,
  entryPoint: "pack",
  workgroup: 64,
  bindings: { counted: 3, spikes: 5, largest: 6 },
  constants: ["T", "C", "H", "W", "P", "most"],
} as const satisfies KernelSpec;
