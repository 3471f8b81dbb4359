/**
 * Checkpoints of a fold: when they are written, and their contents.
 *
 * @module
 */

import type { Model } from "../../engine/model.ts";
import type {
  FitCheckpoints,
  FitPosition,
  SavePoint,
} from "../../engine/training/fit_options.ts";
import { type Checkpoint, formatCheckpoint } from "../run/checkpoint.ts";
import type { RunIdentity } from "../run/identity.ts";
import type { FoldSummary } from "../run/files.ts";
import type { EpochWriter } from "./epoch_writer.ts";
import type { EpochMeasures } from "../run/files.ts";
import type { FoldLog } from "./fold_log.ts";
import type { LayerNumbers } from "../run/files.ts";
import type { RunContext } from "./run_context.ts";

/** Sources of a fold's checkpoints. */
export interface CheckpointParts {
  readonly fold: number;
  readonly model: Model;
  readonly log: FoldLog;
  readonly writer: EpochWriter;
  readonly identity: RunIdentity;
  readonly context: RunContext;
}

/** Writes the checkpoints of a fold, and ends training after a stop signal. */
export class FoldCheckpoints implements FitCheckpoints {
  /** Weights of the best epoch that has ended; `undefined` before the first. */
  best: Checkpoint["best"];
  /** Learning rate and norms of the current epoch, once its training ended. */
  measures: EpochMeasures | undefined;
  /** In the first epoch: factors by which the initial weights were scaled. */
  firstScales: LayerNumbers | undefined;
  readonly #parts: CheckpointParts;

  /**
   * Creates the checkpoints of a fold, without writing.
   *
   * @param parts Network, log, identity and context of the fold.
   */
  constructor(parts: CheckpointParts) {
    this.#parts = parts;
  }

  /** Clears the measures of the previous epoch. */
  beginEpoch(): void {
    this.measures = undefined;
    this.firstScales = undefined;
  }

  /**
   * Decides whether to write a checkpoint.
   *
   * @param point Stage of the epoch that training has reached.
   * @returns Whether a checkpoint is due, or the user has asked to stop.
   */
  due(point: SavePoint): Promise<boolean> {
    return this.#parts.context.pauses.agree(this.#isDue(point));
  }

  #isDue(point: SavePoint): boolean {
    const { pauses } = this.#parts.context;
    switch (point) {
      case "step":
        pauses.addBatch();
        return pauses.due;
      case "trained":
        return pauses.due;
      case "tested step":
        return pauses.interrupted;
      case "epoch":
        return pauses.afterEpoch();
    }
  }

  /**
   * Writes a checkpoint after all earlier epochs are written.
   *
   * @param position Epoch and batch that training has reached.
   * @param summary Final losses and accuracies of a finished fold.
   * @throws {Interruption} If the user has asked to stop.
   * @throws {Error} If a file cannot be written.
   */
  async save(position: FitPosition, summary?: FoldSummary): Promise<void> {
    const { fold, model, log, writer, identity, context } = this.#parts;
    const { results, pauses, elapsed } = context;
    const start = performance.now();
    const { weights: logged, batches: losses } = log.state;
    const { name: adapter } = context.device.adapter;
    const [state] = await Promise.all([
      summary ? undefined : model.state(),
      writer.end(),
    ]);
    const checkpoint: Checkpoint = {
      adapter,
      position: {
        ...position,
        losses,
        measures: this.measures,
        firstScales: this.firstScales,
        seconds: elapsed(),
        summary,
      },
      ...(state && { best: this.best, logged, state }),
    };
    await results.saveCheckpoint(fold, formatCheckpoint(checkpoint, identity));
    pauses.saved(start);
    pauses.throwIfInterrupted();
  }
}
