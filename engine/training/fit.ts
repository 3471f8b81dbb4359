/**
 * The training loop: epochs over a data set, each followed by validation or
 * test.
 *
 * @module
 */

import type { Model } from "../model.ts";
import { Random } from "../network/random.ts";
import type { StepRunner } from "../plan/steps/step_runner.ts";
import type { FitEpoch, FitOptions, FitPosition } from "./fit_options.ts";
import { learningRate } from "./learning_rate.ts";
import { LocalSteps } from "./local_steps.ts";
import {
  type Pass,
  type PassPause,
  type PassStatistics,
  type PassSums,
  startPass,
} from "./pass.ts";
import { followPass, type PassUse } from "./pass_observer.ts";
import { requireExtent, type Samples } from "./samples.ts";

/**
 * Trains a network, epoch by epoch.
 *
 * After each epoch the network is run on the validation and test samples. The
 * best epoch has the lowest validation loss or, without validation, the highest
 * test accuracy. The weights are those of the yielded epoch until the caller
 * requests the next one. On one adapter, runs with equal arguments give equal
 * bits, regardless of caches and prefetching.
 *
 * @param network The network.
 * @param train Samples to train on.
 * @param options Loss, learning rate, number of epochs, and sets to test on.
 * @returns The epochs.
 * @throws {ShapeError} If the samples do not fit the network or the device.
 * @throws {RangeError} If a number is out of range, or there are no samples.
 * @throws {DeviceError} If the device was lost or has not enough memory.
 * @throws {Error} If the samples or a callback throw, with their error, or
 * another rank has gone or has other weights.
 *
 * @example
 * ```ts
 * import { numSpikes } from "../losses/num_spikes.ts";
 * import { Model } from "../model.ts";
 * import { fit } from "./fit.ts";
 * using network = await Model.create({
 *   input: { C: 1, H: 1, W: 2 },
 *   layers: [{ dense: 2 }],
 *   Ts: 5,
 *   random: 0,
 * });
 * const samples = {
 *   size: 1,
 *   async *batches() {
 *     // One event at address 1 in bin 2.
 *     const events = Uint32Array.of((2 << 1) | 1);
 *     yield { samples: [events], labels: Uint32Array.of(0) };
 *   },
 * };
 * const epochs = fit(network, samples, {
 *   epochs: 2,
 *   batch: 1,
 *   lr: 0.01,
 *   tSample: 100,
 *   loss: numSpikes({ true: 5, false: 1 }),
 * });
 * const losses = (await Array.fromAsync(epochs)).map(({ train }) => train.loss);
 * if (losses.length !== 2) throw new Error("expected two epochs");
 * ```
 */
export async function* fit(
  network: Model,
  train: Samples,
  options: FitOptions,
): AsyncGenerator<FitEpoch, void, void> {
  if (options.from?.trained) return;
  const { batch, loss, tSample, testing, validation, test } = options;
  const { changes, division, counts } = options;
  const sets = [train, validation, test].filter((set) => set !== undefined);
  for (const set of sets) requireExtent(network.description, set);
  const most = Math.max(...sets.map(({ size }) => size));
  const plan = { batch: Math.max(1, Math.min(batch, most)), division, counts };
  const training = { ...plan, tSample, loss, changes, train: true };
  const { ranks, localSteps } = division ?? {};
  using trainer = ranks && localSteps !== undefined
    ? await LocalSteps.prepare(network, training, { ranks, steps: localSteps })
    : await network.prepare(training);
  const needsTester = testing !== undefined || trainer instanceof LocalSteps;
  using tester = needsTester
    ? await network.prepare({
      ...plan,
      ...testing ?? { tSample, loss },
      train: false,
    })
    : undefined;
  const loop = new FitLoop(network, { trainer, tester: tester ?? trainer }, {
    ...options,
    batch: plan.batch,
  });
  while (!loop.ended) {
    yield await loop.epoch(train);
    await loop.next();
  }
}

