/**
 * The gradient of a convolution's weights; the equations are in
 * conv_gradient.wgsl.
 *
 * @module
 */

import plain from "../shared/conv/drive_gradient.wgsl" with { type: "text" };
import {
  CONV_GEOMETRY,
  GEOMETRY_CONSTANTS,
} from "../shared/conv/conv_geometry.ts";
import {
  OPTIMIZER_RULES,
  UPDATE_BINDINGS,
  UPDATE_IN_PLACE,
} from "../shared/optimizer_rules.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./conv_gradient.wgsl" with { type: "text" };

const code = OPTIMIZER_RULES + CONV_GEOMETRY + plain + text;

/** conv_gradient.wgsl, `sparse`. */
export const convGradientSparse = {
  name: "conv_gradient sparse",
  code,
  entryPoint: "sparse",
  workgroup: 128,
  bindings: { inputs: 1, dy: 2, stripSum: 4 },
  constants: [
    "T",
    "sampleRows",
    ...GEOMETRY_CONSTANTS,
    "P",
    "lastSign",
    "S",
    "height",
    "ownedPairs",
  ],
} as const satisfies KernelSpec;

/** conv_gradient.wgsl, `dense`. */
export const convGradientDense = {
  name: "conv_gradient dense",
  code,
  entryPoint: "dense",
  workgroup: 128,
  tile: { ownedChannels: 4 },
  bindings: { inputs: 1, dy: 2, stripSum: 4 },
  constants: [
    "T",
    "sampleRows",
    ...GEOMETRY_CONSTANTS,
    "P",
    "lastSign",
    "S",
    "height",
    "ownedPairs",
  ],
} as const satisfies KernelSpec;

/** conv_gradient.wgsl, `total`. */
export const convGradientTotal = {
  name: "conv_gradient total",
  code,
  entryPoint: "total",
  tile: { sampleLanes: 64 },
  bindings: { batch: 0, stripSums: 3, dw: 5, ...UPDATE_BINDINGS },
  inPlace: UPDATE_IN_PLACE,
  constants: [
    "C",
    "OC",
    "KH",
    "KW",
    "G",
    "S",
    "quads",
    "blockSamples",
    "rule",
  ],
} as const satisfies KernelSpec;
