/**
 * The gradient of axonal delays; the equations are in delay_gradient.wgsl.
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
import text from "./delay_gradient.wgsl" with { type: "text" };

const code = OPTIMIZER_RULES + text;

/** delay_gradient.wgsl, `sums`. */
export const delayGradientSums = {
  name: "delay_gradient sums",
  code,
  entryPoint: "sums",
  workgroup: 64,
  bindings: { spikes: 1, ds: 2, stripSum: 4 },
  constants: ["T", "F", "runSize", "height", "P", "lastSign"],
} as const satisfies KernelSpec;

/** delay_gradient.wgsl, `total`. */
export const delayGradientTotal = {
  name: "delay_gradient total",
  code,
  entryPoint: "total",
  workgroup: 64,
  bindings: { batch: 0, stripSums: 3, dw: 5, ...UPDATE_BINDINGS },
  inPlace: UPDATE_IN_PLACE,
  constants: ["F", "D", "rule", ...BOUND_CONSTANTS],
} as const satisfies KernelSpec;
