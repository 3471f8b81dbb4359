/**
 * Number of runs that a sweep trains at once.
 *
 * @module
 */

/** Resources of a machine. */
export interface Machine {
  /** Number of its cores. */
  readonly cores: number;
  /** Free memory in bytes. */
  readonly memory: number;
  /** Number of GPUs; 0 if a CPU emulates one. */
  readonly cards: number;
}

/** Cores that a run uses, also if they emulate a GPU. */
const CORES = 2;

/** Memory that a run needs at most, in bytes. */
const MEMORY = 4 * 2 ** 30;

/** Largest number of runs per GPU: one computes while the other does I/O. */
const ON_A_GPU = 2;

/**
 * Chooses the number of runs to train at once.
 *
 * @param machine Resources of the machine.
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
