/**
 * Launches of the delays of a unit's spikes.
 *
 * @module
 */

import type { Launch } from "../../device/launch.ts";
import { launchAxon } from "../../layers/axon_launches.ts";
import type { PlacedUnit } from "./placed_unit.ts";

/**
 * Launches the delays of a unit's spikes, if they have any.
 *
 * @param placed The unit.
 * @returns From its neurons' spikes to those that arrive; and from the gradient
 * of these to that of the others, and of delays that are learned.
 */
export function launchDelays(
  { unit: { axon, layer }, index, setting: { T, Ts, rule } }: PlacedUnit,
): { readonly forward: Launch[]; readonly backward: Launch[] } {
  if (!axon) return { forward: [], backward: [] };
  const { forward, adjoint, gradient } = launchAxon(axon, layer, {
    T,
    Ts,
    height: 1,
    layer: index,
    // Pooling drops them.
    drops: false,
    rule,
    source: { aboveRows: T },
  });
  return { forward: [forward], backward: [adjoint, ...gradient] };
}
