/**
 * Packed spikes to lists of who spikes in each bin; the equations are in list.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "./spec.ts";
import code from "./list.wgsl" with { type: "text" };

/** list.wgsl, `forward`. */
export const listForward = {
  name: "list forward",
  code,
  entryPoint: "forward",
  bindings: { spikes: 0, list: 1, length: 2 },
  constants: ["T", "I", "P"],
} as const satisfies KernelSpec;
