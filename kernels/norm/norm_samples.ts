/**
 * Reduction of the statistics and gradient sums of each sample's strips; the
 * equations are in norm_samples.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../spec.ts";
import { UNIT } from "../unit/unit.ts";
import moments from "./moments.wgsl" with { type: "text" };
import text from "./norm_samples.wgsl" with { type: "text" };

const code = UNIT + moments + text;

/** norm_samples.wgsl, `sampleMoments`. */
export const normSampleMoments = {
  name: "norm_samples sampleMoments",
  code,
  entryPoint: "sampleMoments",
  workgroup: 256,
  tile: { sampleChannels: 16 },
  bindings: { batch: 0, partial: 1, sample: 3 },
  constants: ["T", "pixels", "C", "runSize", "S"],
} as const satisfies KernelSpec;

/** norm_samples.wgsl, `sampleSums`. */
export const normSampleSums = {
  name: "norm_samples sampleSums",
  code,
  entryPoint: "sampleSums",
  workgroup: 256,
  tile: { sampleChannels: 16 },
  bindings: { batch: 0, sums: 2, sample: 3 },
  constants: ["C", "runSize", "S"],
} as const satisfies KernelSpec;
