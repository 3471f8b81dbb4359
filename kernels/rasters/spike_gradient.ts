/**
 * Gradient of a unit's spikes after their axons; the equations are in
 * spike_gradient.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../spec.ts";
import { UNIT } from "../unit/unit.ts";
import code from "./spike_gradient.wgsl" with { type: "text" };

/** spike_gradient.wgsl, `route`. */
export const spikeGradientRoute = {
  name: "spike_gradient route",
  code: UNIT + code,
  entryPoint: "route",
  workgroup: 64,
  bindings: {
    arrived: 1,
    routes: 2,
    shortcut: 3,
    doutput: 4,
    darrived: 5,
    dshortcut: 6,
  },
  constants: [
    "T",
    "pixels",
    "C",
    "runSize",
    "W",
    "window",
    "outW",
    "outPixels",
    "routed",
    "residual",
    "shortcutRun",
  ],
} as const satisfies KernelSpec;
