/**
 * A fold of a cross-validation, and how folds are opened.
 *
 * @module
 */

import type { SampleSet } from "../../dataset/samples/sample_set.ts";
import type { ReadOptions } from "../../dataset/store/store.ts";

/** A fold: the samples to train on, to choose weights by, and to test on. */
export interface Fold {
  /** Counted from 1. */
  readonly number: number;
  readonly train: SampleSet;
  readonly validation?: SampleSet;
  readonly test: SampleSet;
}

/** How the data of a configuration are opened. */
export interface FoldsOptions extends ReadOptions {
  /** Whether each fold has a validation set. */
  readonly validation: boolean;
  /** Called with a line that says what was found, if that was asked. */
  readonly onFound?: (line: string) => void;
  /** Called with each line of what is hardly as it should be. */
  readonly onDoubt?: (line: string) => void;
}
