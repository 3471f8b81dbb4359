/**
 * Spikes of a residual layer; the equations are in residual.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../spec.ts";
import code from "./residual.wgsl" with { type: "text" };

/** residual.wgsl, `add`. */
export const residualAdd = {
  name: "residual add",
  code,
  entryPoint: "add",
  workgroup: 64,
  bindings: { arrived: 0, shortcut: 1, count: 2 },
  constants: ["B", "F", "P", "PS"],
} as const satisfies KernelSpec;

/** residual.wgsl, `gate`. */
export const residualGate = {
  name: "residual gate",
  code,
  entryPoint: "gate",
  workgroup: 64,
  bindings: { arrived: 0, shortcut: 1, count: 2 },
  constants: ["B", "F"],
} as const satisfies KernelSpec;
