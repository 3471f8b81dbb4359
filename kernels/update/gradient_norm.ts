/**
 * Clipping of a gradient by its norm; the equations are in gradient_norm.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../spec.ts";
import code from "./gradient_norm.wgsl" with { type: "text" };

/** gradient_norm.wgsl, `squares`. */
export const clipSquares = {
  name: "gradient_norm squares",
  code,
  entryPoint: "squares",
  workgroup: 64,
  bindings: { dw: 0, stripSum: 2 },
  constants: ["size", "maxNorm"],
} as const satisfies KernelSpec;

/** gradient_norm.wgsl, `limit`. */
export const clipLimit = {
  name: "gradient_norm limit",
  code,
  entryPoint: "limit",
  workgroup: 64,
  bindings: { stripSums: 1, clip: 3 },
  constants: ["S"],
} as const satisfies KernelSpec;
