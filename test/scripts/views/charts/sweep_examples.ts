/**
 * Examples of the charts of sweeps, from made-up results.
 *
 * @module
 */

import type { ChartSpec } from "../../../../scripts/views/charts/spec.ts";
import { keyAccuracy } from "../../../../scripts/views/charts/sweeps/key_accuracy.ts";
import { parallelCoordinates } from "../../../../scripts/views/charts/sweeps/parallel_coordinates.ts";
import type {
  SweepKey,
  SweepPoint,
} from "../../../../scripts/views/charts/sweeps/points.ts";

/** Keys of a grid: two with numbers, one with texts that are long. */
export const GRID: readonly SweepKey[] = [
  { key: "training.lr", values: ["0.0003", "0.001", "0.003"] },
  { key: "training.clip", values: ["1", "10"] },
  {
    key: "network",
    values: ["16c3-bn-lif-mp2-19", "2×(32c3-bn-lif-mp2)-128-lif-19"],
  },
];

/** Keys of a search. */
export const SEARCH: readonly SweepKey[] = [
  { key: "training.lr", log: true },
  { key: "training.augmentation.drop", log: false },
  { key: "training.optimizer", values: ["ADAMW", "SGD"] },
];

/** Marks the point of highest accuracy. */
function withBest(points: readonly SweepPoint[]): SweepPoint[] {
  const most = Math.max(...points.map(({ accuracy }) => accuracy));
  return points.map((point) => ({ ...point, best: point.accuracy === most }));
}

/** Numbers that look random, from 0 to 1. */
const noise = (n: number) => (1 + Math.sin(n * n + n)) / 2;

/** All combinations of the grid. */
export const gridPoints: SweepPoint[] = withBest(
  GRID[0].values!.flatMap((lr, i) =>
    GRID[1].values!.flatMap((clip, j) =>
      GRID[2].values!.map((network, k) => ({
        values: {
          "training.lr": lr,
          "training.clip": clip,
          network,
        },
        accuracy: 0.55 + 0.1 * i - 0.08 * i * i * j + 0.15 * k,
        deviation: 0.02 + 0.03 * noise(i + 2 * j + 4 * k),
        best: false,
      }))
    )
  ),
);

/** Combinations that a search has drawn. */
export const searchPoints: SweepPoint[] = withBest(
  Array.from({ length: 24 }, (_, n) => {
    const [lr, drop] = [5e-4 * 20 ** noise(n), 0.5 * noise(n + 40)];
    return {
      values: {
        "training.lr": String(Number(lr.toPrecision(3))),
        "training.augmentation.drop": String(Number(drop.toPrecision(3))),
        "training.optimizer": n % 3 ? "ADAMW" : "SGD",
      },
      accuracy: 0.9 - 0.2 * Math.abs(Math.log10(lr / 0.003)) - 0.3 * drop -
        (n % 3 ? 0 : 0.2),
      deviation: 0.02 * noise(n + 7),
      best: false,
    };
  }),
);

/** The charts, by what is special about their data. */
export const SWEEP_CHARTS: Readonly<Record<string, ChartSpec>> = {
  "key of a grid": keyAccuracy(gridPoints, GRID[0]),
  "key of long texts": keyAccuracy(gridPoints, GRID[2]),
  "key of a logarithmic range": keyAccuracy(searchPoints, SEARCH[0]),
  "key of a range": keyAccuracy(searchPoints, SEARCH[1]),
  "key of one combination": keyAccuracy(gridPoints.slice(0, 1), GRID[0]),
  "key of nothing": keyAccuracy([], GRID[0]),
  "grid": parallelCoordinates(gridPoints, GRID),
  "search": parallelCoordinates(searchPoints, SEARCH),
  "one combination": parallelCoordinates(searchPoints.slice(0, 1), SEARCH),
  "combinations of nothing": parallelCoordinates([], GRID),
};
