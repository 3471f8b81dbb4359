/**
 * How often each neuron fires; the equation is in activity.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "./spec.ts";
import code from "./activity.wgsl" with { type: "text" };

/** activity.wgsl, `count`. */
export const activityCount = {
  name: "activity count",
  code,
  entryPoint: "count",
  bindings: { spikes: 0, fired: 1 },
  inPlace: ["fired"],
  constants: ["T", "F"],
} as const satisfies KernelSpec;
