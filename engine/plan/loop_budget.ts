/**
 * The loop budget: how many rounds of loops an invocation makes.
 *
 * Mesa's llvmpipe silently ends every loop of an invocation once its loops have
 * made 65,535 rounds together. A plan that would exceed that budget is refused,
 * or cut into smaller micro-batches.
 *
 * @module
 */

import type { Launch } from "../device/launch.ts";

/**
 * Most rounds of loops of an invocation that visits one sample, at any firing
 * rate.
 *
 * @param launches The launches.
 * @returns The largest number of rounds over all launches.
 */
export function mostLoops(launches: readonly Launch[]): number {
  return Math.ceil(Math.max(
    0,
    ...launches.flatMap(({ loops = 0, busy }) => [loops, busy?.loops ?? 0]),
  ));
}

/**
 * Rounds that each further sample adds in kernels whose invocations visit all
 * samples.
 *
 * @param launches The launches.
 * @returns The largest number of rounds over all launches, at least 1.
 */
export function loopsPerSample(launches: readonly Launch[]): number {
  return Math.max(
    1,
    ...launches.map(({ loopsPerSample = 0 }) => loopsPerSample),
  );
}
