/**
 * Weights that learn from a gradient that has been kept; see optimizer_step.wgsl.
 *
 * @module
 */

import {
  LEARN,
  LEARN_BINDINGS,
  LEARN_IN_PLACE,
} from "../shared/optimizer_rules.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./optimizer_step.wgsl" with { type: "text" };

/** optimizer_step.wgsl, `step`. */
export const updateStep = {
  name: "optimizer_step step",
  code: LEARN + text,
  entryPoint: "step",
  workgroup: 64,
  bindings: { batch: 0, clip: 1, dw: 2, ...LEARN_BINDINGS },
  inPlace: LEARN_IN_PLACE,
  constants: ["size", "rule"],
} as const satisfies KernelSpec;