/** A training run: its options, its position, and its two plans. */
class FitLoop {
  readonly #network: Model;
  readonly #plans: {
    readonly trainer: StepRunner;
    readonly tester: StepRunner;
  };
  readonly #options: FitOptions;
  readonly #random: Random;
  #position: FitPosition;
  #trainAccuracy = 0;

  constructor(
    network: Model,
    plans: { readonly trainer: StepRunner; readonly tester: StepRunner },
    options: FitOptions,
  ) {
    const { from, random = 0 } = options;
    this.#network = network;
    this.#plans = plans;
    this.#options = options;
    this.#random = from
      ? new Random(from.random)
      : typeof random === "number"
      ? new Random(random)
      : random;
    this.#position = from ?? {
      epoch: 0,
      batches: 0,
      random: this.#random.state,
      trained: options.epochs < 1,
    };
  }

  /** Whether all epochs are done. */
  get ended(): boolean {
    return this.#position.trained;
  }

  /** Trains and tests one epoch. */
  async epoch(train: Samples): Promise<FitEpoch> {
    const { checkpoints } = this.#options;
    const { trainer } = this.#plans;
    const { epoch: number } = this.#position;
    const start = performance.now();
    const lr = learningRate(number, this.#options);
    const training = this.#train(train, lr);
    // With local updates, ranks have no common weights to test before they
    // average.
    await (trainer instanceof LocalSteps ? training.ended : training.submitted);
    const trained = this.#measure(training.ended, train, lr);
    if (checkpoints && await checkpoints.due("trained")) {
      await trained;
      await checkpoints.save(this.#position);
    }
    // Training results are read back while validation and test run: neither
    // writes a buffer that the other reads.
    const tests = this.#tests(trained);
    await Promise.allSettled([trained, tests]);
    const epoch = {
      number,
      lr,
      train: await trained,
      ...await tests,
      seconds: (performance.now() - start) / 1000,
    };
    this.#trainAccuracy = epoch.train.accuracy;
    return { ...epoch, best: this.#keepBest(epoch) };
  }

  /** Advances to the next epoch, if there is one. */
  async next(): Promise<void> {
    const { epochs, stop, checkpoints } = this.#options;
    const { epoch, best, lowestLoss } = this.#position;
    const stopped = stop !== undefined && best !== undefined &&
      epoch >= (stop.epoch ?? 0) && epoch - best.epoch >= stop.patience &&
      this.#trainAccuracy >= (stop.trainAccuracy ?? 0);
    this.#position = {
      epoch: epoch + 1,
      batches: 0,
      random: this.#random.state,
      best,
      lowestLoss,
      trained: stopped || epoch + 1 >= epochs,
    };
    const due = await checkpoints?.due("epoch");
    if (this.#position.trained || due) await checkpoints?.save(this.#position);
  }

  #train(samples: Samples, lr: number): Pass {
    const { checkpoints, batch } = this.#options;
    const { trainer } = this.#plans;
    const { batches: done, sums } = this.#position;
    const all = Math.ceil(samples.size / batch);
    let batches = done;
    return this.#pass(samples, "training", {
      lr,
      skip: done,
      from: sums,
      pause: checkpoints && {
        due: async () => {
          batches++;
          // A position cannot hold the local updates of several ranks.
          if (trainer instanceof LocalSteps && !trainer.isAveraged) {
            return false;
          }
          // After the last batch the statistics are read before a position is
          // saved.
          return await checkpoints.due("step") && batches < all;
        },
        keep: async ({ sums }) => {
          this.#position = { ...this.#position, batches, sums };
          await checkpoints.save(this.#position);
        },
      },
    });
  }

  /** Waits for the epoch's training statistics and for `afterTraining`. */
  async #measure(
    ended: Promise<PassStatistics>,
    samples: Samples,
    lr: number,
  ): Promise<PassStatistics> {
    const { epoch } = this.#position;
    const equal = this.#requireEqualWeights(epoch);
    // The error is reported below, unless an earlier one is.
    equal.catch(() => {});
    await this.#options.afterTraining?.({ epoch, lr, train: ended });
    const train = await ended;
    await equal;
    this.#position = {
      ...this.#position,
      batches: Math.ceil(samples.size / this.#options.batch),
      sums: train.sums,
    };
    return train;
  }

  /** Requires that all ranks have the same weights after an epoch. */
  async #requireEqualWeights(epoch: number): Promise<void> {
    const { ranks } = this.#options.division ?? {};
    await ranks?.requireEqual(async () => {
      const weights = Object.values(await this.#network.weights());
      const bytes = weights.map(({ data }) => Float32Array.from(data).buffer);
      return new Uint8Array(await new Blob(bytes).arrayBuffer());
    }, `weights after epoch ${epoch}`);
  }

  /** Validates, then tests; not concurrently, since both use one plan. */
  async #tests(
    trained: Promise<PassStatistics>,
  ): Promise<Pick<FitEpoch, "validation" | "test">> {
    const { validation, test, checkpoints } = this.#options;
    const pause = checkpoints && {
      due: () => checkpoints.due("tested step"),
      keep: async () => {
        await trained;
        await checkpoints.save(this.#position);
      },
    };
    const run = async (samples: Samples | undefined, use: PassUse) =>
      samples && await this.#pass(samples, use, { pause }).ended;
    return {
      validation: await run(validation, "validation"),
      test: await run(test, "test"),
    };
  }

  #pass(
    samples: Samples,
    use: PassUse,
    options: {
      readonly lr?: number;
      readonly skip?: number;
      readonly from?: PassSums;
      readonly pause?: PassPause;
    },
  ): Pass {
    const { accumulate, batch, observe, shuffle = true } = this.#options;
    const { spikingLayers: layers } = this.#network;
    const { trainer, tester } = this.#plans;
    const training = use === "training";
    const stepper = training ? trainer : tester;
    const observer = observe?.({
      epoch: this.#position.epoch,
      use,
      total: samples.size,
    });
    const follow = followPass(observer, stepper, options.from?.samples ?? 0);
    const batches = samples.batches({
      batch,
      ...stepper.eventBinning,
      random: training ? this.#random : undefined,
      shuffle: training && shuffle,
      skip: options.skip,
      reads: (N) => stepper.reads(N, training ? "training" : "evaluation"),
    });
    const pass = startPass(stepper, follow.timed(batches), {
      layers,
      lr: options.lr,
      accumulate,
      from: options.from,
      pause: options.pause,
      onRecords: follow.steps,
    });
    pass.ended.catch(() => {}).finally(() => observer?.[Symbol.dispose]());
    return pass;
  }

  /** Keeps an epoch as the best if it is better than all before it. */
  #keepBest({ number, train, validation, test }: Omit<FitEpoch, "best">) {
    const chosenBy = validation ?? test;
    if (!chosenBy) return false;
    const { loss, accuracy } = chosenBy;
    const { best, lowestLoss = Infinity } = this.#position;
    const isBest = !best ||
      (validation ? loss < best.loss : accuracy > best.accuracy);
    const trainAccuracy = train.accuracy;
    this.#position = {
      ...this.#position,
      lowestLoss: Math.min(lowestLoss, loss),
      best: isBest ? { epoch: number, trainAccuracy, loss, accuracy } : best,
    };
    return isBest;
  }
}
