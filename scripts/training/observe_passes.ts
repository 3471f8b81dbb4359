/**
 * Shows the progress of passes over samples on the terminal, in `status.json`
 * and in the fold's log.
 *
 * @module
 */

import type { Layer } from "../../engine/layers/layer.ts";
import type {
  PassFacts,
  PassObserver,
} from "../../engine/training/pass_observer.ts";
import { createProgress } from "../command_line/progress.ts";
import type { RunStatus } from "../run/status.ts";
import type { FoldLog } from "./fold_log.ts";

/** Verb of the progress line of each kind of pass. */
const VERBS = { training: "train", validation: "validate", test: "test" };

/**
 * Makes the observer of a fold's passes.
 *
 * @param fold Fold, counted from 1.
 * @param options Layers and classes of the network, and the log and status that
 * results of steps are added to.
 * @returns Makes the observer of one pass.
 */
export function observePasses(
  fold: number,
  { layers, classes, log, status }: {
    readonly layers: readonly Layer[];
    readonly classes: readonly string[];
    readonly log: FoldLog;
    readonly status: RunStatus;
  },
): (pass: PassFacts) => PassObserver {
  const names = layers.map(({ name }) => name);
  return ({ epoch, use, total }) => {
    const label = `fold ${fold} epoch ${epoch} ${VERBS[use]}`;
    const progress = createProgress({ total, label });
    status.beginPass();
    return {
      steps(records, measures) {
        if (use === "training") log.addBatches(records);
        progress.update(measures.samples, measures);
        status.addRecords(records, {
          classes,
          layers: names,
          pass: { fold, epoch, set: use, total, ...measures },
        });
      },
      [Symbol.dispose]: () => progress[Symbol.dispose](),
    };
  };
}
