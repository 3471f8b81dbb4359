/**
 * What TensorBoard is told of an epoch.
 *
 * @module
 */

import type {
  Arrays,
  BatchLoss,
  EpochMetrics,
  LayerNumbers,
} from "../run/files.ts";
import type { LogEvent, TaggedValue } from "../run/tensorboard/protobuf.ts";
import { histogramOf } from "../run/tensorboard/histogram.ts";

/** What of an epoch is not in its row of `metrics.jsonl`. */
export interface EpochDetails {
  /** Its training steps, in order; as many as in every epoch. */
  readonly batches: readonly BatchLoss[];
  /** Names of the layers, first to last. */
  readonly layers: readonly string[];
  /** The weights after training. */
  readonly weights: Arrays;
  /** When the epoch ended, in s since 1970. */
  readonly time: number;
}

/**
 * Draws up the events of an epoch: losses, accuracies in %, and histograms
 * under the names that the Python programs give them, firing rates, parts of
 * neurons that are silent or saturated, norms and learning rate under ours.
 *
 * @param metrics The epoch.
 * @param details What else there is of it.
 * @returns The events; a batch's step counts batches of all epochs.
 */
export function eventsOf(
  metrics: EpochMetrics,
  { batches, layers, weights, time }: EpochDetails,
): LogEvent[] {
  const { epoch, rates, silent = [], saturated = [] } = metrics;
  const first = epoch * batches.length;
  return [
    ...batches.map(({ time, loss }, index) => ({
      ...{ time, step: first + index },
      ...{ tag: "Train Loss /batch_idx", value: loss },
    })),
    ...[
      ...scalar("Train Accuracy /epoch", percent(metrics.trainAccuracy)),
      ...scalar("Val. Loss /epoch", metrics.valLoss),
      ...scalar("Val. Accuracy /epoch", percent(metrics.valAccuracy)),
      ...testValues(metrics),
      ...scalar("Learning Rate /epoch", metrics.lr),
      ...inOrder("Firing Rate", rates, layers),
      ...inOrder("Silent Neurons", silent, layers),
      ...inOrder("Saturated Neurons", saturated, layers),
      ...byLayer("Gradient Norm", metrics.gradientNorms),
      ...byLayer("Update Norm", metrics.updateNorms),
      ...Object.entries(weights).map(([tag, { data }]) => ({
        ...{ tag, value: histogramOf(data) },
      })),
    ].map((value) => ({ time, step: epoch, ...value })),
  ];
}

/**
 * Draws up what a test came to.
 *
 * @param test Loss per sample, and accuracy as a fraction.
 * @returns Both, the accuracy in %, where they are there.
 */
export function testValues(
  test: { readonly testLoss?: number; readonly testAccuracy?: number },
): TaggedValue[] {
  return [
    ...scalar("Test Loss", test.testLoss),
    ...scalar("Test Accuracy", percent(test.testAccuracy)),
  ];
}

function scalar(tag: string, value: number | undefined): TaggedValue[] {
  return value === undefined ? [] : [{ tag, value }];
}

function inOrder(
  what: string,
  numbers: readonly number[],
  layers: readonly string[],
): TaggedValue[] {
  return numbers.map((value, i) => ({ tag: `${what}/${layers[i]}`, value }));
}

function byLayer(what: string, numbers: LayerNumbers = {}): TaggedValue[] {
  return Object.entries(numbers).map(([layer, value]) => ({
    ...{ tag: `${what}/${layer}`, value },
  }));
}

function percent(share: number | undefined): number | undefined {
  return share === undefined ? undefined : 100 * share;
}
