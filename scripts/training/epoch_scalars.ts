/**
 * TensorBoard scalars and histograms of an epoch.
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

/** Data of an epoch that its row of `metrics.jsonl` does not hold. */
export interface EpochDetails {
  /** Loss of each training step, in order; every epoch has as many steps. */
  readonly batches: readonly BatchLoss[];
  /** Names of the layers, first to last. */
  readonly layers: readonly string[];
  /** Weights at the end of the epoch. */
  readonly weights: Arrays;
  /** End of the epoch, in s since 1970. */
  readonly time: number;
}

/**
 * Makes the TensorBoard events of an epoch. Losses, accuracies in % and
 * histograms of weights have the same names as in the Python programs.
 *
 * @param metrics The epoch's row of `metrics.jsonl`.
 * @param details Losses of its training steps, weights and time.
 * @returns The events; the step of a batch loss counts batches since epoch 0.
 */
export function eventsOf(
  metrics: EpochMetrics,
  { batches, layers, weights, time }: EpochDetails,
): LogEvent[] {
  const { epoch, rates, silent = [], saturated = [] } = metrics;
  const first = epoch * batches.length;
  return [
    ...batches.map(({ time, loss }, index) => ({
      time,
      step: first + index,
      tag: "Train Loss /batch_idx",
      value: loss,
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
        tag,
        value: histogramOf(data),
      })),
    ].map((value) => ({ time, step: epoch, ...value })),
  ];
}

/**
 * Makes TensorBoard's scalars of a test.
 *
 * @param test Loss per sample, and accuracy as a fraction.
 * @returns The scalars of the values that are given, the accuracy in %.
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
    tag: `${what}/${layer}`,
    value,
  }));
}

function percent(share: number | undefined): number | undefined {
  return share === undefined ? undefined : 100 * share;
}
