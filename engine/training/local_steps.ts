/**
 * Local updates: each rank updates its own weights by its shares of batches,
 * and the weights of all ranks are averaged at intervals.
 *
 * @module
 */

import type { Ranks } from "../distributed/ranks.ts";
import type { Range } from "../distributed/shares.ts";
import type { Model } from "../model.ts";
import type { EventBatch } from "../network/event_batch.ts";
import type { PlanOptions } from "../plan/sizes.ts";
import { recordWords, type StepRecord } from "../plan/steps/step_results.ts";
import type {
  EventBinning,
  NeuronActivity,
  StepRunner,
  TimedStep,
} from "../plan/steps/step_runner.ts";

/**
 * A plan that trains on this rank's share of each batch. After every `steps`
 * updates, and whenever it is drained, weights, running statistics and moments
 * are averaged over all ranks.
 */
export class LocalSteps implements StepRunner {
  readonly #model: Model;
  readonly #own: StepRunner;
  readonly #ranks: Ranks;
  readonly #steps: number;
  /** Updates since the last average. */
  #updates = 0;
  /** Labels of all samples of each batch since the last average. */
  #batches: Uint32Array[] = [];
  #records: StepRecord[] = [];

  private constructor(
    model: Model,
    own: StepRunner,
    { ranks, steps }: { readonly ranks: Ranks; readonly steps: number },
  ) {
    this.#model = model;
    this.#own = own;
    this.#ranks = ranks;
    this.#steps = steps;
  }

  /**
   * Compiles a plan for this rank's shares of batches.
   *
   * @param model The network.
   * @param plan Options of the plan for whole batches.
   * @param options The ranks, and the number of updates between two averages.
   * @returns The plan.
   * @throws {RangeError} If the number of updates is not a positive integer.
   * @throws Every error of `Model.prepare()`.
   */
  static async prepare(
    model: Model,
    plan: PlanOptions,
    options: { readonly ranks: Ranks; readonly steps: number },
  ): Promise<LocalSteps> {
    const { ranks: { rank, count }, steps } = options;
    if (!(Number.isSafeInteger(steps) && steps > 0)) {
      throw new RangeError(
        `Cannot average weights every ${steps} updates: not a positive integer`,
      );
    }
    const { seed = 0, ...changes } = plan.changes ?? {};
    const own = await model.prepare({
      ...plan,
      batch: Math.ceil(plan.batch / count),
      division: undefined,
      // Each rank draws its own augmentation and dropout.
      changes: { ...changes, seed: seed * count + rank },
    });
    return new LocalSteps(model, own, options);
  }

  /** Whether all ranks have the same weights. */
  get isAveraged(): boolean {
    return this.#batches.length === 0;
  }

  /** Bins of a sample. */
  get bins(): number {
    return this.#own.bins;
  }

  /** Most samples that go through the network at once. */
  get microBatch(): number {
    return this.#own.microBatch;
  }

  /** How events of samples must be binned. */
  get eventBinning(): EventBinning {
    return this.#own.eventBinning;
  }

  /** The samples of a batch of N that this rank has. */
  reads(N: number): Range {
    return this.#shareOf(N);
  }

