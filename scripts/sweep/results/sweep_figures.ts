/**
 * Charts of a sweep.
 *
 * @module
 */

import { keyAccuracy } from "../../views/charts/sweeps/key_accuracy.ts";
import { parallelCoordinates } from "../../views/charts/sweeps/parallel_coordinates.ts";
import type { SweepKey, SweepPoint } from "../../views/charts/sweeps/points.ts";
import type { Figure } from "../../views/pages/report/figures.ts";
import { type Axis, isList } from "../definition/axes.ts";
import type { SweepDefinition } from "../definition/definition.ts";
import type { SweepResults } from "./merge.ts";

/**
 * Charts a sweep: accuracy against each key, and all keys together.
 *
 * @param definition The sweep.
 * @param results Its results.
 * @returns The charts.
 */
export function sweepFigures(
  { axes }: Pick<SweepDefinition, "axes">,
  { combinations }: Pick<SweepResults, "combinations">,
): Figure[] {
  const keys = axes.map(keyOf);
  const points: SweepPoint[] = combinations.flatMap((
    { values, valAccuracy, best },
  ) =>
    valAccuracy === null ? [] : [{
      values,
      accuracy: valAccuracy.mean,
      deviation: valAccuracy.std,
      best,
    }]
  );
  return [
    ...keys.map((key) => ({
      name: `accuracy_by_${key.key.replaceAll(/\W/g, "_")}`,
      spec: keyAccuracy(points, key),
    })),
    { name: "combinations", spec: parallelCoordinates(points, keys) },
  ];
}

function keyOf(axis: Axis): SweepKey {
  return isList(axis)
    ? { key: axis.key, values: axis.values }
    : { key: axis.key, log: axis.log };
}
