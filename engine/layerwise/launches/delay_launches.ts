/**
 * Launches of a unit's axonal delays.
 *
 * @module
 */

import type { Launch } from "../../device/launch.ts";
import { launchAxon } from "../../layers/axon_launches.ts";
import { sentPlanes } from "../units/units.ts";
import type { PlacedUnit } from "./placed_unit.ts";

/**
 * Launches the axonal delays of a unit, if it has any.
 *
 * @param placed The unit.
 * @returns The delay of spikes, its adjoint, and the gradient of learned
 * delays.
 */
export function launchDelays(
  { unit, index, setting: { T, Ts, rule } }: PlacedUnit,
): { readonly forward: Launch[]; readonly backward: Launch[] } {
  const { axon, layer, joined } = unit;
  if (!axon) return { forward: [], backward: [] };
  const { forward, adjoint, gradient } = launchAxon(axon, layer, {
    T,
    Ts,
    height: 1,
    P: sentPlanes(unit),
    lastSign: joined.signed ? -1 : undefined,
    layer: index,
    // Dropout is part of pooling.
    drops: false,
    rule,
    source: { aboveRows: T },
  });
  return { forward: [forward], backward: [adjoint, ...gradient] };
}
