/**
 * Kernel variants for inputs that spike often.
 *
 * @module
 */

import type { Dispatch } from "../device/compiler.ts";
import { sizeOf } from "../network/network.ts";
import type { Plan } from "./plan.ts";

/** Firing rate of a layer's input above which dense variants are faster. */
const BUSY = 0.2;

/**
 * Selects the sparse or the dense variant of each kernel from the firing rate
 * in the latest record; both variants give the same bits.
 *
 * @param plan The plan.
 * @param dispatches Dispatches; some have a variant for dense spikes.
 * @returns The variant to run of each.
 */
export function chooseVariants(
  { layers, sizes, buffers }: Plan,
  dispatches: readonly Dispatch[],
): readonly Dispatch[] {
  const { latest } = buffers.records;
  if (!latest) return dispatches;
  const bins = latest.labels.length * sizes.T;
  const busy = new Set(
    layers.filter(({ input }, index) =>
      index > 0 && latest.spikes[index - 1] > BUSY * bins * sizeOf(input)
    ).map(({ name }) => name),
  );
  return dispatches.map((dispatch) =>
    busy.has(dispatch.layer ?? "") ? dispatch.busy ?? dispatch : dispatch
  );
}
