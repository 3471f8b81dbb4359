/**
 * How real values wait in memory from one kernel to the next; see stored.wgsl.
 *
 * @module
 */

import code from "./stored.wgsl" with { type: "text" };

/** stored.wgsl, which stands before the text of each such kernel. */
export const STORED = code;
