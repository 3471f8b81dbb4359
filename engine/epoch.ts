/**
 * One pass over a set of samples, to train or to evaluate.
 *
 * @module
 */

import { type Layer, sizeOf } from "./network.ts";
import type { StepRecord } from "./plan/records.ts";
import type { EventBatch, Stepper } from "./plan/stepper.ts";

/** What a pass, or its part so far, came to. */
export interface EpochStatistics {
  /** Number of samples. */
  readonly samples: number;
  /** Loss per sample. */
  readonly loss: number;
  /** Fraction of samples whose predicted class is right. */
  readonly accuracy: number;
  /** Time since its start in s. */
  readonly seconds: number;
  /** Spikes of each layer per neuron and bin. */
  readonly rates: readonly number[];
}

/** How a pass is run. */
export interface EpochOptions {
  /** Learning rate; without it the network is evaluated, not trained. */
  readonly lr?: number;
  /** The layers, for their rates. */
  readonly layers: readonly Layer[];
  /** Is told of the steps read back, and of the statistics so far. */
  readonly onRecords?: (
    records: readonly StepRecord[],
    statistics: EpochStatistics,
  ) => void;
}

/**
 * Runs a plan over batches.
 *
 * It never waits for the device but to bound what is in flight, so batches are
 * uploaded while others are computed.
 *
 * @param stepper The plan.
 * @param batches The samples, batch by batch.
 * @param options Learning rate, and whom to tell.
 * @returns What it came to.
 * @throws {ShapeError} If a batch does not fit the plan.
 * @throws {DeviceError} If the device was lost.
 * @throws {RangeError} If there are no samples.
 * @throws What `batches` throws.
 */
export async function runEpoch(
  stepper: Stepper,
  batches: AsyncIterable<EventBatch>,
  options: EpochOptions,
): Promise<EpochStatistics> {
  const { lr, layers, onRecords } = options;
  const bins = stepper.plan.sizes.T;
  const start = performance.now();
  const spikes = new Float64Array(layers.length);
  let samples = 0;
  let loss = 0;
  let right = 0;
  const statistics = (): EpochStatistics => ({
    samples,
    loss: loss / samples,
    accuracy: right / samples,
    seconds: (performance.now() - start) / 1000,
    rates: layers.map((layer, index) =>
      spikes[index] / (samples * bins * sizeOf(layer.output))
    ),
  });
  const add = (records: readonly StepRecord[]) => {
    for (const { labels, predictions, losses, spikes: counts } of records) {
      samples += labels.length;
      labels.forEach((label, n) => {
        loss += losses[n];
        if (predictions[n] === label) right++;
      });
      counts.forEach((count, index) => spikes[index] += count);
    }
    if (records.length > 0) onRecords?.(records, statistics());
  };
  for await (const batch of batches) {
    await (lr === undefined
      ? stepper.evaluate(batch)
      : stepper.train(batch, lr));
    add(stepper.take());
  }
  add(await stepper.drain());
  if (samples === 0) throw new RangeError("Cannot run an epoch: no samples");
  return statistics();
}
