/**
 * Delays and dropout of spikes on their way to the layer above; the equations
 * are in axon.wgsl.
 *
 * @module
 */

import { HASH } from "../shared/hash.ts";
import { MICRO_BATCH } from "../shared/micro_batch.ts";
import type { KernelSpec } from "../spec.ts";
import { AXON_SHIFT, AXON_SHIFT_CONSTANTS } from "./axon_shift.ts";
import text from "./axon.wgsl" with { type: "text" };

const code = MICRO_BATCH + AXON_SHIFT + HASH + text;

/** axon.wgsl, `forward`. */
export const axonForward = {
  name: "axon forward",
  code,
  entryPoint: "forward",
  workgroup: 64,
  bindings: { batch: 0, delays: 1, spikes: 2, arrived: 4 },
  constants: [...AXON_SHIFT_CONSTANTS, "F", "P", "threshold", "layer"],
} as const satisfies KernelSpec;

/** axon.wgsl, `adjoint`. */
export const axonAdjoint = {
  name: "axon adjoint",
  code,
  entryPoint: "adjoint",
  workgroup: 64,
  tile: { ownedBins: 8 },
  bindings: { batch: 0, delays: 1, dy: 3, ds: 5 },
  constants: [
    ...AXON_SHIFT_CONSTANTS,
    "F",
    "runSize",
    "threshold",
    "scale",
    "layer",
    "aboveRows",
    "pooled",
    "window",
    "W",
    "poolGain",
  ],
} as const satisfies KernelSpec;
