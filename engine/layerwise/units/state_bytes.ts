/**
 * Sizes of the states of stepped neurons.
 *
 * @module
 */

import type { SteppedText } from "../../../kernels/shared/stepped.ts";
import { ShapeError } from "../../device/errors.ts";
import { structBytes } from "../../device/struct_bytes.ts";

/**
 * Returns the size of the state of a stepped neuron.
 *
 * @param name Name of its layer, for the error.
 * @param neuron Its WGSL.
 * @param struct The structure.
 * @returns The number of bytes.
 * @throws {ShapeError} If it has members other than numbers and vectors.
 */
export function stateBytes(
  name: string,
  { code }: SteppedText,
  struct: "State" | "Back" = "State",
): number {
  const bytes = structBytes(code, struct);
  if (bytes === undefined) {
    throw new ShapeError(
      `Cannot carry the state of layer "${name}" from bin to bin: it has ` +
        "other members than numbers and vectors",
    );
  }
  return bytes;
}
