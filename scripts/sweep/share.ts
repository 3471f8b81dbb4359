/**
 * Share of a sweep that one process of an array of jobs takes.
 *
 * @module
 */

/** Environment variables with the index in an array of jobs. */
export const SHARE_VARIABLES = [
  "SLURM_ARRAY_TASK_ID",
  "SLURM_ARRAY_TASK_COUNT",
  "SLURM_ARRAY_TASK_MIN",
  "SLURM_ARRAY_TASK_MAX",
  "JOB_COMPLETION_INDEX",
] as const;

/** A place in an array of jobs. */
export interface Share {
  /** Index of the process, from 0. */
  readonly index: number;
  /** Distance between its runs; Infinity for a single run. */
  readonly step: number;
}

/**
 * Reads the share of this process.
 *
 * In a Slurm array of jobs 0 to n - 1, job i takes the runs i, i + n, i + 2n
 * and so on. Job i of any other Slurm array, such as `--array=3,5`, takes run
 * i. So does pod i of a Kubernetes job, which does not know the number of pods.
 *
 * @param environment Environment variables by name.
 * @returns The share; `undefined` outside of an array of jobs.
 * @throws {RangeError} If a variable is not a number.
 *
 * @example
 * ```ts
 * import { readShare } from "./share.ts";
 * const share = readShare({ JOB_COMPLETION_INDEX: "3" });
 * if (share?.index !== 3) throw new Error("expected the third pod");
 * ```
 */
export function readShare(
  environment: Readonly<
    Partial<Record<typeof SHARE_VARIABLES[number], string>>
  >,
): Share | undefined {
  const read = (name: typeof SHARE_VARIABLES[number]) => {
    const text = environment[name];
    if (text === undefined || text === "") return undefined;
    if (/^\d{1,9}$/.test(text)) return Number(text);
    throw new RangeError(
      `Cannot take a share: ${name} is "${text}", expected a number from 0`,
    );
  };
  const index = read("SLURM_ARRAY_TASK_ID") ?? read("JOB_COMPLETION_INDEX");
  if (index === undefined) return undefined;
  const count = read("SLURM_ARRAY_TASK_COUNT");
  const whole = count !== undefined && read("SLURM_ARRAY_TASK_MIN") === 0 &&
    read("SLURM_ARRAY_TASK_MAX") === count - 1;
  return { index, step: whole ? count : Infinity };
}

/**
 * Selects the runs of a share.
 *
 * @param runs The runs.
 * @param share The share; all if left out.
 * @returns The runs of the share.
 *
 * @example
 * ```ts
 * import { takeShare } from "./share.ts";
 * const runs = takeShare(["a", "b", "c"], { index: 0, step: 2 });
 * if (`${runs}` !== "a,c") throw new Error(`${runs}`);
 * ```
 */
export function takeShare<T>(runs: readonly T[], share?: Share): T[] {
  if (share === undefined) return [...runs];
  const { index, step } = share;
  return runs.filter((_, n) =>
    n === index || (n > index && (n - index) % step === 0)
  );
}
