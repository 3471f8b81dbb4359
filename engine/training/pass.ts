/**
 * One pass over a set of samples, to train or to evaluate.
 *
 * @module
 */

import type { Layer } from "../layers/layer.ts";
import { sizeOf } from "../network/network.ts";
import type { StepRecord } from "../plan/steps/step_results.ts";
import type { EventBatch } from "../network/event_batch.ts";
import type { StepRunner } from "../plan/steps/step_runner.ts";

/** Firing rate above which a layer or neuron is saturated. */
export const SATURATED = 0.45;

/** Sums over the samples of a pass, from which another pass can continue. */
export interface PassSums {
  /** Number of samples. */
  readonly samples: number;
  /** Sum of the losses of the samples. */
  readonly loss: number;
  /** Number of samples whose class is predicted correctly. */
  readonly right: number;
  /** Spike count of each layer. */
  readonly spikes: readonly number[];
  /**
   * Spike count of each neuron, layer by layer, in the order
   * (row·W + column)·C + channel; only of a training pass, when it pauses or has ended.
   */
  readonly fired?: readonly Uint32Array[];
}

/** Incoming spikes of the layers of a network in an evaluation. */
export interface IncomingSpikes {
  /** Bins of a sample. */
  readonly bins: number;
  /**
   * Number of bins, over all samples, in which each input of a layer spikes, or
   * in which its count of events or spikes is not 0; layer by layer, inputs in
   * the order (row·W + column)·C + channel.
   */
  readonly layers: readonly Uint32Array[];
}

/** Loss, accuracy and firing rates of a pass, or of its steps so far. */
export interface PassStatistics {
  /** Number of samples. */
  readonly samples: number;
  /** Loss per sample. */
  readonly loss: number;
  /** Fraction of samples whose class is predicted correctly. */
  readonly accuracy: number;
  /** Time since the pass began, in s. */
  readonly seconds: number;
  /** Mean firing rate of each layer, in spikes per neuron and bin. */
  readonly rates: readonly number[];
  /** Fraction of silent neurons in each layer, where `sums.fired` is given. */
  readonly silent?: readonly number[];
  /**
   * Fraction of saturated neurons, which spike in more than 45 % of all bins.
   */
  readonly saturated?: readonly number[];
  /**
   * Incoming spikes, where they were counted; only of an evaluation that has
   * ended.
   */
  readonly incoming?: IncomingSpikes;
  /** Sums that the statistics are computed from. */
  readonly sums: PassSums;
}

/** Pauses of a pass, in which its sums and the network's state can be saved. */
export interface PassPause {
  /**
   * Decides after each step whether to pause; ignored while an accumulated
   * gradient awaits its update. All ranks decide alike.
   */
  due(): boolean | Promise<boolean>;
  /** Called when all submitted steps are done; the pass waits for it. */
  keep(statistics: PassStatistics): Promise<void>;
}

/** Options of a pass. */
export interface PassOptions {
  /** Learning rate; without it the network is evaluated, not trained. */
  readonly lr?: number;
  /**
   * Batches over which the gradient is accumulated for one update; fewer at the
   * end.
   *
   * @default 1
   */
  readonly accumulate?: number;
  /** The layers with neurons, whose sizes turn spike counts into rates. */
  readonly layers: readonly Layer[];
  /** Sums of an earlier pass to continue from. @default no samples */
  readonly from?: PassSums;
  /** Pauses in which the caller can save the pass. */
  readonly pause?: PassPause;
  /** Called with records read back and the statistics up to them. */
  readonly onRecords?: (
    records: readonly StepRecord[],
    statistics: PassStatistics,
  ) => void;
}

/** A pass whose steps are being submitted to the device. */
export interface Pass {
  /**
   * Resolves when the last step was submitted. Another pass may then be
   * submitted if it does not change the weights.
   */
  readonly submitted: Promise<void>;
  /** Resolves once all steps are done. */
  readonly ended: Promise<PassStatistics>;
}

/**
 * Runs a plan over batches.
 *
 * The pass waits for the device only to bound the number of steps in flight, so
 * uploads overlap with computation. A pass that continues from the sums of
 * another gives the same result as one pass over the samples of both.
 *
 * @param stepper The plan.
 * @param batches The samples, batch by batch.
 * @param options Learning rate, sums to continue from, and callbacks.
 * @returns Loss, accuracy and firing rates over all samples.
 * @throws {ShapeError} If a batch does not fit the plan.
 * @throws {DeviceError} If the device was lost.
 * @throws {RangeError} If there are no samples, `accumulate` is not a positive
 * integer, or the learning rate is negative or not finite.
 * @throws {Error} If `batches` or `pause` throw, with their error.
 */