  /** Spike count of each neuron, summed over all ranks. */
  get activity(): NeuronActivity {
    const { activity } = this.#own;
    return {
      clear: () => activity.clear(),
      read: async () => {
        const counts = activity.read();
        const sums = await this.#ranks.sum(
          counts.then((counts) =>
            Uint32Array.from(counts.flatMap((own) => [...own]))
          ),
        );
        let at = 0;
        return (await counts).map(({ length }) => sums.slice(at, at += length));
      },
    };
  }

  /** Incoming spikes of each layer, by input, where they are counted. */
  get incoming(): NeuronActivity {
    return this.#own.incoming;
  }

  /** Total time spent submitting steps and waiting, in ms. */
  get waited(): number {
    return this.#own.waited;
  }

  /** Runs the network forward on this rank's share of a batch. */
  async evaluate(batch: EventBatch): Promise<void> {
    await this.#onShare(batch, (own) => this.#own.evaluate(own));
  }

  /** Updates this rank's weights by its share of a batch. */
  async train(batch: EventBatch, lr: number): Promise<void> {
    await this.#onShare(batch, (own) => this.#own.train(own, lr));
    this.#updates++;
    if (this.#updates >= this.#steps) await this.#average();
  }

  /** Accumulates the gradient of this rank's share of a batch. */
  async accumulate(batch: EventBatch): Promise<void> {
    await this.#onShare(batch, (own) => this.#own.accumulate(own));
  }

  /** Updates the weights by the accumulated gradient, if there is one. */
  update(lr: number): void {
    this.#own.update(lr);
  }

  /** Returns the records of steps before the last average. */
  take(): StepRecord[] {
    return this.#records.splice(0);
  }

  /** Waits for all steps, averages the weights, and returns all records. */
  async drain(): Promise<StepRecord[]> {
    await this.#average();
    return this.take();
  }

  /** Throws, since steps of several ranks cannot be timed as one. */
  timed(_batch: EventBatch): Promise<TimedStep> {
    throw new TypeError("Cannot time the kernels of steps of several ranks");
  }

  /** Frees the plan's buffers. */
  destroy(): void {
    this.#own.destroy();
  }

  /** Frees the plan's buffers. */
  [Symbol.dispose](): void {
    this.destroy();
  }

  /** Samples of a batch that this rank computes; rank 0 has at least one. */
  #shareOf(samples: number): Range {
    const { rank, count } = this.#ranks;
    const start = (of: number) => Math.ceil(of * samples / count);
    return { first: start(rank), end: start(rank + 1) };
  }

  async #onShare(
    { samples, labels }: EventBatch,
    run: (share: EventBatch) => Promise<void>,
  ): Promise<void> {
    const { first, end } = this.#shareOf(labels.length);
    this.#batches.push(labels);
    if (first === end) return;
    await run({
      samples: samples.slice(first, end),
      labels: labels.subarray(first, end),
    });
  }

  async #average(): Promise<void> {
    if (this.isAveraged) return;
    const batches = this.#batches;
    this.#batches = [];
    this.#updates = 0;
    const [records] = await Promise.all([
      this.#join(batches, this.#own.drain()),
      this.#model.average(this.#ranks),
    ]);
    this.#records.push(...records);
  }

  /** Combines the records of all ranks' shares of batches. */
  async #join(
    batches: readonly Uint32Array[],
    own: Promise<StepRecord[]>,
  ): Promise<StepRecord[]> {
    const words = own.then((records) => this.#wordsOf(batches, records));
    const all = await this.#ranks.sum(words);
    const losses = new Float32Array(all.buffer);
    const layers = this.#model.layers.length;
    let start = 0;
    return batches.map((labels) => {
      const spikes = all.slice(start, start + layers);
      const at = start + layers;
      start += recordWords(layers, labels.length);
      return {
        labels,
        predictions: labels.map((_, n) => all[at + 2 * n]),
        losses: Float32Array.from(labels, (_, n) => losses[at + 2 * n + 1]),
        spikes,
      };
    });
  }

  /**
   * Lays out this rank's records as the device does: spike counts of the
   * layers, then prediction and loss of each sample, 0 for samples of other
   * ranks.
   */
  #wordsOf(
    batches: readonly Uint32Array[],
    own: StepRecord[],
  ): Uint32Array<ArrayBuffer> {
    const layers = this.#model.layers.length;
    const sizes = batches.map(({ length }) => recordWords(layers, length));
    const words = new Uint32Array(sizes.reduce((sum, size) => sum + size, 0));
    const floats = new Float32Array(words.buffer);
    let at = 0;
    batches.forEach(({ length }, step) => {
      const { first, end } = this.#shareOf(length);
      const record = first < end ? own.shift() : undefined;
      if (record) {
        words.set(record.spikes, at);
        record.losses.forEach((loss, n) => {
          const sample = at + layers + 2 * (first + n);
          words[sample] = record.predictions[n];
          floats[sample + 1] = loss;
        });
      }
      at += sizes[step];
    });
    return words;
  }
}
