/**
 * Counts over the largest of their sample; the equations are in scale.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "./spec.ts";
import code from "./scale.wgsl" with { type: "text" };

/** scale.wgsl, `forward`. */
export const scaleForward = {
  name: "scale forward",
  code,
  entryPoint: "forward",
  bindings: { largest: 0, x: 1 },
  constants: ["T", "F"],
} as const satisfies KernelSpec;
