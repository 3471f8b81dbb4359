/**
 * The order in which the runs of a sweep are trained.
 *
 * @module
 */

import { join } from "node:path";
import { readRunState, type RunState } from "./run_state.ts";
import { runsOf, type Sweep, type SweepRun } from "./runs.ts";
import { bestEpoch, bestOf, type Score, scoreOf } from "./scores.ts";
import { type Share, takeShare } from "./share.ts";

/** Longest time in which a file system drops the locks of a lost node, in ms. */
const PATIENCE = 180_000;

/** A run to train next. */
export interface Step {
  readonly run: SweepRun;
  /** Number of epochs after which to pause; `undefined` for all. */
  readonly until?: number;
}

/**
 * Chooses run after run, by what the folder of the sweep holds. Processes on
 * several machines may do so in one folder.
 *
 * Each takes its share of a grid or of random combinations. In successive
 * halving each takes whatever no other trains, and waits until a round has
 * ended, as the next one depends on it.
 */
export class Schedule {
  readonly #sweep: Sweep;
  readonly #share: Share | undefined;
  readonly #runs: readonly SweepRun[];
  /** Runs that this process has begun in a round, by `key()`. */
  readonly #begun = new Set<string>();
  /** Runs that have ended a round, by `key()`. */
  readonly #ended = new Set<string>();
  /** `key()` of the runs that are under way in this process, by name. */
  readonly #active = new Map<string, string>();
  /** When to give up on runs of the share that others train, in ms. */
  #patience: number | undefined;
  /** Combinations of each round of a search that has begun. */
  readonly #chosen: (readonly number[])[];

  /**
   * Makes a schedule; nothing is read yet.
   *
   * @param sweep The sweep.
   * @param share The share of this process, if it is one of an array.
   */
  constructor(sweep: Sweep, share?: Share) {
    this.#sweep = sweep;
    this.#share = share;
    this.#runs = runsOf(sweep.definition);
    this.#chosen = [[...new Set(this.#runs.map((run) => run.combination))]];
  }

  /**
   * Chooses a run, and counts it as under way in this process.
   *
   * @returns The run; `wait` while others train what the next round depends on,
   * `end` if nothing is left to start.
   */
  async next(): Promise<Step | "wait" | "end"> {
    const rungs = this.#rungs;
    for (let rung = 0; rung < rungs.length; rung++) {
      const last = rung === rungs.length - 1;
      const until = last ? undefined : rungs[rung].epochs;
      const step = await this.#nextOf(rung, until);
      if (typeof step !== "string") {
        this.#patience = undefined;
        return step;
      }
      if (last) return step === "wait" && this.#waits ? "wait" : "end";
      if (step === "wait") return "wait";
      this.#chosen[rung + 1] ??= await this.#promote(rung, until!);
    }
    return "end";
  }

  /**
   * Counts a run as no longer under way in this process.
   *
   * @param run The run.
   * @param options Whether it is to be tried again, as another process was
   * still training it.
   */
  end(
    { name }: SweepRun,
    { again = false }: { readonly again?: boolean } = {},
  ): void {
    if (again) this.#begun.delete(this.#active.get(name)!);
    this.#active.delete(name);
  }

  /**
   * Whether to wait for runs of this process's share that others train. Only a
   * job that went before it in the array can: it is about to end, or its node
   * has failed and the file system will find out.
   */
  get #waits(): boolean {
    if (this.#share === undefined || this.#active.size > 0) return false;
    this.#patience ??= performance.now() + PATIENCE;
    return performance.now() < this.#patience;
  }

  get #rungs() {
    const { search } = this.#sweep.definition;
    return search?.rungs ?? [{ combinations: this.#runs.length, epochs: 0 }];
  }

  /** Runs of a round, those first that this process is to begin with. */
  #runsOf(rung: number): SweepRun[] {
    const chosen = this.#chosen[rung];
    const runs = this.#runs.filter(({ combination }) =>
      chosen.includes(combination)
    );
    if (this.#rungs.length === 1) return takeShare(runs, this.#share);
    const first = (this.#share?.index ?? 0) % runs.length;
    return [...runs.slice(first), ...runs.slice(0, first)];
  }

  /** Chooses a run of a round; `wait` while some have not ended. */
  async #nextOf(
    rung: number,
    until: number | undefined,
  ): Promise<Step | "wait" | "ended"> {
    let open = false;
    for (const run of this.#runsOf(rung)) {
      const key = `${rung} ${run.name}`;
      if (this.#ended.has(key)) continue;
      if (this.#active.has(run.name)) {
        open = true;
        continue;
      }
      const state = await this.#stateOf(run);
      if (hasEnded(state, until)) this.#ended.add(key);
      else if (state.state === "running") open = true;
      else if (!this.#begun.has(key)) {
        this.#begun.add(key);
        this.#active.set(run.name, key);
        return { run, until };
      }
    }
    return open ? "wait" : "ended";
  }

  /** Chooses the combinations of the next round. */
  async #promote(rung: number, until: number): Promise<number[]> {
    const scores = new Map<number, Score>();
    for (const combination of this.#chosen[rung]) {
      const runs = this.#runs.filter((run) => run.combination === combination);
      const states = await Promise.all(runs.map((run) => this.#stateOf(run)));
      const reached = states.map((state) =>
        hasEnded(state, until)
          ? bestEpoch(state.epochs.filter(({ epoch }) => epoch < until))
          : undefined
      );
      scores.set(combination, scoreOf(reached));
    }
    return bestOf(scores, this.#rungs[rung + 1].combinations);
  }

  #stateOf({ name }: SweepRun): Promise<RunState> {
    return readRunState(join(this.#sweep.folder, name));
  }
}

/** Whether a run has trained as many epochs as its round wants. */
function hasEnded(
  { summary, epochs }: RunState,
  until: number | undefined,
): boolean {
  return summary !== undefined || epochs.length >= (until ?? Infinity);
}
