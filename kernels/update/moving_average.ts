/**
 * Moving average of weights; the equation is in moving_average.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../spec.ts";
import code from "./moving_average.wgsl" with { type: "text" };

/** moving_average.wgsl, `average`. */
export const movingAverage = {
  name: "moving_average average",
  code,
  entryPoint: "average",
  workgroup: 64,
  bindings: { averaging: 0, values: 1, averages: 2 },
  inPlace: ["averages"],
  constants: ["size"],
} as const satisfies KernelSpec;
