/**
 * The gradient of all-to-all weights; the equations are in dense_gradient.wgsl.
 *
 * @module
 */

import {
  OPTIMIZER_RULES,
  UPDATE_BINDINGS,
  UPDATE_IN_PLACE,
} from "../shared/optimizer_rules.ts";
import { LISTED, LISTS_LANES, SPIKE_LIST } from "../shared/spike_list.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./dense_gradient.wgsl" with { type: "text" };

const code = OPTIMIZER_RULES + SPIKE_LIST + text;

/** dense_gradient.wgsl, `whole`. */
export const denseGradientWhole = {
  name: "dense_gradient whole",
  code,
  entryPoint: "whole",
  workgroup: LISTS_LANES,
  tile: { lanes: LISTS_LANES, listed: LISTED },
  bindings: { batch: 0, inputs: 1, dy: 2, dw: 3, ...UPDATE_BINDINGS },
  inPlace: UPDATE_IN_PLACE,
  constants: [
    "T",
    "sampleRows",
    "I",
    "O",
    "P",
    "lastSign",
    "height",
    "blockInputs",
    "rule",
  ],
} as const satisfies KernelSpec;

/** dense_gradient.wgsl, `split`. */
export const denseGradientSplit = {
  ...denseGradientWhole,
  name: "dense_gradient split",
  entryPoint: "split",
  constants: [...denseGradientWhole.constants, "splits", "blockSamples"],
} as const satisfies KernelSpec;

/** dense_gradient.wgsl, `direct`. */
export const denseGradientDirect = {
  ...denseGradientWhole,
  name: "dense_gradient direct",
  entryPoint: "direct",
  workgroup: 64,
  tile: { directQuads: 4 },
  constants: [
    "T",
    "sampleRows",
    "I",
    "O",
    "P",
    "lastSign",
    "height",
    "rule",
  ],
} as const satisfies KernelSpec;
