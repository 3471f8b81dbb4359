/**
 * Order in which the runs of a sweep are trained.
 *
 * @module
 */

import { join } from "node:path";
import { claimFolder } from "../run/lock.ts";
import { readRunState, type RunState } from "./run_state.ts";
import { runsOf, type Sweep, type SweepRun } from "./runs.ts";
import { bestEpoch, bestOf, type Score, scoreOf } from "./scores.ts";
import { type Share, takeShare } from "./share.ts";

/**
 * Longest time until a file system releases the locks of a lost node, in ms.
 */
const PATIENCE = 180_000;

/** The run to train next. */
export interface Step {
  readonly run: SweepRun;
  /** Number of epochs after which it pauses; `undefined` for all. */
  readonly until?: number;
}

/** A run in training by this process. */
interface ActiveRun {
  /** Its `key()`. */
  readonly key: string;
  /** Prevents other processes from starting it. */
  readonly claim: Disposable;
}

/**
 * Chooses runs by the state of the sweep's folder. Processes on several
 * machines may share the folder: each claims a run before starting it.
 *
 * In a grid or a random search, each process takes its share of the runs. In
 * successive halving, each takes any free run and waits for the end of a round,
 * because the next round depends on it.
 */
export class Schedule implements Disposable {
  readonly #sweep: Sweep;
  readonly #share: Share | undefined;
  readonly #runs: readonly SweepRun[];
  /** Runs that this process has begun in a round, by `key()`. */
  readonly #begun = new Set<string>();
  /** Runs that have completed a round, by `key()`. */
  readonly #ended = new Set<string>();
  /** Runs in training by this process, by name. */
  readonly #active = new Map<string, ActiveRun>();
  /** When to give up on runs of the share that other processes train, in ms. */
  #patience: number | undefined;
  /** Combinations of each round that has begun. */
  readonly #chosen: (readonly number[])[];

  /**
   * Creates a schedule, without reading the folder.
   *
   * @param sweep The sweep.
   * @param share The share of this process, if it belongs to an array of jobs.
   */
  constructor(sweep: Sweep, share?: Share) {
    this.#sweep = sweep;
    this.#share = share;
    this.#runs = runsOf(sweep.definition);
    this.#chosen = [[...new Set(this.#runs.map((run) => run.combination))]];
  }

  /**
   * Chooses a run, and marks it as in training by this process.
   *
   * @returns The run; `wait` while other processes complete the round, `end` if
   * no run is left to start.
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
   * Marks a run as ended in this process.
   *
   * @param run The run.
   * @param options Whether to try it again, because another process was still
   * training it.
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

  /** Releases the claims on all runs. */
  [Symbol.dispose](): void {
    for (const { claim } of this.#active.values()) claim[Symbol.dispose]();
    this.#active.clear();
  }

  /**
   * Whether to wait for runs of this share that another process trains. It can
   * only be an earlier job of the array: it is about to end, or its node has
   * failed and the file system will release its lock.
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

  /** Lists the runs of a round, beginning with this process's own share. */
  #runsOf(rung: number): SweepRun[] {
    const chosen = this.#chosen[rung];
    const runs = this.#runs.filter(({ combination }) =>
      chosen.includes(combination)
    );
    if (this.#rungs.length === 1) return takeShare(runs, this.#share);
    const first = (this.#share?.index ?? 0) % runs.length;
    return [...runs.slice(first), ...runs.slice(0, first)];
  }

  /** Chooses a run of a round; `wait` until the round is complete. */
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
   * Claims a run, unless it has ended, another process trains it, or this
   * process has already begun it.
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
    // Another process may have trained it before the claim.
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

/** Whether a run has completed the epochs of its round. */
function hasEnded(
  { summary, epochs }: RunState,
  until: number | undefined,
): boolean {
  return summary !== undefined || epochs.length >= (until ?? Infinity);
}
