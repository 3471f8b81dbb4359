/**
 * What must hold between the values that a loss is told by.
 *
 * @module
 */

import { binsOf } from "../../engine/plan/sizes.ts";
import type { WrittenTarget } from "./schema.ts";
import type { SpikeTarget } from "./types.ts";
import type { Place } from "./values.ts";

/** A sample, in ms. */
export interface Sample {
  readonly Ts: number;
  readonly tSample: number;
}

/** A sample, as a loss sees it. */
export interface TargetSample extends Sample {
  /** Whether the loss is computed; `testing` has one that may not be. */
  readonly used: boolean;
}

/**
 * Completes what a loss asks for, whose region is the whole sample where it is
 * left open. It must lie in its sample and hold at least one bin, and so must
 * whatever else the loss uses.
 *
 * @param written What the loss asks for, as written.
 * @param place Where it stands.
 * @param sample The sample.
 * @returns The same, complete.
 */
export function completeTarget(
  written: WrittenTarget,
  place: Place,
  sample: TargetSample,
): SpikeTarget {
  const { Ts, tSample, used } = sample;
  const region = written.tgtSpikeRegion ?? { start: 0, stop: tSample };
  const { start, stop } = region;
  const inRegion = place.at("tgtSpikeRegion");
  if (stop > tSample) {
    inRegion.at("stop")
      .fail(`is ${stop}, after the end of the sample of ${tSample} ms`);
  }
  const bins = Math.round(stop / Ts) - Math.round(start / Ts);
  if (bins <= 0) {
    inRegion.fail(`from ${start} to ${stop} holds no time bin of ${Ts} ms`);
  }
  const { type, ...others } = written;
  const { tgtSpikeCount, tgtSpikeTimes, probSlidingWin } = others;
  if (type === "ProbSpikes") {
    checkWindow(probSlidingWin, place.at("probSlidingWin"), sample);
  }
  if (type === "SpikeTime" && tgtSpikeTimes) {
    checkTimes(tgtSpikeTimes, place.at("tgtSpikeTimes"), sample);
  }
  const inCounts = place.at("tgtSpikeCount");
  if (type === "SpikeTime" && !tgtSpikeTimes) {
    requireWhole(tgtSpikeCount, inCounts);
    requireRoom(tgtSpikeCount, inCounts, bins);
  }
  if (type === "NumSpikes" && used) requireRoom(tgtSpikeCount, inCounts, bins);
  return { type, tgtSpikeRegion: region, ...others };
}

/** Lets a window have at least one bin, and no more than its sample. */
function checkWindow(
  window: number,
  place: Place,
  { Ts, tSample }: Sample,
): void {
  const bins = Math.round(window / Ts);
  if (bins < 1) {
    place.fail(`is ${window}, which holds no time bin of ${Ts} ms`);
  }
  if (bins > binsOf(tSample, Ts)) {
    place.fail(`is ${window}, longer than the sample of ${tSample} ms`);
  }
}

/** Lets each time be in the sample, in a bin of its own. */
function checkTimes(
  times: NonNullable<SpikeTarget["tgtSpikeTimes"]>,
  place: Place,
  { Ts, tSample }: Sample,
): void {
  const last = binsOf(tSample, Ts) - 1;
  for (const which of ["true", "false"] as const) {
    const taken = new Set<number>();
    times[which].forEach((time, index) => {
      const bin = Math.round(time / Ts);
      const at = place.at(which, String(index));
      if (bin > last) {
        at.fail(`is ${time}, after the last time bin, that of ${last * Ts} ms`);
      }
      if (taken.has(bin)) {
        at.fail(`is ${time}, in the same time bin of ${Ts} ms as another`);
      }
      taken.add(bin);
    });
  }
}

/** Requires numbers of spikes of which each has a time. */
function requireWhole(
  counts: SpikeTarget["tgtSpikeCount"],
  place: Place,
): void {
  for (const which of ["true", "false"] as const) {
    const count = counts[which];
    if (Number.isInteger(count)) continue;
    place.at(which)
      .fail(`is ${count}, expected a whole number with SpikeTime`);
  }
}

/** Requires a bin for each spike, as a neuron spikes once in a bin at most. */
function requireRoom(
  counts: SpikeTarget["tgtSpikeCount"],
  place: Place,
  bins: number,
): void {
  for (const which of ["true", "false"] as const) {
    const count = counts[which];
    if (count <= bins) continue;
    place.at(which).fail(
      `is ${count}, more than the ${bins} time bins of the region: ` +
        `expected at most ${bins}`,
    );
  }
}
