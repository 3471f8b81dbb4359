/**
 * Lists of spikes in workgroup memory; see spike_list.wgsl.
 *
 * @module
 */

import code from "./spike_list.wgsl" with { type: "text" };

/**
 * spike_list.wgsl, to be compiled in front of a kernel that compacts spikes.
 */
export const SPIKE_LIST = code;

/** Workgroup size of such a kernel, in invocations. */
export const LISTS_LANES = 128;

/** Capacity of the list in workgroup memory, in spikes. */
export const LISTED = 512;
