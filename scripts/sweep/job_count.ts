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
  /** Number of its GPUs, 0 where a CPU stands in for one. */
  readonly cards: number;
}

/** Cores that a run keeps busy, also where they stand in for a GPU. */
const CORES = 2;

/** Memory that a run may take, in bytes. */
const MEMORY = 4 * 2 ** 30;

/** Most runs that share a GPU: one computes while another reads or writes. */
const ON_A_GPU = 2;

/**
 * Chooses how many runs train at once.
 *
 * @param machine What the machine offers.
 * @returns The number, at least 1.
 *
 * @example
 * ```ts
 * import { jobCount } from "./job_count.ts";
 * const machine = { cores: 2, memory: 2 ** 34, cards: 0 };
 * if (jobCount(machine) !== 1) throw new Error("expected one run");
 * ```
 */
export function jobCount({ cores, memory, cards }: Machine): number {
  const most = cards > 0 ? ON_A_GPU * cards : Infinity;
  const room = Math.min(cores / CORES, memory / MEMORY, most);
  return Math.max(1, Math.floor(room));
}
