/**
 * A hash, for kernels that draw at random; see hash.wgsl.
 *
 * @module
 */

import code from "./hash.wgsl" with { type: "text" };

/** hash.wgsl, to be compiled in front of a kernel. */
export const HASH = code;
