/**
 * Spikes as lists, for kernels that add rows up; see spike_list.wgsl.
 *
 * @module
 */

import code from "./spike_list.wgsl" with { type: "text" };

/** spike_list.wgsl, which stands before the text of each such kernel. */
export const LISTS = code;

/** Invocations of a workgroup of such a kernel. */
export const LISTS_LANES = 128;

/** Spikes that it lists at once. */
export const LISTED = 512;
