/**
 * Leaves out samples with few events.
 *
 * @module
 */

import { counted } from "../../dataset/files/counted.ts";
import type { SampleSet } from "../../dataset/samples/sample_set.ts";
import type { SampleSource } from "../../dataset/sample_source.ts";
import { inParallel } from "../../dataset/threads/in_parallel.ts";
import type { Fold } from "./fold.ts";

/**
 * Removes samples with few events from training, validation and test sets.
 *
 * @param folds The folds. Each sample is read once.
 * @param least Smallest number of events.
 * @param onFound Called with a line that states how many are left out.
 * @returns The folds with the remaining samples.
 * @throws {RangeError} If no training or no test samples remain.
 * @throws {Error} If a sample cannot be read.
 */
export async function leaveSparseOut(
  folds: readonly Fold[],
  least: number,
  onFound: (line: string) => void = () => {},
): Promise<Fold[]> {
  const sets = folds.flatMap(({ train, validation, test }) =>
    validation ? [train, validation, test] : [train, test]
  );
  const sparse = new Map<SampleSource, ReadonlySet<number>>();
  let all = 0;
  for (const [source, own] of Map.groupBy(sets, ({ source }) => source)) {
    const indices = [...new Set(own.flatMap(({ indices }) => indices))];
    const lengths = await inParallel(
      indices,
      async (index) => (await source.events(index)).t.length,
    );
    const few = indices.filter((_, place) => lengths[place] < least);
    sparse.set(source, new Set(few));
    all += indices.length;
  }
  const out = [...sparse.values()].reduce((sum, { size }) => sum + size, 0);
  if (out > 0) {
    onFound(
      `${out} of ${counted(all, "sample")} left out, with fewer than ` +
        counted(least, "event"),
    );
  }
  const others = (set: SampleSet) =>
    set.subset(
      set.indices.filter((index) => !sparse.get(set.source)!.has(index)),
    );
  return folds.map((fold): Fold => {
    const train = others(fold.train);
    const test = others(fold.test);
    if (train.size === 0 || test.size === 0) {
      throw new RangeError(
        `training.filter.least_events: no sample of fold ${fold.number} to ` +
          `${train.size === 0 ? "train on" : "test"} has ` +
          counted(least, "event"),
      );
    }
    return {
      number: fold.number,
      train,
      ...(fold.validation && { validation: others(fold.validation) }),
      test,
    };
  });
}
