/**
 * Energy per layer and epoch.
 *
 * @module
 */

import type { Model } from "../../engine/model.ts";
import { energyOf } from "../../engine/training/energy.ts";
import type { FitEpoch } from "../../engine/training/fit_options.ts";

/** Figures of a layer for one sample, see `LayerEnergy`. */
export type EnergyFigure = "operations" | "spikes" | "bytes" | "nJ";

/**
 * Computes the energy figures of a network's layers for one sample.
 *
 * @param network The network.
 * @param epoch An epoch whose validation or test counted spikes.
 * @returns Figures by their names in `metrics.jsonl`; none without validation
 * and test.
 */
export function epochEnergy(
  network: Model,
  { validation, test }: Pick<FitEpoch, "validation" | "test">,
): Readonly<Record<`${string}.${EnergyFigure}`, number>> {
  const evaluation = validation ?? test;
  if (!evaluation) return {};
  return Object.assign(
    {},
    ...energyOf(network, evaluation).map(({ name, ...layer }) => ({
      [`${name}.operations`]: layer.accumulates + layer.multiplyAccumulates,
      [`${name}.spikes`]: layer.spikes,
      [`${name}.bytes`]: layer.bytes,
      [`${name}.nJ`]: layer.operationsNj + layer.memoryNj,
    })),
  );
}
