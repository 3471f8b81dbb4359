/**
 * Hash function of kernels that draw random numbers; see hash.wgsl.
 *
 * @module
 */

import code from "./hash.wgsl" with { type: "text" };

/** hash.wgsl, to be compiled in front of a kernel. */
export const HASH = code;
