/**
 * The gradient of a convolution's weights; the equations are in
 * conv_gradient.wgsl.
 *
 * @module
 */

import { CONV_SIZES, GEOMETRY } from "../shared/conv_geometry.ts";
import {
  LEARN,
  LEARN_BINDINGS,
  LEARN_IN_PLACE,
} from "../shared/optimizer_rules.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./conv_gradient.wgsl" with { type: "text" };

const code = CONV_SIZES + LEARN + text;

/** conv_gradient.wgsl, `partial`. */
export const convGradientPartial = {
  name: "conv_gradient partial",
  code,
  entryPoint: "partial",
  workgroup: 128,
  tile: { busyChannels: 4 },
  bindings: { inputs: 1, dy: 2, part: 4 },
  constants: [
    "T",
    "sampleRows",
    ...GEOMETRY,
    "P",
    "S",
    "height",
    "busy",
  ],
} as const satisfies KernelSpec;

/** conv_gradient.wgsl, `total`. */
export const convGradientTotal = {
  name: "conv_gradient total",
  code,
  entryPoint: "total",
  tile: { sampleAdders: 64 },
  bindings: { batch: 0, parts: 3, dw: 5, ...LEARN_BINDINGS },
  inPlace: LEARN_IN_PLACE,
  constants: ["C", "M", "KH", "KW", "sets", "S", "quads", "together", "rule"],
} as const satisfies KernelSpec;
