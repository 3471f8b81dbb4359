/**
 * How many runs of a sweep train at once.
 *
 * @module
 */

/** What a machine offers. */
export interface Machine {
  /** Number of its cores. */
  readonly cores: number;
  /** Memory that is free, in bytes. */
  readonly memory: number;
  /** Whether a CPU stands in for a GPU. */
  readonly software: boolean;
}

/** Cores that a run keeps busy, with a GPU and without one. */
const CORES = { hardware: 2, software: 2 };

/** Memory that a run may take, in bytes. */
const MEMORY = 4 * 2 ** 30;

/** Most runs that share a GPU: further ones only wait for one another. */
const ON_A_GPU = 4;

/**
 * Chooses how many runs train at once.
 *
 * @param machine What the machine offers.
 * @returns The number, at least 1.
 *
 * @example
 * ```ts
 * import { jobCount } from "./job_count.ts";
 * const machine = { cores: 2, memory: 2 ** 34, software: true };
 * if (jobCount(machine) !== 1) throw new Error("expected one run");
 * ```
 */
export function jobCount({ cores, memory, software }: Machine): number {
  const byCores = cores / (software ? CORES.software : CORES.hardware);
  const most = software ? Infinity : ON_A_GPU;
  return Math.max(1, Math.floor(Math.min(byCores, memory / MEMORY, most)));
}
