/**
 * Axons in a stream, which carry delayed spikes from chunk to chunk; see
 * axon_stream.wgsl.
 *
 * @module
 */

import { AXON_SHIFT, AXON_SHIFT_CONSTANTS } from "../axons/axon_shift.ts";
import type { KernelSpec } from "../spec.ts";
import code from "./axon_stream.wgsl" with { type: "text" };

/** axon_stream.wgsl, `forward`. */
export const axonStream = {
  name: "axon_stream forward",
  code: AXON_SHIFT + code,
  entryPoint: "forward",
  workgroup: 64,
  bindings: { chunk: 0, delays: 1, spikes: 2, arrived: 3, onTheWay: 4 },
  inPlace: ["arrived", "onTheWay"],
  constants: [...AXON_SHIFT_CONSTANTS, "F", "P", "frameBins", "ringWords"],
} as const satisfies KernelSpec;
