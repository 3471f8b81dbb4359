/**
 * SLAYER's losses; the equations are in loss.wgsl.
 *
 * @module
 */

import { MICRO_BATCH } from "../shared/micro_batch.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./loss.wgsl" with { type: "text" };

const code = MICRO_BATCH + text;

/** loss.wgsl, `numSpikes`. */
export const lossNumSpikes = {
  name: "loss numSpikes",
  code,
  entryPoint: "numSpikes",
  workgroup: 64,
  tile: { tapRows: 4096 },
  bindings: {
    batch: 0,
    taps: 1,
    labels: 2,
    spikes: 3,
    error: 5,
    loss: 6,
    counts: 7,
  },
  constants: [
    "T",
    "O",
    "K",
    "Ts",
    "start",
    "stop",
    "trueCount",
    "falseCount",
    "voters",
  ],
} as const satisfies KernelSpec;

/** loss.wgsl, `spikeTime`. */
export const lossSpikeTime = {
  name: "loss spikeTime",
  code,
  entryPoint: "spikeTime",
  workgroup: 64,
  tile: { tapRows: 4096 },
  bindings: {
    batch: 0,
    taps: 1,
    labels: 2,
    spikes: 3,
    desired: 4,
    error: 5,
    loss: 6,
    counts: 7,
  },
  constants: ["T", "O", "K", "Ts", "trains", "voters"],
} as const satisfies KernelSpec;

/** loss.wgsl, `probSpikes`. */
export const lossProbSpikes = {
  name: "loss probSpikes",
  code,
  entryPoint: "probSpikes",
  workgroup: 64,
  bindings: {
    batch: 0,
    labels: 2,
    spikes: 3,
    error: 5,
    loss: 6,
    counts: 7,
    silence: 9,
  },
  constants: ["T", "O", "Ts", "start", "stop", "window", "voters"],
} as const satisfies KernelSpec;

/** loss.wgsl, `probSpikesAdjoint`. */
export const lossProbSpikesAdjoint = {
  name: "loss probSpikesAdjoint",
  code,
  entryPoint: "probSpikesAdjoint",
  workgroup: 64,
  bindings: { error: 5, gradient: 8 },
  constants: ["T", "O", "Ts", "window", "voters"],
} as const satisfies KernelSpec;
