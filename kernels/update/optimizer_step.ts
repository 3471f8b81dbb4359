/**
 * Weight updates from a stored gradient; see optimizer_step.wgsl.
 *
 * @module
 */

import {
  BOUND_CONSTANTS,
  OPTIMIZER_RULES,
  UPDATE_BINDINGS,
  UPDATE_IN_PLACE,
} from "../shared/optimizer_rules.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./optimizer_step.wgsl" with { type: "text" };

/** optimizer_step.wgsl, `update`. */
export const updateStep = {
  name: "optimizer_step update",
  code: OPTIMIZER_RULES + text,
  entryPoint: "update",
  workgroup: 64,
  bindings: { batch: 0, clip: 1, dw: 2, ...UPDATE_BINDINGS },
  inPlace: UPDATE_IN_PLACE,
  constants: ["size", "rule"],
} as const satisfies KernelSpec;

/** optimizer_step.wgsl, `bounded`. */
export const updateStepBounded = {
  ...updateStep,
  name: "optimizer_step bounded",
  entryPoint: "bounded",
  constants: ["size", "rule", ...BOUND_CONSTANTS],
} as const satisfies KernelSpec;
