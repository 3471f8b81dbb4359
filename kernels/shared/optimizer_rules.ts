/**
 * Update rules of the weights; the equations are in optimizer_rules.wgsl.
 *
 * @module
 */

import { MICRO_BATCH } from "./micro_batch.ts";
import text from "./optimizer_rules.wgsl" with { type: "text" };

/**
 * optimizer_rules.wgsl, to be compiled in front of a kernel that updates
 * weights.
 */
export const OPTIMIZER_RULES: string = MICRO_BATCH + text;

/** Bindings of the weights and their moments in such a kernel. */
export const UPDATE_BINDINGS = { weights: 10, m: 11, v: 12, vMax: 13 } as const;

/** Bindings that the update changes in place. */
export const UPDATE_IN_PLACE = ["weights", "m", "v", "vMax"] as const;

/** Constants of `updateBounded`. */
export const BOUND_CONSTANTS = ["changeRate", "least", "most"] as const;

/** Update rules; a rule's index is the value of the constant `rule`. */
export const RULES = ["ADAM", "NADAM", "SGD", "ADAMW"] as const;

/** Decay rate of the first moment, `beta1` in WGSL. */
export const BETA1 = 0.9;

/** Decay rate of the second moment, `beta2` in WGSL. */
export const BETA2 = 0.999;
