/**
 * Gradient of the sparsity loss, which bounds firing rates; the equation is in
 * sparsity.wgsl.
 *
 * @module
 */

import { MICRO_BATCH } from "../shared/micro_batch.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./sparsity.wgsl" with { type: "text" };

const code = MICRO_BATCH + text;

/** sparsity.wgsl, `press`. */
export const sparsityPress = {
  name: "sparsity press",
  code,
  entryPoint: "press",
  workgroup: 1,
  bindings: { batch: 0, tally: 1, pressure: 2 },
  constants: ["T", "F", "floats", "layer", "stride", "maxRate", "factor"],
} as const satisfies KernelSpec;
