/**
 * What a step records for its reader; the equations are in statistics.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "./spec.ts";
import code from "./statistics.wgsl" with { type: "text" };

/** statistics.wgsl, `outcome`. */
export const statisticsOutcome = {
  name: "statistics outcome",
  code,
  entryPoint: "outcome",
  bindings: { batch: 0, counts: 1, loss: 2, records: 3 },
  constants: ["layers", "stride", "O"],
} as const satisfies KernelSpec;
