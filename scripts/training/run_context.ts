/**
 * Device, settings and outputs that the folds of a run share.
 *
 * @module
 */

import type { Device } from "../../engine/device/device.ts";
import type { Ranks } from "../../engine/distributed/ranks.ts";
import type { Checkpoint } from "../run/checkpoint.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import type { RunStatus } from "../run/status.ts";
import type { Pauses } from "./interruption.ts";
import type { Results } from "../run/writer.ts";
import type { FirstWeights, RunIdentity } from "../run/identity.ts";

/** Device, settings and outputs that the folds of a run share. */
export interface RunContext {
  readonly device: Device;
  /** The processes that share the batches. */
  readonly ranks: Ranks;
  /** The task that runs the training program. */
  readonly task: string;
  readonly configuration: Configuration;
  readonly results: Results;
  /** Decides when to write a checkpoint and when to stop. */
  readonly pauses: Pauses;
  /** Progress of the run, written to `status.json`. */
  readonly status: RunStatus;
  /** Returns the time that the run has taken, with all resumed parts, in s. */
  readonly elapsed: () => number;
  /** Checkpoint to resume each fold from; without one, a fold starts anew. */
  readonly checkpoints: ReadonlyMap<number, Checkpoint>;
  /** Identity of every fold of the data, also of those that are not run. */
  readonly identities: ReadonlyMap<number, RunIdentity>;
  /** Number of epochs of a fold after which training pauses, if any. */
  readonly until?: number;
  /** Whether it is the first fold, which prints warnings for all. */
  readonly isFirst?: boolean;
  /** Initial weights to use in place of random ones. */
  readonly weights?: FirstWeights;
}
