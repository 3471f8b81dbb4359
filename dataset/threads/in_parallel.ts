/**
 * Concurrent tasks with a limit.
 *
 * @module
 */

/**
 * Runs a task for each item, several concurrently.
 *
 * After a failure no further task is started, and running tasks are awaited.
 *
 * @param items The items.
 * @param task Asynchronous function called for each item.
 * @param atOnce Maximum number of concurrent tasks, by default the number of
 *   processors.
 * @returns The task's result for each item, in the order of the items.
 * @throws The error of the first task that fails.
 *
 * @example
 * ```ts
 * import { inParallel } from "./in_parallel.ts";
 * const doubled = await inParallel([1, 2, 3], (n) => Promise.resolve(2 * n));
 * if (doubled.join() !== "2,4,6") throw new Error("expected 2, 4 and 6");
 * ```
 */
export async function inParallel<T, R>(
  items: readonly T[],
  task: (item: T, index: number) => Promise<R>,
  atOnce = navigator.hardwareConcurrency,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const queue = items.entries();
  const failures: unknown[] = [];
  const work = async () => {
    for (const [index, item] of queue) {
      if (failures.length > 0) return;
      try {
        results[index] = await task(item, index);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (failures.length > 0) throw failures[0];
  return results;
}
