/**
 * The order in which the runs of a sweep are trained.
 *
 * @module
 */

import { join } from "node:path";
import { claimFolder } from "../run/lock.ts";
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

/** A run that is under way in this process. */
interface ActiveRun {
  /** Its `key()`. */
  readonly key: string;
  /** Keeps others from starting it. */
  readonly claim: Disposable;
}

/**
 * Chooses run after run, by what the folder of the sweep holds. Processes on
 * several machines may do so in one folder: each claims a run before it starts
 * it.
 *
 * Each takes its share of a grid or of random combinations. In successive
 * halving each takes whatever no other trains, and waits until a round has
 * ended, as the next one depends on it.
 */
export class Schedule implements Disposable {
  readonly #sweep: Sweep;
  readonly #share: Share | undefined;
  readonly #runs: readonly SweepRun[];
  /** Runs that this process has begun in a round, by `key()`. */
  readonly #begun = new Set<string>();
  /** Runs that have ended a round, by `key()`. */
  readonly #ended = new Set<string>();
  /** Runs that are under way in this process, by name. */
  readonly #active = new Map<string, ActiveRun>();
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
    const { key, claim } = this.#active.get(name)!;
    if (again) this.#begun.delete(key);
    this.#active.delete(name);
    claim[Symbol.dispose]();
  }

  /** Gives up the claims on all runs. */
  [Symbol.dispose](): void {
    for (const { claim } of this.#active.values()) claim[Symbol.dispose]();
    this.#active.clear();
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
      const claimed = await this.#claim(run, until, this.#begun.has(key));
      if (claimed === "ended") this.#ended.add(key);
      else if (claimed === "running") open = true;
      else if (claimed !== undefined) {
        this.#begun.add(key);
        this.#active.set(run.name, { key, claim: claimed });
        return { run, until };
      }
    }
    return open ? "wait" : "ended";
  }

  /**
   * Claims a run, unless it has ended, another trains it, or this process has
   * begun with it before.
   */
  async #claim(
    run: SweepRun,
    until: number | undefined,
    begun: boolean,
  ): Promise<Disposable | "ended" | "running" | undefined> {
    const look = async () => {
      const state = await this.#stateOf(run);
      if (hasEnded(state, until)) return "ended";
      if (state.state === "running") return "running";
    };
    const before = await look();
    if (before !== undefined || begun) return before;
    const claim = await claimFolder(join(this.#sweep.folder, run.name));
    if (claim === undefined) return "running";
    // Another may have trained it between the look and the claim.
    const after = await look();
    if (after === undefined) return claim;
    claim[Symbol.dispose]();
    return after;
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
