/**
 * Transpose from time-packed to neuron-packed spikes; the equation is in
 * transpose_spikes.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../spec.ts";
import code from "./transpose_spikes.wgsl" with { type: "text" };

/** transpose_spikes.wgsl, `forward`. */
export const transposeForward = {
  name: "transpose_spikes forward",
  code,
  entryPoint: "forward",
  workgroup: 64,
  bindings: { spikes: 0, neuronPacked: 1 },
  constants: ["F"],
} as const satisfies KernelSpec;
