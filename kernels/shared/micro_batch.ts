/**
 * The micro-batch that a dispatch computes; see micro_batch.wgsl.
 *
 * @module
 */

import code from "./micro_batch.wgsl" with { type: "text" };

/** micro_batch.wgsl, to be compiled in front of a kernel. */
export const MICRO_BATCH = code;
