/**
 * Gradient of a convolution's weights, computed from the gradient of the
 * normalised drive; the equations are in conv_gradient.wgsl and
 * norm_gradient.wgsl.
 *
 * @module
 */

import {
  convGradientDense,
  convGradientSparse,
} from "../layers/conv_gradient.ts";
import text from "../layers/conv_gradient.wgsl" with { type: "text" };
import { CONV_GEOMETRY } from "../shared/conv/conv_geometry.ts";
import { OPTIMIZER_RULES } from "../shared/optimizer_rules.ts";
import type { KernelSpec } from "../spec.ts";
import throughNorm from "./norm_gradient.wgsl" with { type: "text" };

const code = OPTIMIZER_RULES + CONV_GEOMETRY + throughNorm + text;

/** conv_gradient.wgsl, `sparse`, with norm_gradient.wgsl in front. */
export const convGradientNormedSparse = {
  ...convGradientSparse,
  name: "norm_gradient sparse",
  code,
  bindings: { ...convGradientSparse.bindings, xQuads: 6, factors: 7 },
} as const satisfies KernelSpec;

/** conv_gradient.wgsl, `dense`, with norm_gradient.wgsl in front. */
export const convGradientNormedDense = {
  ...convGradientDense,
  name: "norm_gradient dense",
  code,
  bindings: { ...convGradientDense.bindings, xQuads: 6, factors: 7 },
} as const satisfies KernelSpec;
