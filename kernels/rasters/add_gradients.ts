/**
 * Sum of two gradients; the equation is in add_gradients.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../spec.ts";
import code from "./add_gradients.wgsl" with { type: "text" };

/** add_gradients.wgsl, `forward`. */
export const addGradients = {
  name: "add_gradients forward",
  code,
  entryPoint: "forward",
  workgroup: 64,
  bindings: { other: 0, total: 1 },
  inPlace: ["total"],
  constants: ["size"],
} as const satisfies KernelSpec;
