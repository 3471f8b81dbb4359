/**
 * Weights that learn from a gradient that has been kept; see update.wgsl.
 *
 * @module
 */

import { LEARN, LEARN_BINDINGS, LEARN_IN_PLACE } from "./learn.ts";
import type { KernelSpec } from "./spec.ts";
import text from "./update.wgsl" with { type: "text" };

/** update.wgsl, `step`. */
export const updateStep = {
  name: "update step",
  code: LEARN + text,
  entryPoint: "step",
  bindings: { batch: 0, clip: 1, dw: 2, ...LEARN_BINDINGS },
  inPlace: LEARN_IN_PLACE,
  constants: ["size", "rule"],
} as const satisfies KernelSpec;
