/**
 * When a fold writes a checkpoint, and what is in it.
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

/** What a fold's checkpoints are made of. */
export interface CheckpointParts {
  readonly fold: number;
  readonly model: Model;
  readonly log: FoldLog;
  readonly writer: EpochWriter;
  readonly identity: RunIdentity;
  readonly context: RunContext;
}

/** Writes the checkpoints of a fold, and ends training when asked to. */
export class FoldCheckpoints implements FitCheckpoints {
  /** Weights of the best epoch so far. */
  best: Checkpoint["best"];
  /** Measured after the training steps of the epoch under way. */
  measures: EpochMeasures | undefined;
  /** In the first epoch: factors by which first weights were scaled. */
  firstScales: LayerNumbers | undefined;
  readonly #parts: CheckpointParts;

  /**
   * Has nothing to write yet.
   *
   * @param parts Network, log and folder of the fold.
   */
  constructor(parts: CheckpointParts) {
    this.#parts = parts;
  }

  /** Forgets what was measured of the epoch before. */
  beginEpoch(): void {
    this.measures = undefined;
    this.firstScales = undefined;
  }

  /**
   * Says whether to write a checkpoint.
   *
   * @param point Where training is.
   * @returns Whether it is time, or the user wants to stop.
   */
  due(point: SavePoint): boolean {
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
   * Writes a checkpoint once all epochs before it are written.
   *
   * @param position Where training stands.
   * @param summary What the fold came to, once it is done.
   * @throws {Interruption} If the user wants to stop.
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
