/**
 * Learned responses in a stream; see filter_stream.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../spec.ts";
import code from "./filter_stream.wgsl" with { type: "text" };

/** filter_stream.wgsl, `forward`. */
export const filterStream = {
  name: "filter_stream forward",
  code,
  entryPoint: "forward",
  workgroup: 64,
  bindings: { chunk: 0, response: 1, x: 2, y: 3, lastDrives: 4 },
  inPlace: ["lastDrives"],
  constants: ["F", "K", "filters", "runSize", "frameBins"],
} as const satisfies KernelSpec;
