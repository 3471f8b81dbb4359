/**
 * Binning of events into packed spikes; the equations are in bin_events.wgsl.
 *
 * @module
 */

import { MICRO_BATCH } from "../shared/micro_batch.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./bin_events.wgsl" with { type: "text" };

const code = MICRO_BATCH + text;

/** bin_events.wgsl, `scatter`. */
export const binScatter = {
  name: "bin_events scatter",
  code,
  entryPoint: "scatter",
  workgroup: 64,
  bindings: {
    batch: 0,
    events: 1,
    offsets: 2,
    spikes: 4,
    neuronPacked: 5,
    overflow: 6,
  },
  constants: ["T", "F", "P", "addressBits", "packsNeurons"],
} as const satisfies KernelSpec;

/** bin_events.wgsl, `peak`. */
export const binPeak = {
  name: "bin_events peak",
  code,
  entryPoint: "peak",
  workgroup: 64,
  bindings: { counted: 3, largest: 7 },
  constants: ["T", "F", "P"],
} as const satisfies KernelSpec;
