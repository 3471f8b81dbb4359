/**
 * What the rules that remember moments have in common; the equations are in
 * moments.wgsl.
 *
 * @module
 */

import code from "./moments.wgsl" with { type: "text" };

/** moments.wgsl, which stands before the text of each such kernel. */
export const MOMENTS = code;

/** The bindings of such a rule. */
export const MOMENTS_BINDINGS = {
  update: 0,
  clip: 1,
  dw: 2,
  w: 3,
  m: 4,
  v: 5,
  vMax: 6,
} as const;
