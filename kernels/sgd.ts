/**
 * Plain gradient descent; the equations are in sgd.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "./spec.ts";
import code from "./sgd.wgsl" with { type: "text" };

/** sgd.wgsl, `step`. */
export const sgdStep = {
  name: "sgd step",
  code,
  entryPoint: "step",
  bindings: { update: 0, clip: 1, dw: 2, w: 3 },
  inPlace: ["w"],
  constants: ["size"],
} as const satisfies KernelSpec;