export async function runPass(
  stepper: StepRunner,
  batches: AsyncIterable<EventBatch>,
  options: PassOptions,
): Promise<PassStatistics> {
  return await startPass(stepper, batches, options).ended;
}

/**
 * Starts to run a plan over batches, see {@linkcode runPass}.
 *
 * @param stepper The plan.
 * @param batches The samples, batch by batch.
 * @param options Learning rate, sums to continue from, and callbacks.
 * @returns The running pass; both its promises reject with the errors of
 * `runPass`.
 */
export function startPass(
  stepper: StepRunner,
  batches: AsyncIterable<EventBatch>,
  options: PassOptions,
): Pass {
  const submission = submit(stepper, batches, options);
  const submitted = submission.then(() => {});
  const ended = submission.then(({ settled }) => settled);
  // Errors are reported where the caller awaits one of the two promises.
  submitted.catch(() => {});
  ended.catch(() => {});
  return { submitted, ended };
}

/**
 * Submits all steps and starts to read back their results. The promise of the
 * results is wrapped in an object, since `await` would otherwise wait for it.
 */
async function submit(
  stepper: StepRunner,
  batches: AsyncIterable<EventBatch>,
  options: PassOptions,
): Promise<{ readonly settled: Promise<PassStatistics> }> {
  const { lr, accumulate = 1, layers, from, pause, onRecords } = options;
  if (!(Number.isInteger(accumulate) && accumulate > 0)) {
    throw new RangeError(
      `Cannot update weights every ${accumulate} batches: not a positive ` +
        "integer",
    );
  }
  const { bins, activity, incoming } = stepper;
  const start = performance.now();
  const spikes = Float64Array.from(from?.spikes ?? layers.map(() => 0));
  let { samples, loss, right } = from ?? { samples: 0, loss: 0, right: 0 };
  const statistics = (fired?: Uint32Array[]): PassStatistics => ({
    samples,
    loss: loss / samples,
    accuracy: right / samples,
    seconds: (performance.now() - start) / 1000,
    rates: layers.map((layer, index) =>
      spikes[index] / (samples * bins * sizeOf(layer.output))
    ),
    ...(fired && {
      silent: fired.map((counts) => shareOf(counts, (count) => count === 0)),
      saturated: fired.map((counts) =>
        shareOf(counts, (count) => count > SATURATED * samples * bins)
      ),
    }),
    sums: {
      samples,
      loss,
      right,
      spikes: [...spikes],
      ...(fired && { fired }),
    },
  });
  const add = (records: readonly StepRecord[]) => {
    for (const { labels, predictions, losses, spikes: counts } of records) {
      samples += labels.length;
      labels.forEach((label, n) => {
        loss += losses[n];
        if (predictions[n] === label) right++;
      });
      // A readout without neurons has no spike count; it is the last layer.
      spikes.forEach((_, index) => spikes[index] += counts[index]);
    }
    if (records.length > 0) onRecords?.(records, statistics());
  };
  const trains = lr !== undefined;
  const counted = trains ? activity : incoming;
  const settle = async (): Promise<PassStatistics> => {
    const [records, counts] = await Promise.all([
      stepper.drain(),
      counted.read(),
    ]);
    add(records);
    if (samples === 0) throw new RangeError("Cannot run an epoch: no samples");
    if (!trains) {
      return {
        ...statistics(),
        ...(counts.length > 0 && { incoming: { bins, layers: counts } }),
      };
    }
    return statistics(
      counts.map((counts, index) =>
        counts.map((count, f) => count + (from?.fired?.[index]?.[f] ?? 0))
      ),
    );
  };
  counted.clear();
  let waiting = 0;
  for await (const batch of batches) {
    if (!trains) {
      await stepper.evaluate(batch);
    } else if (++waiting < accumulate) {
      await stepper.accumulate(batch);
    } else {
      await stepper.train(batch, lr);
      waiting = 0;
    }
    add(stepper.take());
    const due = await pause?.due();
    if (pause && due && waiting === 0) await pause.keep(await settle());
  }
  if (trains) stepper.update(lr);
  const settled = settle();
  // Errors are reported where the caller awaits this promise.
  settled.catch(() => {});
  return { settled };
}

/** Fraction of counts that meet a condition. */
function shareOf(
  counts: Uint32Array,
  holds: (count: number) => boolean,
): number {
  let found = 0;
  for (const count of counts) if (holds(count)) found++;
  return found / counts.length;
}
