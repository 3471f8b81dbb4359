/**
 * What the page of a run is told.
 *
 * @module
 */

import type { Theme } from "../../charts/theme.ts";
import type { Figure } from "./figures.ts";
import type { Table } from "./results_table.ts";

/** Names and values. */
export type Facts = readonly (readonly [string, string])[];

/** All of a run. */
export interface ReportData {
  /** Its folder. */
  readonly folder: string;
  readonly facts: Facts;
  readonly results: Table;
  /** Whether test figures are the best over all epochs. */
  readonly optimistic: boolean;
  /** Charts of all folds, then those of each. */
  readonly figures: readonly Figure[];
  /** How charts look, by theme. */
  readonly configs: Readonly<Record<Theme, Readonly<Record<string, unknown>>>>;
  /** The configuration, in YAML. */
  readonly configuration: string;
  /** Where its data come from. */
  readonly data: Facts;
  readonly recordings: Table;
}
