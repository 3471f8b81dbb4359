/**
 * Folds chosen on the command line.
 *
 * @module
 */

import type { Fold } from "./fold.ts";

/**
 * Selects the folds that `--folds` lists.
 *
 * @param folds All folds.
 * @param options `wanted`: comma-separated numbers, all folds if left out;
 * `data`: whether they come from a section `data`, which may have other than
 * four folds.
 * @returns The folds with these numbers.
 * @throws {RangeError} If there is no such fold.
 */
export function chooseFolds(
  folds: readonly Fold[],
  { wanted, data }: { readonly wanted?: string; readonly data: boolean },
): Fold[] {
  if (wanted === undefined) return [...folds];
  const chosen = wanted.split(",").map((word) => word.trim());
  const most = data ? folds.length : 4;
  const stranger = chosen.find((word) =>
    !/^[1-9]\d*$/.test(word) || Number(word) > most
  );
  if (stranger !== undefined) {
    throw new RangeError(
      `Cannot run fold "${stranger}": ` +
        (most === 1
          ? "the samples are one fold"
          : `folds are numbers from 1 to ${most}`),
    );
  }
  const there = folds.filter(({ number }) => chosen.includes(String(number)));
  if (there.length > 0) return there;
  throw new RangeError(
    `Cannot run fold "${wanted}": the lists of samples are one fold`,
  );
}
