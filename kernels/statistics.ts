/**
 * What a step records for its reader; the equations are in statistics.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "./spec.ts";
import code from "./statistics.wgsl" with { type: "text" };

/** statistics.wgsl, `activity`. */
export const statisticsActivity = {
  name: "statistics activity",
  code,
  entryPoint: "activity",
  bindings: { batch: 0, spikes: 1, tally: 4 },
  constants: ["size", "layer", "stride"],
} as const satisfies KernelSpec;

/** statistics.wgsl, `outcome`. */
export const statisticsOutcome = {
  name: "statistics outcome",
  code,
  entryPoint: "outcome",
  bindings: { batch: 0, counts: 2, loss: 3, records: 5 },
  constants: ["layers", "stride", "O"],
} as const satisfies KernelSpec;
