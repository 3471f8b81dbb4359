/**
 * A fold of a cross-validation, and options for opening folds.
 *
 * @module
 */

import type { SampleSet } from "../../dataset/samples/sample_set.ts";
import type { ReadOptions } from "../../dataset/store/store.ts";

/** Training, validation and test samples of a fold. */
export interface Fold {
  /** Counted from 1. */
  readonly number: number;
  readonly train: SampleSet;
  readonly validation?: SampleSet;
  readonly test: SampleSet;
}

/** Options for opening the data of a configuration. */
export interface FoldsOptions extends ReadOptions {
  /** Whether each fold has a validation set. */
  readonly validation: boolean;
  /** Receives a line that summarises the data. */
  readonly onFound?: (line: string) => void;
  /** Receives a line for each possible problem of the data. */
  readonly onDoubt?: (line: string) => void;
}
