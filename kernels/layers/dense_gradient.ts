/**
 * The gradient of all-to-all weights; the equations are in dense_gradient.wgsl.
 *
 * @module
 */

import {
  LEARN,
  LEARN_BINDINGS,
  LEARN_IN_PLACE,
} from "../shared/optimizer_rules.ts";
import { LISTED, LISTS, LISTS_LANES } from "../shared/spike_list.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./dense_gradient.wgsl" with { type: "text" };

/** dense_gradient.wgsl, `sum`. */
export const denseGradientSum = {
  name: "dense_gradient sum",
  code: LEARN + LISTS + text,
  entryPoint: "sum",
  workgroup: LISTS_LANES,
  tile: { lanes: LISTS_LANES, listed: LISTED },
  bindings: { batch: 0, inputs: 1, dy: 2, dw: 3, ...LEARN_BINDINGS },
  inPlace: LEARN_IN_PLACE,
  constants: [
    "T",
    "sampleRows",
    "I",
    "O",
    "P",
    "height",
    "near",
    "sharers",
    "together",
    "rule",
  ],
} as const satisfies KernelSpec;
