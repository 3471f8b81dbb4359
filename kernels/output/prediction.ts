/**
 * What a step records for its reader; the equations are in prediction.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../spec.ts";
import code from "./prediction.wgsl" with { type: "text" };

/** prediction.wgsl, `outcome`. */
export const statisticsOutcome = {
  name: "prediction outcome",
  code,
  entryPoint: "outcome",
  workgroup: 64,
  bindings: { batch: 0, counts: 1, loss: 2, records: 3 },
  constants: ["layers", "stride", "O"],
} as const satisfies KernelSpec;
