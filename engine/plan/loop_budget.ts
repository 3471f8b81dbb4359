/**
 * The loop budget: how many loop iterations an invocation may make.
 *
 * Mesa's llvmpipe silently ends every loop of an invocation once its loops have
 * made 65,535 iterations in total. A plan that exceeds this budget is split
 * into smaller micro-batches, or refused.
 *
 * @module
 */

import type { Launch } from "../device/launch.ts";

/**
 * Returns the largest number of loop iterations of an invocation that visits
 * one sample, at any firing rate.
 *
 * @param launches The launches.
 * @returns The largest number of iterations over all launches.
 */
export function mostLoops(launches: readonly Launch[]): number {
  return Math.ceil(Math.max(
    0,
    ...launches.flatMap(({ loops = 0, busy }) => [loops, busy?.loops ?? 0]),
  ));
}

/**
 * Returns the iterations that each further sample adds in kernels whose
 * invocations visit all samples.
 *
 * @param launches The launches.
 * @returns The largest number of iterations over all launches, at least 1.
 */
export function loopsPerSample(launches: readonly Launch[]): number {
  return Math.max(
    1,
    ...launches.map(({ loopsPerSample = 0 }) => loopsPerSample),
  );
}
