/**
 * Prediction and loss of each sample, recorded for the host; the equations are
 * in prediction.wgsl.
 *
 * @module
 */

import { MICRO_BATCH } from "../shared/micro_batch.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./prediction.wgsl" with { type: "text" };

const code = MICRO_BATCH + text;

/** prediction.wgsl, `record`. */
export const predictionRecord = {
  name: "prediction record",
  code,
  entryPoint: "record",
  workgroup: 64,
  bindings: { batch: 0, counts: 1, loss: 2, records: 3 },
  constants: ["layers", "stride", "O"],
} as const satisfies KernelSpec;
