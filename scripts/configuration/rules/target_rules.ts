/**
 * Rules between the values of a loss.
 *
 * @module
 */

import { binsOf } from "../../../engine/plan/sizes.ts";
import type { Refuse } from "../schema/read_keys.ts";
import type { SpikeTarget, WrittenTarget } from "../schema/types.ts";

/** The sample that a loss is computed of. */
export interface Sample {
  /** Time step in ms. */
  readonly Ts: number;
  /** Length of the sample in ms. */
  readonly tSample: number;
  /** Whether the loss is used; `testing` is only used with random crops. */
  readonly used: boolean;
}

/**
 * Checks that region, window, target times and target counts of a loss fit the
 * sample. A region that is left out is the whole sample.
 *
 * @param written The loss in the file.
 * @param sample The sample.
 * @param options `place` holds the keys that lead to the loss; `refuse` throws
 * the error of a bad value.
 * @returns The loss with its region.
 */
export function completeTarget(
  written: WrittenTarget & Pick<SpikeTarget, "type">,
  sample: Sample,
  { place, refuse }: {
    readonly place: readonly string[];
    readonly refuse: Refuse;
  },
): SpikeTarget {
  const { Ts, tSample, used } = sample;
  const within: Refuse = (keys, problem) =>
    refuse([...place, ...keys], problem);
  const { type, ...others } = written;
  const { tgtSpikeCount, tgtSpikeTimes, probSlidingWin } = others;
  const region = written.tgtSpikeRegion ?? { start: 0, stop: tSample };
  const { start, stop } = region;
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
  if (type === "ProbSpikes") checkWindow(probSlidingWin, sample, within);
  if (type === "SpikeTime" && tgtSpikeTimes) {
    checkTimes(tgtSpikeTimes, sample, within);
  }
  const spread = type === "SpikeTime" && !tgtSpikeTimes;
  if (spread || (type === "NumSpikes" && used)) {
    checkCounts(tgtSpikeCount, { bins, whole: spread }, within);
  }
  return { type, tgtSpikeRegion: region, ...others };
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
