/**
 * What the folds of a run share.
 *
 * @module
 */

import type { Device } from "../../engine/device/device.ts";
import type { Checkpoint } from "../run/checkpoint.ts";
import type { Configuration } from "../configuration/types.ts";
import type { RunStatus } from "../run/status.ts";
import type { Pauses } from "./interruption.ts";
import type { Results } from "../run/writer.ts";
import type { FirstWeights, RunIdentity } from "../run/identity.ts";

/** What folds of a run share. */
export interface RunContext {
  readonly device: Device;
  /** Name of the program that runs. */
  readonly program: string;
  readonly configuration: Configuration;
  readonly results: Results;
  /** When to write a checkpoint, and when to stop. */
  readonly pauses: Pauses;
  /** Who is told where the run is. */
  readonly status: RunStatus;
  /** Time that the run has taken so far, in s. */
  readonly elapsed: () => number;
  /** Where to go on, by fold; a fold that has none starts at the beginning. */
  readonly checkpoints: ReadonlyMap<number, Checkpoint>;
  /** What each fold of the data follows from, also if it is not to run. */
  readonly identities: ReadonlyMap<number, RunIdentity>;
  /** Weights to start from, instead of random ones. */
  readonly weights?: FirstWeights;
}
