/**
 * Lists of spikes in workgroup memory; see spike_list.wgsl.
 *
 * @module
 */

import code from "./spike_list.wgsl" with { type: "text" };

/** spike_list.wgsl, to be compiled in front of a kernel that lists spikes. */
export const SPIKE_LIST = code;

/** Invocations of a workgroup of such a kernel. */
export const LISTS_LANES = 128;

/** Spikes that the list holds at once. */
export const LISTED = 512;
