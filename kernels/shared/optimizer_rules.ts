/**
 * Update rules of the weights; the equations are in optimizer_rules.wgsl.
 *
 * @module
 */

import { MICRO_BATCH } from "./micro_batch.ts";
import text from "./optimizer_rules.wgsl" with { type: "text" };

/** optimizer_rules.wgsl, to be compiled in front of a kernel that updates. */
export const OPTIMIZER_RULES: string = MICRO_BATCH + text;

/** The bindings of such a kernel: weights and their moments. */
export const UPDATE_BINDINGS = { weights: 10, m: 11, v: 12, vMax: 13 } as const;

/** Those of them that are read and written. */
export const UPDATE_IN_PLACE = ["weights", "m", "v", "vMax"] as const;

/** The constants of `updateBounded` in the text. */
export const BOUND_CONSTANTS = ["changeRate", "least", "most"] as const;

/** The rules; the index of each is the constant `rule`. */
export const RULES = ["ADAM", "NADAM", "SGD", "ADAMW"] as const;

/** Decay of the first moment, `beta1` in the text. */
export const BETA1 = 0.9;

/** Decay of the second moment, `beta2` in the text. */
export const BETA2 = 0.999;
