/**
 * What a configuration's loss wants, as the engine takes it.
 *
 * @module
 */

import type { SpikeTarget } from "../../engine/losses/target.ts";
import type { SpikeTarget as ConfiguredTarget } from "./types.ts";

/**
 * Says what a configuration wants of the output neurons.
 *
 * @param error What it says of the loss.
 * @param Ts Time step in ms.
 * @returns The target. Without times of their own, the spikes of SpikeTime are
 * as many as are to be counted, spread evenly over the region.
 */
export function targetOf(error: ConfiguredTarget, Ts: number): SpikeTarget {
  const { tgtSpikeRegion: region, tgtSpikeCount: count } = error;
  switch (error.type) {
    case "NumSpikes":
      return { region, count };
    case "ProbSpikes":
      return { region, window: error.probSlidingWin };
    case "SpikeTime": {
      const spread = (count: number) => spreadEvenly(count, region, Ts);
      const times = error.tgtSpikeTimes ??
        { true: spread(count.true), false: spread(count.false) };
      return { times };
    }
  }
}

/** Times of whole bins, each in the middle of an equal part of a region. */
function spreadEvenly(
  count: number,
  region: ConfiguredTarget["tgtSpikeRegion"],
  Ts: number,
): number[] {
  const first = Math.round(region.start / Ts);
  const bins = Math.round(region.stop / Ts) - first;
  return Array.from(
    { length: count },
    (_, n) => Ts * (first + Math.floor((n + 0.5) * bins / count)),
  );
}
