/**
 * Updates of normalised weights; see weight_norm.wgsl.
 *
 * @module
 */

import {
  OPTIMIZER_RULES,
  UPDATE_BINDINGS,
  UPDATE_IN_PLACE,
} from "../shared/optimizer_rules.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./weight_norm.wgsl" with { type: "text" };

/** weight_norm.wgsl, `update`. */
export const updateNormed = {
  name: "weight_norm update",
  code: OPTIMIZER_RULES + text,
  entryPoint: "update",
  workgroup: 64,
  bindings: { batch: 0, clip: 1, dw: 2, ...UPDATE_BINDINGS },
  inPlace: UPDATE_IN_PLACE,
  constants: ["size", "Q", "place", "rule"],
} as const satisfies KernelSpec;
