/**
 * How often the loops of a plan's kernels go round.
 *
 * Mesa's llvmpipe ends every loop of an invocation once all its loops together
 * have gone round 65,535 times, and says nothing. A plan that would exceed
 * it is refused there, or cut into smaller micro-batches.
 *
 * @module
 */

import type { Launch } from "../device/launch.ts";

/**
 * Most rounds of an invocation that sees one sample, whatever spikes.
 *
 * @param launches The launches.
 * @returns The largest number of rounds of any.
 */
export function mostLoops(launches: readonly Launch[]): number {
  return Math.ceil(Math.max(
    0,
    ...launches.flatMap(({ loops = 0, busy }) => [loops, busy?.loops ?? 0]),
  ));
}

/**
 * Rounds that each further sample adds in the kernels that visit all of them.
 *
 * @param launches The launches.
 * @returns The largest number of rounds of any, at least 1.
 */
export function loopsPerSample(launches: readonly Launch[]): number {
  return Math.max(
    1,
    ...launches.map(({ loopsPerSample = 0 }) => loopsPerSample),
  );
}
