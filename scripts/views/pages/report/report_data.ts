/**
 * The data of the report page.
 *
 * @module
 */

import type { Theme } from "../../charts/theme.ts";
import type { Figure } from "./figures.ts";
import type { Table } from "./results_table.ts";

/** Names and values. */
export type Facts = readonly (readonly [string, string])[];

/** Content of the report. */
export interface ReportData {
  /** The run folder. */
  readonly folder: string;
  readonly facts: Facts;
  readonly results: Table;
  /** Whether test results are the best of all epochs. */
  readonly optimistic: boolean;
  /** Energy of a test sample by layer, and its explanation. */
  readonly energy: Table;
  readonly energyNote: string;
  /** Charts of all folds together, then those of each fold. */
  readonly figures: readonly Figure[];
  /** The Vega-Lite configuration of each theme. */
  readonly configs: Readonly<Record<Theme, Readonly<Record<string, unknown>>>>;
  /** The configuration, in YAML. */
  readonly configuration: string;
  /** Provenance of its data. */
  readonly data: Facts;
  readonly recordings: Table;
}
