/**
 * Losses of a readout; the equations are in readout_loss.wgsl.
 *
 * @module
 */

import { MICRO_BATCH } from "../shared/micro_batch.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./readout_loss.wgsl" with { type: "text" };

const code = MICRO_BATCH + text;

const READOUT_CONSTANTS = [
  "T",
  "O",
  "layers",
  "stride",
  "smoothing",
  "kind",
  "trueRate",
  "falseRate",
  "center",
  "width",
  "rateScale",
] as const;

/** readout_loss.wgsl, `drives`. */
export const readoutDrives = {
  name: "readout_loss drives",
  code,
  entryPoint: "drives",
  workgroup: 64,
  bindings: {
    batch: 0,
    x: 1,
    coefficients: 2,
    classes: 4,
    weights: 5,
    dy: 6,
    sums: 7,
    records: 8,
  },
  constants: READOUT_CONSTANTS,
} as const satisfies KernelSpec;

/** readout_loss.wgsl, `rates`. */
export const readoutRates = {
  name: "readout_loss rates",
  code,
  entryPoint: "rates",
  workgroup: 64,
  bindings: {
    batch: 0,
    spikes: 3,
    classes: 4,
    weights: 5,
    dy: 6,
    records: 8,
  },
  constants: READOUT_CONSTANTS,
} as const satisfies KernelSpec;
