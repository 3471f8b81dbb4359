/**
 * All-to-all synapses, forward and adjoint; the equations are in dense.wgsl.
 *
 * @module
 */

import { LISTED, LISTS_LANES, SPIKE_LIST } from "../shared/spike_list.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./dense.wgsl" with { type: "text" };

const code = SPIKE_LIST + text;

/** dense.wgsl, `forward`. */
export const denseForward = {
  name: "dense forward",
  code,
  entryPoint: "forward",
  workgroup: LISTS_LANES,
  tile: { lanes: LISTS_LANES, listed: LISTED },
  bindings: { neuronPacked: 0, w: 1, x: 3 },
  constants: ["T", "sampleRows", "I", "O", "P", "lastSign", "each", "bins"],
} as const satisfies KernelSpec;

/** dense.wgsl, `adjoint`. */
export const denseAdjoint = {
  name: "dense adjoint",
  code,
  entryPoint: "adjoint",
  workgroup: 64,
  tile: { owned: 8 },
  bindings: { w: 1, dy: 2, dx: 4 },
  constants: ["T", "sampleRows", "I", "O", "inRun", "inRow", "columns"],
} as const satisfies KernelSpec;

/** dense.wgsl, `adjointBlock`. */
export const denseAdjointBlock = {
  ...denseAdjoint,
  name: "dense adjointBlock",
  entryPoint: "adjointBlock",
  tile: { blockBins: 8, blockInputs: 16 },
  constants: ["T", "sampleRows", "I", "O", "inRun", "inRow"],
} as const satisfies KernelSpec;
