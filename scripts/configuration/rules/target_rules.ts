/**
 * Rules between the values of a loss.
 *
 * @module
 */

import { binsOf } from "../../../engine/plan/sizes.ts";
import type { Refuse } from "../schema/read_keys.ts";
import type { SpikeTarget, WrittenTarget } from "../schema/types.ts";

/** Sample that a loss applies to. */
export interface Sample {
  /** Time step in ms. */
  readonly Ts: number;
  /** Length of the sample in ms. */
  readonly tSample: number;
  /** Whether the loss is used; that of `testing` only with random crops. */
  readonly used: boolean;
}

/** Rules of one type of loss. */
interface TargetRules {
  /** Whether the loss uses target counts. */
  readonly hasCounts: (target: WrittenTarget) => boolean;
  /** Checks the values of the loss for a region of the given number of bins. */
  readonly check: (
    target: SpikeTarget,
    sample: Sample & { readonly bins: number },
    refuse: Refuse,
  ) => void;
}

const RULES: Readonly<Record<SpikeTarget["type"], TargetRules>> = {
  NumSpikes: {
    hasCounts: () => true,
    check({ tgtSpikeCount }, { bins, used }, refuse) {
      if (used) checkCounts(tgtSpikeCount, { bins, whole: false }, refuse);
    },
  },
  SpikeTime: {
    hasCounts: ({ tgtSpikeTimes }) => tgtSpikeTimes === undefined,
    check({ tgtSpikeCount, tgtSpikeTimes }, sample, refuse) {
      if (tgtSpikeTimes) checkTimes(tgtSpikeTimes, sample, refuse);
      else {
        checkCounts(tgtSpikeCount, { bins: sample.bins, whole: true }, refuse);
      }
    },
  },
  ProbSpikes: {
    hasCounts: () => false,
    check: ({ probSlidingWin }, sample, refuse) =>
      checkWindow(probSlidingWin, sample, refuse),
  },
  CrossEntropy: { hasCounts: () => false, check() {} },
  SquaredRate: { hasCounts: () => false, check() {} },
  SpikeRate: { hasCounts: () => false, check() {} },
  SpikeMoid: { hasCounts: () => false, check() {} },
  SpikeMax: { hasCounts: () => false, check() {} },
};

/**
 * Tells whether a loss uses target counts.
 *
 * @param target The loss.
 * @returns Whether it does; target times replace counts.
 */
export function hasCounts(target: SpikeTarget): boolean {
  return RULES[target.type].hasCounts(target);
}

/**
 * Gives a loss its region, by default the whole sample.
 *
 * @param written The loss in the file.
 * @param sample The sample.
 * @returns The loss with its region.
 */
export function completeTarget(
  written: WrittenTarget & Pick<SpikeTarget, "type">,
  { tSample }: Pick<Sample, "tSample">,
): SpikeTarget {
  const region = written.tgtSpikeRegion ?? { start: 0, stop: tSample };
  // Keys in the order that users write: the region after the type.
  const { type, ...others } = written;
  return { type, tgtSpikeRegion: region, ...others };
}

/**
 * Checks that region, window, target times and target counts of a loss fit the
 * sample.
 *
 * @param target The loss.
 * @param sample The sample.
 * @param options `place` holds the keys that lead to the loss; `refuse` throws
 * the error of a bad value.
 */
export function checkTarget(
  target: SpikeTarget,
  sample: Sample,
  { place, refuse }: {
    readonly place: readonly string[];
    readonly refuse: Refuse;
  },
): void {
  const { Ts, tSample } = sample;
  const within: Refuse = (keys, problem) =>
    refuse([...place, ...keys], problem);
  const { start, stop } = target.tgtSpikeRegion;
  if (stop > tSample) {
    within(
      ["tgtSpikeRegion", "stop"],
      `is ${stop}, after the end of the sample of ${tSample} ms`,
    );
  }
  const bins = Math.round(stop / Ts) - Math.round(start / Ts);
  if (bins <= 0) {
    within(
      ["tgtSpikeRegion"],
      `from ${start} to ${stop} holds no time bin of ${Ts} ms`,
    );
  }
  RULES[target.type].check(target, { ...sample, bins }, within);
}

/** Checks that a window has at least one bin and fits into the sample. */
function checkWindow(
  window: number,
  { Ts, tSample }: Sample,
  refuse: Refuse,
): void {
  const bins = Math.round(window / Ts);
  if (bins < 1) {
    refuse(
      ["probSlidingWin"],
      `is ${window}, which holds no time bin of ${Ts} ms`,
    );
  }
  if (bins > binsOf(tSample, Ts)) {
    refuse(
      ["probSlidingWin"],
      `is ${window}, longer than the sample of ${tSample} ms`,
    );
  }
}

/** Checks that target times lie in the sample, at most one in each bin. */
function checkTimes(
  times: NonNullable<SpikeTarget["tgtSpikeTimes"]>,
  { Ts, tSample }: Sample,
  refuse: Refuse,
): void {
  const last = binsOf(tSample, Ts) - 1;
  for (const which of ["true", "false"] as const) {
    const taken = new Set<number>();
    for (const [index, time] of times[which].entries()) {
      const bin = Math.round(time / Ts);
      const keys = ["tgtSpikeTimes", which, String(index)];
      if (bin > last) {
        refuse(
          keys,
          `is ${time}, after the last time bin, that of ${last * Ts} ms`,
        );
      }
      if (taken.has(bin)) {
        refuse(keys, `is ${time}, in the same time bin of ${Ts} ms as another`);
      }
      taken.add(bin);
    }
  }
}

/**
 * Checks that target counts do not exceed the bins of the region, as a neuron
 * spikes at most once per bin, and that they are whole numbers where each spike
 * has a target time.
 */
function checkCounts(
  counts: SpikeTarget["tgtSpikeCount"],
  { bins, whole }: { readonly bins: number; readonly whole: boolean },
  refuse: Refuse,
): void {
  for (const which of ["true", "false"] as const) {
    const count = counts[which];
    const keys = ["tgtSpikeCount", which];
    if (whole && !Number.isInteger(count)) {
      refuse(keys, `is ${count}, expected a whole number with SpikeTime`);
    }
    if (count > bins) {
      refuse(
        keys,
        `is ${count}, more than the ${bins} time bins of the region: ` +
          `expected at most ${bins}`,
      );
    }
  }
}
