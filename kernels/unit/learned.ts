/**
 * Gradients of the parameters that a unit's neurons learn; the equation is in
 * learned.wgsl.
 *
 * @module
 */

import { UNIT } from "./unit.ts";
import type { KernelSpec } from "../spec.ts";
import code from "./learned.wgsl" with { type: "text" };

/** learned.wgsl, `total`. */
export const learnedTotal = {
  name: "learned total",
  code: UNIT + code,
  entryPoint: "total",
  workgroup: 256,
  bindings: { batch: 0, sums: 1, dlearned: 2 },
  constants: ["first", "each"],
} as const satisfies KernelSpec;
