/**
 * Spikes as lists, for kernels that add rows up; see lists.wgsl.
 *
 * @module
 */

import code from "./lists.wgsl" with { type: "text" };

/** lists.wgsl, which stands before the text of each such kernel. */
export const LISTS = code;

/** Invocations of a workgroup of such a kernel. */
export const LISTS_LANES = 128;

/** Spikes that it lists at once. */
export const LISTED = 512;
