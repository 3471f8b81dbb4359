/**
 * Results of a sweep: means over the seeds and folds of each combination.
 *
 * @module
 */

import { join } from "node:path";
import { type FoldSummary, type Spread, spreadOf } from "../../run/files.ts";
import type { Combination } from "../definition/combinations.ts";
import { readRunState, type RunState, STATES } from "../run_state.ts";
import { runsOf, type Sweep, type SweepRun } from "../runs.ts";
import { bestEpoch, bestOf, scoreOf } from "../scores.ts";

/** All states of results, in display order. */
export const RESULT_STATES = [...STATES, "eliminated"] as const;

/** A run and its results. */
export interface RunResult extends SweepRun {
  /** State in its folder; `eliminated` if halving ended without the run. */
  readonly state: RunState["state"] | "eliminated";
  /** Reason why it failed, if it did. */
  readonly problem?: string;
  /** Whether it runs outside of a sweep's process. */
  readonly alone?: boolean;
  /** Number of epochs trained. */
  readonly epochs: number;
  /**
   * Best epoch so far, counted from 0, whose weights are kept; `null` before the
   * first.
   */
  readonly bestEpoch: number | null;
  /** Figures of its best epoch so far; `null` without validation. */
  readonly valLoss: number | null;
  readonly valAccuracy: number | null;
  /** Figures of its test; `null` until then. */
  readonly testLoss: number | null;
  readonly testAccuracy: number | null;
}

/** Range of a figure over runs. */
export interface Extremes {
  readonly min: number;
  readonly max: number;
}

/** A combination, with means over the runs that have the figure. */
export interface CombinationResult {
  /** Index of the combination. */
  readonly combination: number;
  readonly values: Combination;
  /** Number of its runs, one per seed and fold. */
  readonly runs: number;
  /** Number of finished runs. */
  readonly done: number;
  /** Number of epochs that its runs have trained. */
  readonly epochs: Extremes;
  /** Best epochs of its runs, counted from 0; `null` before the first. */
  readonly bestEpoch: Extremes | null;
  readonly valLoss: Spread | null;
  readonly valAccuracy: Spread | null;
  readonly testLoss: Spread | null;
  readonly testAccuracy: Spread | null;
  /**
   * Whether it has the best validation among combinations with all runs
   * finished.
   */
  readonly best: boolean;
}

/** Results of a sweep. */
export interface SweepResults {
  /** The keys that differ between runs. */
  readonly keys: readonly string[];
  /** Number of runs in each state. */
  readonly states: Readonly<Record<RunResult["state"], number>>;
  /** The combinations, best first, unfinished ones last. */
  readonly combinations: readonly CombinationResult[];
  /** The runs, in the order of the sweep. */
  readonly runs: readonly RunResult[];
}

/**
 * Reads the results of a sweep, finished or not.
 *
 * @param sweep The sweep.
 * @returns The results.
 */
export async function mergeRuns(
  { folder, definition }: Sweep,
): Promise<SweepResults> {
  const found: RunResult[] = [];
  for (const run of runsOf(definition)) {
    found.push(resultOf(run, await readRunState(join(folder, run.name))));
  }
  const runs = hasEnded(definition, found) ? found.map(eliminate) : found;
  const members = Map.groupBy(runs, ({ combination }) => combination);
  const summaries = new Map(
    [...members].map(([place, runs]) => [place, summarise(runs)]),
  );
  const order = rank(members);
  const isDone = (place: number) => {
    const { done, runs } = summaries.get(place)!;
    return done === runs;
  };
  const [done, others] = [true, false].map((wanted) =>
    order.filter((place) => isDone(place) === wanted)
  );
  const trained = (place: number) => summaries.get(place)!.epochs.min;
  others.sort((a, b) => trained(b) - trained(a));
  const validated = runs.some(({ valLoss }) => valLoss !== null);
  return {
    keys: definition.axes.map(({ key }) => key),
    states: Object.fromEntries(RESULT_STATES.map((state) => [
      state,
      runs.filter((run) => run.state === state).length,
    ])) as SweepResults["states"],
    combinations: [...done, ...others].map((combination) => ({
      combination,
      ...summaries.get(combination)!,
      best: validated && combination === done[0],
    })),
    runs,
  };
}

/** Whether successive halving has trained all runs of its last round. */
function hasEnded(
  { search }: Sweep["definition"],
  runs: readonly RunResult[],
): boolean {
  if (search?.kind !== "halving") return false;
  const left = Map.groupBy(runs, ({ combination }) => combination);
  const done = [...left.values()].filter((own) =>
    own.every(({ state }) => state === "done")
  );
  return done.length >= search.rungs.at(-1)!.combinations;
}

function eliminate(run: RunResult): RunResult {
  return run.state === "paused" ? { ...run, state: "eliminated" } : run;
}

/** Sorts combinations by validation, best first. */
function rank(members: ReadonlyMap<number, readonly RunResult[]>): number[] {
  const scores = new Map([...members].map(([combination, runs]) => [
    combination,
    scoreOf(
      runs.map(({ valLoss, valAccuracy }) =>
        valLoss === null || valAccuracy === null
          ? undefined
          : { valLoss, valAccuracy }
      ),
    ),
  ]));
  return bestOf(scores, scores.size);
}

function resultOf(
  run: SweepRun,
  { state, problem, alone, epochs, summary }: RunState,
): RunResult {
  const best = bestEpoch(epochs);
  const tested: FoldSummary | undefined = summary?.folds
    .find(({ fold }) => fold === run.fold);
  return {
    ...run,
    state,
    problem,
    alone,
    epochs: epochs.length,
    bestEpoch: tested?.bestEpoch ?? best?.epoch ?? null,
    valLoss: tested?.valLoss ?? best?.valLoss ?? null,
    valAccuracy: tested?.valAccuracy ?? best?.valAccuracy ?? null,
    testLoss: tested?.testLoss ?? null,
    testAccuracy: tested?.testAccuracy ?? null,
  };
}

/** Computes means over the runs of a combination. */
function summarise(
  runs: readonly RunResult[],
): Omit<CombinationResult, "combination" | "best"> {
  const valuesOf = (figure: (run: RunResult) => number | null) =>
    runs.map(figure).filter((value) => value !== null);
  const spread = (figure: (run: RunResult) => number | null) => {
    const values = valuesOf(figure);
    return values.length === 0 ? null : spreadOf(values);
  };
  const bestEpochs = valuesOf(({ bestEpoch }) => bestEpoch);
  return {
    values: runs[0].values,
    runs: runs.length,
    done: runs.filter(({ state }) => state === "done").length,
    epochs: extremesOf(runs.map(({ epochs }) => epochs)),
    bestEpoch: bestEpochs.length === 0 ? null : extremesOf(bestEpochs),
    valLoss: spread(({ valLoss }) => valLoss),
    valAccuracy: spread(({ valAccuracy }) => valAccuracy),
    testLoss: spread(({ testLoss }) => testLoss),
    testAccuracy: spread(({ testAccuracy }) => testAccuracy),
  };
}

function extremesOf(values: readonly number[]): Extremes {
  return { min: Math.min(...values), max: Math.max(...values) };
}
