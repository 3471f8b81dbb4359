/**
 * Ceilings of a roofline model: memory bandwidth and arithmetic throughput of an
 * adapter; the equations are in roofline.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../spec.ts";
import code from "./roofline.wgsl" with { type: "text" };

/** roofline.wgsl, `transfer`. */
export const ceilingTransfer = {
  name: "roofline transfer",
  code,
  entryPoint: "transfer",
  workgroup: 64,
  bindings: { source: 0, to: 1 },
  constants: ["size"],
} as const satisfies KernelSpec;

/** roofline.wgsl, `multiply`. */
export const ceilingMultiply = {
  name: "roofline multiply",
  code,
  entryPoint: "multiply",
  workgroup: 64,
  bindings: { source: 0, to: 1 },
  constants: [],
} as const satisfies KernelSpec;
