/**
 * The share of a sweep that a process takes as one of an array of jobs.
 *
 * @module
 */

/** The variables that tell a process its place in an array of jobs. */
export const SHARE_VARIABLES = [
  "SLURM_ARRAY_TASK_ID",
  "SLURM_ARRAY_TASK_COUNT",
  "SLURM_ARRAY_TASK_MIN",
  "SLURM_ARRAY_TASK_MAX",
  "JOB_COMPLETION_INDEX",
] as const;

/** A place in an array of jobs. */
export interface Share {
  /** Place of the process, counted from 0. */
  readonly index: number;
  /** Distance between the runs that it takes; Infinity for a single run. */
  readonly step: number;
}

/**
 * Reads which share of a sweep this process takes.
 *
 * Of a Slurm array of jobs 0 to n - 1, job i takes the runs i, i + n, i + 2n
 * and so on. Job i of any other Slurm array, such as `--array=3,5`, and pod i
 * of a Kubernetes job, which is not told how many there are, take run i.
 *
 * @param environment Variables of the process, by their names.
 * @returns The share; `undefined` for a process that is not of an array.
 * @throws {RangeError} If a variable is no number.
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
 * Takes a share of some runs.
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
