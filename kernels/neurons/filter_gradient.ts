/**
 * Gradient of a learned response; the equations are in filter_gradient.wgsl.
 *
 * @module
 */

import {
  OPTIMIZER_RULES,
  UPDATE_BINDINGS,
  UPDATE_IN_PLACE,
} from "../shared/optimizer_rules.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./filter_gradient.wgsl" with { type: "text" };

const code = OPTIMIZER_RULES + text;

/** filter_gradient.wgsl, `sums`. */
export const filterGradientSums = {
  name: "filter_gradient sums",
  code,
  entryPoint: "sums",
  workgroup: 64,
  bindings: { x: 1, dy: 2, stripSum: 4 },
  constants: [
    "T",
    "sampleRows",
    "F",
    "K",
    "filters",
    "S",
    "runSize",
    "height",
  ],
} as const satisfies KernelSpec;

/** filter_gradient.wgsl, `total`. */
export const filterGradientTotal = {
  name: "filter_gradient total",
  code,
  entryPoint: "total",
  workgroup: 64,
  bindings: { batch: 0, stripSums: 3, dw: 5, ...UPDATE_BINDINGS },
  inPlace: UPDATE_IN_PLACE,
  constants: ["K", "filters", "S", "rule"],
} as const satisfies KernelSpec;
